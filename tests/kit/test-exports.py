# SPDX-License-Identifier: LGPL-2.1-or-later
"""The libraries export what their public headers declare, and nothing else."""
import os
import re
import subprocess
import sys

sys.path[:0] = [os.path.join(os.environ["BOTERNITY_TEST_SOURCE"], "tests", "system")]
import tap

BUILD = os.environ["BOTERNITY_TEST_BUILD"]
SOURCE = os.environ["BOTERNITY_TEST_SOURCE"]
NAME = re.compile(r"\b(bty_[a-z0-9_]+)\b")


def exported(library):
    done = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in done.stdout.splitlines() if line.strip()}


def declared(folder):
    """Names after BTY_EXPORT, and those that the macros of records and types make."""
    names = set()
    for file in sorted(os.listdir(folder)):
        if not file.endswith(".h") or file.endswith("-private.h"):
            continue
        with open(os.path.join(folder, file), encoding="utf-8") as stream:
            text = re.sub(r"/\*.*?\*/", " ", stream.read(), flags=re.DOTALL)
        text = re.sub(r"^[ \t]*#[ \t]*define\b(?:.*\\\n)*.*$", "", text, flags=re.MULTILINE)
        for prefix in re.findall(r"BTY_DECLARE_RECORD \(\w+, (\w+)\)", text):
            names |= {prefix + "_schema", prefix + "_get_type"}
        for statement in re.findall(r"BTY_EXPORT\b((?:(?!BTY_EXPORT)[^;{])*)", text):
            types = re.search(r"G_DECLARE_\w+ \(\w+, (\w+),", statement)
            if types:
                names.add(types.group(1) + "_get_type")
                continue
            found = NAME.search(statement.replace("G_GNUC_PRINTF", ""))
            assert found, f"{file}: {statement}"
            names.add(found.group(1))
    return names


def compare(library, folder):
    have, want = exported(os.path.join(BUILD, library)), declared(os.path.join(SOURCE, folder))
    assert len(want) > 20, want
    assert not have - want, f"exported, but in no public header: {sorted(have - want)}"
    assert not want - have, f"declared, but not exported: {sorted(want - have)}"


def test_library():
    compare("src/libboternity/libboternity-1.so", "src/libboternity")


def test_http_library():
    compare("src/http/libboternity-http-1.so", "src/http")


def test_plugins_export_one_symbol():
    for path, _, files in os.walk(os.path.join(BUILD, "plugins")):
        for file in files:
            if file.endswith(".so"):
                assert exported(os.path.join(path, file)) == {"bty_plugin_descriptor"}, (file, exported(os.path.join(path, file)))


tap.main(globals())
