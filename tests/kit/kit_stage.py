# SPDX-License-Identifier: LGPL-2.1-or-later
"""The built tree, installed into a folder of its own, and projects built against it."""
import os
import shutil
import subprocess
import tempfile

BUILD = os.environ["BOTERNITY_TEST_BUILD"]
SOURCE = os.environ["BOTERNITY_TEST_SOURCE"]


def run(*words, folder=None, environment=None, check=True):
    """What subprocess.run() gives; with check, a failure shows what the program said."""
    done = subprocess.run(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=600, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)} gave {done.returncode}:\n{done.stdout[-8000:]}")
    return done


class Stage:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="boternity-stage-")
        root = os.path.join(self.folder, "root")
        # What was built is installed as it is: a test builds nothing of the tree that it tests.
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root)
        found = [path for path, _, files in os.walk(root) if "boternity-1.pc" in files]
        assert len(found) == 1, found
        self.pkgconfig = found[0]
        self.bin = self.variable("boternity-1", "bindir")
        self.ctl = os.path.join(self.bin, "boternity-ctl")

    def environment(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TMPDIR", "CC", "CCACHE_DIR", "PYTHONPATH") if name in os.environ}
        compiler = {"CC": "ccache gcc"} if "CC" not in kept and shutil.which("ccache") else {}
        return {**compiler, **kept, "PKG_CONFIG_PATH": getattr(self, "pkgconfig", ""), "BOTERNITY_DATA_DIR": os.path.join(self.folder, "data"),
                "XDG_RUNTIME_DIR": self.folder, **more}

    def pkg_config(self, *words):
        return run("pkg-config", *words, environment=self.environment()).stdout.strip()

    def variable(self, package, name):
        return os.path.realpath(self.pkg_config(f"--variable={name}", package))

    def build(self, source, name):
        """Configures and builds; warnings are errors. Returns the build folder."""
        folder = os.path.join(self.folder, "build-" + name)
        run("meson", "setup", "-Dwerror=true", folder, source, environment=self.environment())
        run("ninja", "-C", folder, environment=self.environment())
        return folder

    def test(self, folder):
        """Runs the tests of a built project; how many passed."""
        said = run("meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs", environment=self.environment()).stdout
        counts = [line.split()[-1] for line in said.splitlines() if line.startswith("Ok:")]
        assert counts and int(counts[0]) > 0, said
        return int(counts[0])

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
