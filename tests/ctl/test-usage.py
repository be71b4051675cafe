#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl: words and options, help, exit codes. Nothing here needs a daemon, and none may be started."""

import os
import re

from harness import Place, tap

VERBS = ["chat", "bot", "session", "import", "provider", "model", "status", "stop", "restart", "config", "plugin", "token", "call", "help",
         "version"]


def test_overview():
    with Place(daemon=False) as place:
        text = place.run().stdout
        assert place.run("help").stdout == text == place.run("--help").stdout == place.run("-h").stdout
        for verb in VERBS:
            assert re.search(rf"^  {verb} ", text, re.M), verb
        assert "__complete" not in text


def subcommands(place, verb):
    return re.findall(rf"^  {verb} ([a-z]+)", place.run("help", verb).stdout, re.M)


def test_help_of_every_command():
    with Place(daemon=False) as place:
        for verb in VERBS:
            for command in subcommands(place, verb) or [None]:
                words = [verb] + ([command] if command else [])
                text = place.run("help", *words).stdout
                assert f"Usage: boternity-ctl {' '.join(words)}" in text, text
                assert "--json" in text
                assert verb in ("status", "stop", "restart", "version", "token") or "Examples:" in text, words
                assert place.run(*words, "--help").stdout == text
        assert len(subcommands(place, "bot")) == 13
        assert os.listdir(place.data) == []


def test_unknown_words():
    with Place(daemon=False) as place:
        assert "did you mean “status”?" in place.run("statsu", code=2).stderr
        assert "did you mean “bot create”?" in place.run("bot", "crate", code=2).stderr
        assert "boternity-ctl help lists them" in place.run("xyzzy", code=2).stderr
        assert "it knows: create, list" in place.run("bot", "zzzzzz", code=2).stderr
        assert "It knows: create" in place.run("bot", code=2).stderr
        assert "did you mean --description?" in place.run("bot", "create", "x", "--descripton", "y", code=2).stderr
        assert "no option --zzzzzzzzz" in place.run("status", "--zzzzzzzzz", code=2).stderr
        assert "no option -z" in place.run("status", "-z", code=2).stderr


def test_counts_and_values():
    with Place(daemon=False) as place:
        assert "too few words; usage: boternity-ctl bot get BOT" in place.run("bot", "get", code=2).stderr
        assert "“b” is one word too many" in place.run("bot", "get", "a", "b", code=2).stderr
        assert "needs a value: --model PROVIDER/MODEL" in place.run("bot", "create", "x", "--model", code=2).stderr
        assert "takes no value" in place.run("chat", "--new=yes", "x", code=2).stderr
        assert "temperature" in place.run("bot", "create", "x", "--temperature", "warm", code=2).stderr
        assert "temperature" in place.run("bot", "create", "x", "--temperature", "7", code=2).stderr
        assert "from 0 to" in place.run("session", "list", "--limit", "-1", code=2).stderr
        assert "nothing to change" in place.run("bot", "update", "x", code=2).stderr
        assert "exclude each other" in place.run("chat", "--new", "--session", "x", code=2).stderr
        assert os.listdir(place.data) == []


def test_version():
    with Place(daemon=False) as place:
        assert re.fullmatch(r"boternity-ctl \d+\.\d+\.\d+\n", place.run("version").stdout)
        assert place.run("--version").stdout == place.run("version").stdout
        assert set(place.json("version")) == {"version"}


def test_status_starts_nothing():
    with Place(daemon=False) as place:
        status = place.json("status")
        assert status["running"] is False and status["pid"] is None and status["http_url"] is None and status["plugins"] == []
        assert status["data_dir"] == place.data and status["version"]
        assert "No daemon runs" in place.run("status").stdout
        assert place.json("stop") == {"running": False, "was_running": False}
        assert os.listdir(place.data) == []


def test_no_place_for_data():
    with Place(daemon=False) as place:
        del place.environment["BOTERNITY_DATA_DIR"]
        assert "BOTERNITY_DATA_DIR" in place.run("status", code=7).stderr
        assert '"code":"FAILED_PRECONDITION"' in place.run("--json", "status", code=7).stderr


if __name__ == "__main__":
    tap.main(globals())
