# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tests that are installed with the program run where it is installed, without the tree that it was built from."""

import configparser
import glob
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "system")]

import tap  # noqa: E402
from package_builder import SOURCE, sources  # noqa: E402

FOLDER = None


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, timeout=900, **options)
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def test_they_run_installed():
    prefix, tree = os.path.join(FOLDER, "usr"), os.path.join(FOLDER, "tree")
    for name in sources():
        os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
        shutil.copy2(os.path.join(SOURCE, name), os.path.join(tree, name), follow_symlinks=False)
    environment = dict(os.environ, **({"CC": "ccache gcc"} if shutil.which("ccache") else {}))
    run("meson", "setup", "--prefix", prefix, "-Dinstalled_tests=true", "-Dwerror=false", os.path.join(tree, "build"), tree,
        env=environment)
    run("meson", "install", "-C", os.path.join(tree, "build"), env=environment)
    shutil.rmtree(tree)

    tests = sorted(glob.glob(os.path.join(prefix, "share", "installed-tests", "boternity", "*.test")))
    names = {os.path.basename(path) for path in tests}
    assert {"library-record.test", "system-bots.test", "system-chat.test"} <= names, names
    for path in tests:
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(path, encoding="utf-8")
        command = parser["Test"]["Exec"].split()
        output = run(*command, cwd=FOLDER, env={"PATH": os.environ["PATH"], "TMPDIR": FOLDER, "HOME": FOLDER})
        assert "ok 1 " in output and "\nnot ok" not in output, (path, output)


def main():
    global FOLDER
    FOLDER = tempfile.mkdtemp(prefix="bty-installed-")
    try:
        tap.main(globals())
    finally:
        shutil.rmtree(FOLDER)


main()
