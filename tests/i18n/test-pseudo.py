#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything a person reads is translatable: in a made-up language each text stands between « and », and nothing else is English."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "ctl"))
sys.path.insert(0, HERE)

import catalogue  # noqa: E402
from harness import BUILD, Place, tap  # noqa: E402

DIRECTIVE = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?(?:ll|[lz])?[dusfgxz]")


@contextlib.contextmanager
def translated():
    """The folder of a catalogue that translates everything."""
    with tempfile.TemporaryDirectory(prefix="bty-i18n-") as folder:
        pot, po = os.path.join(folder, "b.pot"), os.path.join(folder, "xx.po")
        messages = os.path.join(folder, "xx", "LC_MESSAGES")
        os.makedirs(messages)
        catalogue.extract(ROOT, pot)
        catalogue.pseudo(pot, po)
        subprocess.run(["msgfmt", "-c", "-o", os.path.join(messages, "boternity.mo"), po], check=True, capture_output=True)
        yield folder


class House(Place):
    """The real daemon, which boternity-ctl starts, and the made-up language."""

    def __init__(self, folder):
        super().__init__(daemon=False, BOTERNITY_HTTP_PORT="0", BOTERNITY_LOCALE_DIR=folder, LANGUAGE="xx", LC_ALL="C.UTF-8")
        self.environment["BOTERNITY_CONFIG_DIR"] = os.path.join(self.folder, "config")
        self.environment["XDG_RUNTIME_DIR"] = os.path.join(self.folder, "none")

    def __exit__(self, *unused):
        try:
            self.run("stop")
        finally:
            super().__exit__()


def strip(text):
    """What stands outside of every « », which may be nested."""
    depth, out = 0, []
    for character in text:
        depth += character == "«"
        if depth == 0:
            out.append(character)
        depth -= character == "»"
    assert depth == 0, f"a text is cut off in {text!r}"
    return "".join(out)


def words(text):
    return re.findall(r"[A-Za-z][A-Za-z_.-]+", strip(text))


def verbs(place):
    """{verb: commands}, from completion, which is not translated."""
    names = place.run("__complete", "").stdout.split()
    return {name: [word for word in place.run("__complete", name, "").stdout.split() if word in place.run("__complete", "help", name, "").stdout.split()]
            for name in names}


def test_help():
    with translated() as folder, House(folder) as place:
        known = verbs(place)
        pages = [[], ["help"]] + [["help", verb] for verb in known]
        pages += [["help", verb, command] for verb, commands in known.items() for command in commands]
        allowed = set(known) | {command for commands in known.values() for command in commands} | {"boternity-ctl"}
        for page in pages:
            text = place.run(*page).stdout
            assert "«" in text and not DIRECTIVE.search(text), (page, text)
            for line in strip(text).splitlines():
                options = set(re.findall(r"--[a-z-]+|(?<!\S)-[a-z](?=,)", line))
                rest = [word for word in words(line) if word not in allowed and not any(word in option for option in options)]
                assert not rest, f"{page}: {rest} is not translatable in {line!r}"


def test_daemon_help():
    with translated() as folder, House(folder) as place:
        result = subprocess.run([os.path.join(BUILD, "src", "daemon", "boternityd"), "--help"], env=place.environment,
                                capture_output=True, text=True, timeout=60, check=True)
        for line in result.stdout.splitlines():
            match = re.match(r"  (?:-\w, )?--([a-z-]+)\S*\s+(.*)", line)
            if match and match.group(1) != "help":              # which is GLib's own
                assert match.group(2).startswith("«"), line


def test_tables():
    with translated() as folder, House(folder) as place:
        for command, column in ((["bot", "list"], None), (["config", "list"], -1), (["plugin", "list"], -1), (["call"], -1),
                                (["provider", "list"], None), (["model", "list"], None)):
            title, *rows = place.run(*command).stdout.splitlines()
            assert words(title) == [], f"{command}: {words(title)} of the titles is not translatable"
            assert rows, command
            if column is not None:
                for row in rows:
                    assert row.rstrip().endswith("»"), f"{command}: the meaning is not translatable: {row!r}"
        assert "«" in place.run("session", "list").stderr
        assert place.run("status").stdout and "«" not in place.run("--json", "call", "operation.list").stdout


def test_messages():
    with translated() as folder, House(folder) as place:
        place.run("bot", "list")
        failures = ((["nonsense"], 2), (["bot"], 2), (["bot", "nonsense"], 2), (["bot", "get"], 2), (["bot", "get", "nobody"], 5),
                    (["bot", "get", "a", "b"], 2), (["bot", "list", "--nonsense"], 2), (["bot", "update", "bo", "--name"], 2),
                    (["config", "get", "http.prot"], 5), (["config", "set", "http.port", "many"], 2), (["call", "nonsense"], 5),
                    (["call", "bot.get", "nonsense=1"], 2), (["bot", "create", " "], 2), (["log", "--since", "never"], 2),
                    (["log", "--level", "loud"], 2), (["doctor", "nonsense"], 2), (["provider", "get", "nobody"], 5),
                    (["session", "get", "0199f3a0-0000-7000-8000-000000000000"], 5), (["session", "list", "--limit", "x"], 2))
        for command, code in failures:
            text = place.run(*command, code=code).stderr
            assert text.startswith("boternity-ctl: "), (command, text)
            said = text[len("boternity-ctl: "):].strip()
            assert re.sub(r"^(/[a-z_/0-9]+: )", "", said).startswith("«") and not DIRECTIVE.search(said), (command, text)
            assert not [word for word in words(said) if len(word) > 3], f"{command}: {words(said)} in {said!r}"
        assert "«" in place.run("config", "set", "http.max_body", "20000000").stderr


def test_doctor():
    with translated() as folder, House(folder) as place:
        for up in (False, True):
            if up:
                place.run("bot", "list")
            findings = place.json("doctor")["findings"]
            for finding in findings:
                texts = [finding["text"]] + ([finding["remedy"]] if finding["remedy"] else [])
                for text in texts:
                    assert "«" in text or finding["check"] in ("database",), finding
                    assert not DIRECTIVE.search(text), finding


def test_decorate():
    """The made-up language keeps what must be kept, and the tests above can fail."""
    assert catalogue.decorate("no %s of %5.2f %% here\\n") == "«ñó %s óf %5.2f %% héré»\\n"
    assert words("«nothing» but «this «one» too»") == ["but"]


if __name__ == "__main__":
    tap.main(globals())
