#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every language of po/LINGUAS is complete and whole: nothing untranslated or fuzzy, the right plurals, nothing lost in a text."""

import collections
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "system"))
sys.path.insert(0, HERE)

import catalogue  # noqa: E402
import tap  # noqa: E402

PLURALS = {"de": "nplurals=2; plural=(n != 1);", "es": "nplurals=2; plural=(n != 1);", "zh_CN": "nplurals=1; plural=0;"}
DIRECTIVE = re.compile(r"%(?:\d+\$)?([-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|ll|[hlzjt])?[diouxXeEfgGcsp%aAbBYHMSZ])")
# What people type or a program reads stays as it is.
TYPED = re.compile(r"--[a-z][a-z-]+|\bBOTERNITY_[A-Z_]+|\b(?:chat|http|calls|log|store|rest)\.[a-z_]+\b"
                   r"|boternity-ctl (?:bot|call|chat|config|doctor|event|help|log|model|plugin|provider|restart|schema|session|status|stop|token)\b")


def languages():
    with open(os.path.join(ROOT, "po", "LINGUAS"), encoding="utf-8") as stream:
        return [line.strip() for line in stream if line.strip() and not line.startswith("#")]


def path(language):
    return os.path.join(ROOT, "po", language + ".po")


def each():
    there = [language for language in languages() if os.path.exists(path(language))]
    if not there:
        raise tap.Skip("no language has a file yet")
    return there


def read(name):
    with open(name, encoding="utf-8") as stream:
        return list(catalogue.entries(stream.read()))


def texts(entry):
    """(original, translation) pairs of an entry."""
    if "msgid_plural" in entry:
        forms = [value for key, value in sorted(entry.items()) if key.startswith("msgstr")]
        return [(entry["msgid_plural"], form) for form in forms]
    return [(entry["msgid"], entry["msgstr"])]


def directives(text):
    """The arguments that a text takes, whatever their order, which only %1$s may change."""
    return sorted(DIRECTIVE.findall(text))


def numbered(text):
    return bool(re.search(r"%\d+\$", text))


def test_every_language_has_a_file():
    assert [language for language in languages() if language not in each()] == []


def test_valid():
    for language in each():
        subprocess.run(["msgfmt", "-c", "-o", os.devnull, path(language)], check=True, capture_output=True)


def test_complete():
    with tempfile.TemporaryDirectory() as folder:
        pot = os.path.join(folder, "b.pot")
        catalogue.extract(ROOT, pot)
        wanted = {(entry.get("msgctxt"), entry["msgid"]) for _, entry in read(pot) if entry["msgid"]}
    for language in each():
        entries = read(path(language))
        assert not [entry["msgid"] for flags, entry in entries if "fuzzy" in flags and entry["msgid"]], f"{language}: fuzzy"
        done = {(entry.get("msgctxt"), entry["msgid"]) for _, entry in entries
                if all(translation for _, translation in texts(entry))}
        missing = sorted(text for _, text in wanted - done)
        assert not missing, f"{language}: {len(missing)} not translated, such as {missing[:5]}"


def test_plurals():
    for language in each():
        header = read(path(language))[0][1]["msgstr"]
        if language in PLURALS:
            assert PLURALS[language].replace(" ", "") in header.replace(" ", ""), (language, header)
        count = int(re.search(r"nplurals=(\d)", header).group(1))
        for _, entry in read(path(language)):
            if "msgid_plural" in entry:
                assert sum(key.startswith("msgstr[") for key in entry) == count, (language, entry)


def test_nothing_lost():
    for language in each():
        for flags, entry in read(path(language)):
            for original, translation in texts(entry) if entry["msgid"] else []:
                if not translation:
                    continue                    # which test_complete is about
                where = f"{language}: {original!r} became {translation!r}"
                if not numbered(translation) and "c-format" in flags:
                    assert DIRECTIVE.findall(original) == DIRECTIVE.findall(translation), where
                if "c-format" in flags:
                    assert directives(original) == directives(translation), where
                assert collections.Counter(TYPED.findall(original)) == collections.Counter(TYPED.findall(translation)), where
                assert original.count("“") == original.count("”") and balanced(translation), where
                assert ("“" in original) == any(mark in translation for mark in "“„«「"), where
                assert original.startswith(" ") == translation.startswith(" "), where
                # A full-width colon has its blank within.
                assert original.endswith(" ") == translation.endswith(" ") or translation.endswith("：") and original.rstrip().endswith(":"), where


def balanced(text):
    """Quotes that open also close, in the manner of each language."""
    if "„" in text:
        return text.count("„") == text.count("“")
    return text.count("“") == text.count("”") and text.count("«") == text.count("»") and text.count("「") == text.count("」")


def test_can_fail():
    """The checks find what they are for."""
    assert directives("%s of %d") != directives("%d of %d") and directives("%2$d %1$s") == directives("%s %d")
    assert not balanced("«a") and not balanced("„a") and balanced("„a“") and balanced("“a”")
    assert TYPED.findall("use --json, BOTERNITY_X or http.port") == ["--json", "BOTERNITY_X", "http.port"]


if __name__ == "__main__":
    tap.main(globals())
