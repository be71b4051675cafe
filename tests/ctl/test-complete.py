#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion: what the program offers, and what bash makes of it."""

import os
import shutil
import subprocess

import harness
from harness import Place, tap

SCRIPT = os.path.join(os.path.dirname(os.path.dirname(harness.HERE)), "data", "completion", "boternity-ctl.bash")
PROBE = r'''
source "$1"
COMP_LINE="$2" COMP_POINT=${#2}
read -r -a COMP_WORDS <<< "$2"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt () { :; }
_boternity_ctl
printf '%s\n' "${COMPREPLY[@]}"
'''


def offered(place, *words):
    return place.run("__complete", *words).stdout.split()


def test_words():
    with Place(daemon=False) as place:
        assert offered(place, "st") == ["status", "stop"]
        assert "__complete" not in offered(place, "") and "chat" in offered(place, "")
        assert offered(place, "bot", "st") == ["start", "stop"]
        assert offered(place, "help", "ver") == ["version"] and offered(place, "help", "bot", "cr") == ["create"]
        assert offered(place, "bot", "create", "x", "--de") == ["--description"]
        assert offered(place, "chat", "--") == ["--session", "--new", "--reasoning", "--json", "--help"]
        assert offered(place, "nonsense", "x") == [] and offered(place, "bot", "nonsense", "x") == []
        assert offered(place, "chat", "b") == [] and os.listdir(place.data) == []     # and no daemon is started


def test_names():
    with Place() as place:
        place.run("bot", "create", "Ada")
        assert offered(place, "chat", "a") == ["ada"]
        assert offered(place, "bot", "get", "") == ["boternity", "ada"]
        assert offered(place, "bot", "update", "--name", "x", "b") == ["boternity"]
        assert offered(place, "provider", "test", "b") == ["builtin"]
        assert offered(place, "bot", "create", "--model", "") == ["builtin/docs"]
        assert offered(place, "config", "set", "h") == ["http.port"]
        assert offered(place, "config", "set", "http.port", "") == []
        assert offered(place, "call", "bot.") == ["bot.create", "bot.list"]
        assert offered(place, "call", "echo", "te") == ["text="]
        assert "number=" in offered(place, "call", "echo", "text=x", "")


def test_bash():
    bash = shutil.which("bash")
    if bash is None:
        raise tap.Skip("no bash here")
    with Place() as place:
        for line, expected in (("st", ["status", "stop"]), ("bot cre", ["create"]), ("chat b", ["boternity"]),
                               ("call echo te", ["text="]), ("bot get ", ["boternity"])):
            result = subprocess.run([bash, "-c", PROBE, "probe", SCRIPT, f"{place.program} {line}"], env=place.environment,
                                    capture_output=True, text=True, timeout=60, check=False)
            assert result.stdout.split() == expected and result.stderr == "", (line, result)


if __name__ == "__main__":
    tap.main(globals())
