#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The man pages list what the programs have, and come out of the Markdown whole."""

import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "system"))
sys.path.insert(0, HERE)

import pages  # noqa: E402
import tap  # noqa: E402

BUILD = os.environ["BOTERNITY_TEST_BUILD"]
BUILT = sys.argv[1:]


def run(*command):
    return subprocess.run(command, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"}, capture_output=True, text=True, timeout=60,
                          check=False)


def test_lists_are_the_programs_own():
    differences = pages.compare(pages.Programs(BUILD), fix=False)
    assert not differences, "run tests/man/pages.py --fix BUILD:\n" + "\n".join(differences)


def test_settings_are_the_programs_own():
    """docs/settings.md has a line for each, with its default and whether it is read at start, and none for what there is not."""
    with open(os.path.join(pages.ROOT, "docs", "settings.md"), encoding="utf-8") as stream:
        lines = re.findall(r"^\| `([a-z]+\.[a-z_]+)`(\*?) \|([^|]*)\|", stream.read(), re.M)
    told = {name: (fallback.strip().strip("`"), star == "*") for name, star, fallback in lines}
    programs = pages.Programs(BUILD)
    known = {setting["name"]: (setting["fallback"], setting["restart"])
             for setting in json.loads(programs.run(programs.daemon, "--check-settings", "--log-level", "error"))["settings"]}
    assert told == known, {name: (told.get(name), known.get(name)) for name in told.keys() | known.keys() if told.get(name) != known.get(name)}


def test_a_missing_one_is_found():
    text = "# COMMANDS\n\n**a**\n: A.\n\n# NEXT\n"
    assert pages.put(text, "# COMMANDS", ["**a**", ": A.", ""]) == text
    assert pages.put(text, "# COMMANDS", ["**a**", ": A.", "", "**b**", ": B.", ""]) != text
    assert pages.mark_up("bot create NAME [OPTION…]") == "**bot** **create** *NAME* \\[*OPTION*...\\]".replace("** **", " ")
    assert pages.options_of("  -n, --limit NUMBER          how many\n") == [("**-n**, **--limit** *NUMBER*", "how many")]


def test_every_option_is_shown():
    if not BUILT:
        raise tap.Skip("lowdown was not there at build time")
    programs = pages.Programs(BUILD)
    text = " ".join(run("groff", "-k", "-man", "-Tutf8", "-P-cbou", [page for page in BUILT if page.endswith("ctl.1")][0]).stdout.split())
    for words in pages.commands(programs):
        assert " ".join(words) in text, words
        for name in programs.run(programs.ctl, "__complete", *words, "--").split():
            assert name in text, (words, name)


def test_renders_without_warnings():
    if not BUILT:
        raise tap.Skip("lowdown was not there at build time")
    for page in BUILT:
        result = run("groff", "-k", "-man", "-ww", "-Tutf8", "-rLL=100n", page)
        assert result.returncode == 0 and not result.stderr, (page, result.stderr)
        if shutil.which("man"):
            result = run("man", "--warnings", "-l", page)
            assert result.returncode == 0 and not result.stderr, (page, result.stderr)
        if shutil.which("mandoc"):
            # Paragraphs after headings and the font of code are how lowdown writes; the rest would be a fault of ours.
            lines = [line for line in run("mandoc", "-Tlint", "-W", "warning", page).stdout.splitlines()
                     if not any(known in line for known in ("after SH", "after SS", "escape sequence: \\fC", "missing date"))]
            assert not lines, lines


def test_heads():
    if not BUILT:
        raise tap.Skip("lowdown was not there at build time")
    for page in BUILT:
        with open(page, encoding="utf-8") as stream:
            text = stream.read()
        name = os.path.basename(page)
        assert f'.TH "{name.rpartition(".")[0].upper()}" "{name.rpartition(".")[2]}"' in text and "Boternity 0" in text, text[:300]


if __name__ == "__main__":
    tap.main(globals())
