#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl: what the verbs ask the daemon, and how its answers are shown."""

import json
import os
import re
import unicodedata

from harness import Place, tap


def test_bot_verbs():
    with Place() as place:
        bot = place.json("bot", "create", "Ada L", "--description=Counts", "--model", "a/b", "--model", "c/d", "--temperature", "0.3",
                         "--max-output", "100")
        assert place.fake.calls("bot.create") == [{"name": "Ada L", "description": "Counts", "route": ["a/b", "c/d"],
                                                   "temperature": 0.3, "max_output": 100}]
        assert bot["slug"] == "ada-l"
        assert "Ada L" in place.run("bot", "get", "ada-l").stdout
        place.run("bot", "update", "ada-l", "--name", "Ada")
        assert place.fake.calls("bot.update") == [{"slug": "ada-l", "name": "Ada"}]
        assert "stopped" in place.run("bot", "stop", "ada-l").stderr
        assert place.json("bot", "start", "ada-l")["state"] == "running"
        assert place.json("bot", "delete", "ada-l") == {}
        assert place.run("bot", "delete", "ada-l", code=5).stderr == "boternity-ctl: no bot is called “ada-l”\n"


def test_words_after_dashes():
    with Place() as place:
        assert place.json("bot", "create", "--", "--json")["name"] == "--json"


def test_lists_follow_cursors():
    with Place() as place:
        for number in range(7):
            place.run("bot", "create", f"Bot {number}")
        bots = place.json("bot", "list")
        assert [bot["slug"] for bot in bots["items"]] == ["boternity"] + [f"bot-{n}" for n in range(7)]
        lines = place.run("bot", "list").stdout.splitlines()
        assert lines[0].split() == ["BOT", "NAME", "STATE", "MODELS", "DESCRIPTION"] and len(lines) == 9


def test_limits():
    with Place() as place:
        place.state.sessions = [{"id": f"s{n}", "revision": 1, "bot": "b", "slug": "boternity", "state": "open"} for n in range(250)]
        assert len(place.json("session", "list")["items"]) == 100
        assert len(place.json("session", "list", "--limit", "0")["items"]) == 250
        assert len(place.json("session", "list", "-n7", "--bot", "boternity")["items"]) == 7
        assert place.fake.calls("session.list")[-1] == {"limit": 7, "slug": "boternity"}
        assert place.json("session", "list", "--bot", "nobody") == {"items": []}
        assert "no sessions yet" in place.run("session", "list", "--bot", "nobody").stderr


def test_messages():
    with Place() as place:
        place.state.messages = [{"id": f"m{n}", "session": "s", "bot": "b", "role": "user" if n % 2 == 0 else "assistant",
                                 "text": f"word {n}", "created_at": "2026-11-01T10:00:00Z"} for n in range(6)]
        text = place.run("session", "messages", "s", "--limit", "4").stdout
        assert [line for line in text.splitlines() if line.startswith("word")] == ["word 2", "word 3", "word 4", "word 5"]
        assert [m["text"] for m in place.json("session", "messages", "s", "--limit", "2")["items"]] == ["word 5", "word 4"]
        assert "word 3" in place.run("session", "search", "word", "3").stdout
        assert place.fake.calls("message.search") == [{"words": "word 3", "limit": 10}]


def test_session_changes():
    with Place() as place:
        place.state.sessions = [{"id": "s1", "revision": 1, "bot": "b", "slug": "boternity", "state": "open"}]
        assert place.json("session", "close", "s1")["state"] == "closed"
        assert "boternity" in place.run("session", "get", "s1").stdout
        place.run("session", "get", "s2", code=5)


def test_providers():
    with Place() as place:
        place.run("provider", "add", "local", "--url", "http://localhost:1/v1", "--default-model", "m", "--options", '{"a":1}',
                  "--context-window", "4096", "--enabled", "true")
        assert place.fake.calls("provider.add") == [{"name": "local", "url": "http://localhost:1/v1", "default_model": "m",
                                                     "context_window": 4096, "options": {"a": 1}, "enabled": True}]
        assert [p["name"] for p in place.json("provider", "list")["items"]] == ["builtin", "local"]
        assert "builtin" in place.run("provider", "list").stdout
        assert place.json("provider", "test", "local")["ok"] is True
        assert "the key was refused" in place.run("provider", "test", "broken", code=3).stderr
        assert place.json("model", "list")["items"][0]["name"] == "builtin/docs"
        assert "writable by others" in place.run("plugin", "list").stdout


def test_config():
    with Place() as place:
        assert place.run("config", "get", "http.port").stdout == "0\n"
        assert place.json("config", "set", "http.port", "99")["value"] == "99"
        assert place.run("config", "get", "http.port").stdout == "99\n"
        assert place.json("config", "unset", "http.port")["source"] == "default"
        assert place.fake.calls("config.set")[-1] == {"name": "http.port", "value": None}
        assert place.run("config", "set", "http.prt", "1", code=5).stdout == ""


def test_errors_as_json():
    with Place() as place:
        result = place.run("bot", "get", "nobody", "--json", code=5)
        assert result.stdout == ""
        assert json.loads(result.stderr) == {"title": "Not found", "status": 404, "code": "NOT_FOUND",
                                             "detail": "no bot is called “nobody”"}
        assert json.loads(place.run("bot", "get", "--json", code=2).stderr)["code"] == "INVALID_ARGUMENT"


def test_token_and_status():
    with Place() as place:
        assert place.run("token").stdout == "fake-token\n"
        assert place.fake.state.requests == []
        status = place.json("status")
        assert status["running"] is True and status["pid"] == os.getpid() and status["plugins"] == ["fake"]


def test_other_version():
    with Place() as place:
        place.state.version = "9.9.9"
        result = place.run("bot", "list", "--json")
        assert result.stderr.count("\n") == 1 and "9.9.9" in result.stderr
        json.loads(result.stdout)


def test_daemon_that_does_not_answer():
    with Place() as place:
        place.state.hangs = True
        assert "has not answered" in place.run("status", code=12).stderr


def test_unknown_members():
    with Place() as place:
        place.state.bots["boternity"]["invented_later"] = {"x": [1]}
        assert "Boternity" in place.run("bot", "list").stdout
        assert place.json("bot", "get", "boternity")["invented_later"] == {"x": [1]}


def cells(text):
    """How many columns a terminal gives it: its own count, not the program's."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def lines_of(terminal):
    return re.sub("\033\\[[0-9]*m", "", terminal.all).splitlines()


def test_table_fits_window():
    names = {"Long": "Übergrößenträger " * 20, "広い名前の機械" * 6: "x", "e\u0301" * 50: "combining",
             "混ぜたmixed" * 4: "半分は広い half of it is wide " * 5}
    with Place() as place:
        for name, description in names.items():
            place.run("bot", "create", name, "--description", description)
        for columns in (40, 80, 200):
            with place.terminal("bot", "list", columns=columns) as terminal:
                assert terminal.wait() == 0
                lines = lines_of(terminal)
            assert len(lines) == 2 + len(names), lines
            for line in lines:
                assert cells(line) <= columns, (columns, cells(line), line)
            assert max(map(cells, lines)) > columns - 4, (columns, "the window is not used")
            # The columns stand in line: the second one begins where its title does, in each row.
            second = cells(lines[0][:lines[0].index(lines[0].split()[1])])
            for line in lines[1:]:
                at, used = 0, 0
                while used < second:
                    used, at = used + cells(line[at]), at + 1
                assert used == second and line[:at].endswith("  "), (columns, line)


def test_table_is_whole_when_asked_for():
    with Place() as place:
        place.run("bot", "create", "Long", "--description", "Übergrößenträger " * 20)
        assert "…" not in place.run("bot", "list").stdout          # a pipe has no width
        with place.terminal("bot", "list", columns=40) as terminal:
            assert terminal.wait() == 0 and "…" in terminal.all
        with place.terminal("bot", "list", "--no-truncate", columns=40) as terminal:
            assert terminal.wait() == 0 and "…" not in terminal.all
            assert "Übergrößenträger " * 19 in terminal.all


def test_colours():
    with Place() as place:
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            with place.terminal("bot", "list", **environment) as terminal:
                assert terminal.wait() == 0
                assert ("\033[1m" in terminal.all) == coloured, environment


def test_json_on_terminal():
    with Place() as place:
        with place.terminal("status", "--json") as terminal:
            assert terminal.wait() == 0
            assert terminal.all.count("\n") > 5 and json.loads(terminal.all)["running"] is True


def test_no_escapes_reach_terminal():
    with Place() as place:
        place.state.bots["evil"] = place.state.bot("evil", "E\033]0;owned\007vil", description="\u009b31m")
        with place.terminal("bot", "list", NO_COLOR="1") as terminal:
            assert terminal.wait() == 0
            assert "\033" not in terminal.all and "\u009b" not in terminal.all and "vil" in terminal.all


def test_answers_that_are_none():
    with Place() as place:
        place.state.bots["boternity"] = None
        assert "not understood" in place.run("bot", "get", "boternity", code=1).stderr


if __name__ == "__main__":
    tap.main(globals())
