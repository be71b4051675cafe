#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""freeze.py BUILD: takes today's public interface as the one that must keep working.

Writes the ABI of the built libraries to tests/kit/abi, and the public headers with a few plugins to
tests/kit/frozen/abi-MAJOR.MINOR. To be run when a version of the interface is released, or after abi_major or abi_minor in
meson.build was raised; commit what it writes. Needs abidw.
"""
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
LIBRARIES = {"boternity-1": "src/libboternity", "boternity-http-1": "src/http"}
PLUGINS = {"operations": "plugins/example", "endpoint": "data/templates/endpoint", "store": "data/templates/store"}
QUIET = ["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", "--no-architecture", "--drop-private-types"]


def version():
    with open(os.path.join(TOP, "meson.build"), encoding="utf-8") as file:
        text = file.read()
    return tuple(int(re.search(rf"^{name} = (\d+)$", text, re.MULTILINE).group(1)) for name in ("abi_major", "abi_minor"))


def read_abi(build, name, target):
    folder = LIBRARIES[name]
    subprocess.run(["abidw", *QUIET, "--headers-dir", os.path.join(TOP, folder), "--out-file", target,
                    os.path.join(build, folder, f"lib{name}.so")], check=True)


def write_abi(build):
    for name in LIBRARIES:
        with tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, "abi")
            read_abi(build, name, path)
            with open(path, "rb") as source, open(os.path.join(HERE, "abi", name + ".abi.gz"), "wb") as raw:
                with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=9, filename="", mtime=0) as target:
                    target.write(source.read())
    with open(os.path.join(HERE, "abi", "version"), "w", encoding="ascii") as file:
        file.write("%d.%d\n" % version())


def copy(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)


def write_headers():
    frozen = os.path.join(HERE, "frozen", "abi-%d.%d" % version())
    shutil.rmtree(frozen, ignore_errors=True)
    for name, folder in LIBRARIES.items():
        for header in sorted(os.listdir(os.path.join(TOP, folder))):
            if header.endswith(".h") and not header.endswith("-private.h"):
                copy(os.path.join(TOP, folder, header), os.path.join(frozen, name, header))
    for name, folder in PLUGINS.items():
        top = os.path.join(TOP, folder)
        for path in sorted(os.listdir(top)) + ["tests/test-example.py"]:
            if path.endswith((".c", ".h", ".py")):
                copy(os.path.join(top, path), os.path.join(frozen, name, path))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_abi(sys.argv[1])
    write_headers()
    print("frozen as %d.%d" % version())
