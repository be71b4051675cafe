# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the C sources against .clang-format. Other versions of clang-format lay out differently, so only the one the tree was laid out with
counts. Prints TAP; --fix lays out instead."""

import re
import subprocess
import sys

VERSION = "14"


def sources(top):
    listed = subprocess.run(["git", "-C", top, "ls-files", "*.c", "*.h", ":!tests/lint/corpus"], capture_output=True, text=True, check=False)
    return [f"{top}/{name}" for name in listed.stdout.split()]


def version():
    try:
        said = subprocess.run(["clang-format", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"version (\d+)", said)
    return found.group(1) if found else None


def main():
    top = sys.argv[-1] if len(sys.argv) > 1 and not sys.argv[-1].startswith("-") else "."
    files = sources(top)
    if "--fix" in sys.argv:
        return subprocess.run(["clang-format", "-i", *files], check=False).returncode
    print("1..1")
    if version() != VERSION:
        print(f"ok 1 format # SKIP clang-format {VERSION} is not installed")
        return 0
    if not files:
        print("ok 1 format # SKIP not a git checkout")
        return 0
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", "--ferror-limit=3", *files], capture_output=True, text=True, check=False)
    for line in result.stderr.splitlines()[:40]:
        print("# " + line)
    print(("ok" if result.returncode == 0 else "not ok") + " 1 format")
    return result.returncode


sys.exit(main())
