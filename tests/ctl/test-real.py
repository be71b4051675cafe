#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl with the daemon of the same build tree, which it starts itself, and an upstream that speaks the real wire."""

import json
import os
import signal
import subprocess
import sys

import harness
from harness import Place, tap, wait_until

UPSTREAM = os.path.join(os.path.dirname(harness.HERE), "http", "upstream.py")
KEY = "sk-canary-0123456789"
PROMPT = "\n> "


class House(Place):
    """A data folder without a daemon, and with one at the latest when something is asked."""

    def __init__(self, **environment):
        super().__init__(daemon=False, BOTERNITY_HTTP_PORT="0", BOTERNITY_PROVIDERS_DISCOVER_MS="0", **environment)
        self.environment["BOTERNITY_CONFIG_DIR"] = os.path.join(self.folder, "config")

    def __exit__(self, *unused):
        try:
            self.run("stop")
        finally:
            super().__exit__()

    def connect(self, model, *options):
        """Makes a bot that the upstream answers for."""
        upstream = Upstream()
        self.run("provider", "add", "up", "--url", f"http://127.0.0.1:{upstream.port}/v1", "--default-model", model, "--no-test", *options)
        self.run("bot", "create", "Up", "--model", f"up/{model}")
        return upstream


class Upstream:
    """The test server of tests/http."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, UPSTREAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.wait(10)


def test_first_command_of_all():
    """Whatever comes first on a fresh machine works."""
    for words in (["chat", "hello you"], ["bot", "list", "--json"], ["chat", "--json", "hello you"], ["model", "list"]):
        with House() as house:
            assert house.run(*words).stdout.strip() != ""
            assert [bot["slug"] for bot in house.json("bot", "list")["items"]] == ["bo"], words


def test_unknown_bot():
    with House() as house:
        said = house.run("chat", "nobody", "hello", code=5).stderr
        assert said.count("no bot is called “nobody”") == 1 and "GLib" not in said, said


def test_first_chat_on_terminal():
    with House(NO_COLOR="1") as house:
        with house.terminal("chat") as terminal:
            terminal.until("listens")
            terminal.until("No model is connected yet")
            terminal.until(PROMPT)
            terminal.type("The cat is called Tom\n")
            terminal.until("Tom")
            terminal.until(PROMPT)
            terminal.type("/sessions\n")
            terminal.until("*  1")
            terminal.until(PROMPT)
            terminal.type("\x04")
            assert terminal.wait() == 0


def test_one_daemon_for_all():
    with House() as house:
        processes = [house.popen("call", "daemon.status") for _ in range(6)]
        pids = set()
        for process in processes:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            pids.add(json.loads(out)["pid"])
        assert len(pids) == 1 and house.json("status")["pid"] in pids


def test_restart_keeps_everything():
    with House() as house:
        house.run("chat", input="my cat is called Tom\n")
        first = house.json("status")["pid"]
        house.run("restart")
        assert house.json("status")["pid"] != first
        assert "Tom" in house.run("chat", input="what is my cat called?\n").stdout
        session = house.json("session", "list")["items"][0]["id"]
        assert len(house.json("session", "messages", session)["items"]) == 4
        assert house.json("session", "close", session)["state"] == "closed"
        house.run("chat", "hello you")
        assert len(house.json("session", "list")["items"]) == 2
        assert "Tom" in house.run("session", "search", "cat").stdout


def test_settings():
    with House() as house:
        house.run("config", "set", "chat.reserve", "2048")
        assert house.run("config", "get", "chat.reserve").stdout == "2048\n"
        assert house.json("config", "unset", "chat.reserve")["source"] == "default"
        assert house.run("config", "set", "chat.reserve", "much", code=2).stderr
        assert "chat.reserve" in house.run("config", "list").stdout
        assert "endpoint:rest" in house.run("plugin", "list").stdout


def test_every_read_operation():
    """Whatever can be called without a word is called, by its schema."""
    with House() as house:
        names = [x["name"] for x in house.json("call")["items"] if "read" in x["effects"] and "endless" not in x["effects"]]
        assert len(names) > 10
        for name in names:
            result = subprocess.run([house.program, "call", name], env=house.environment, capture_output=True, text=True, timeout=60,
                                    check=False)
            assert result.returncode in (0, 2, 5), (name, result)
            if result.returncode == 0 and result.stdout.startswith('{"event"'):
                assert [json.loads(line)["event"] for line in result.stdout.splitlines()][-1] == "end", result
            else:
                assert result.returncode != 0 or json.loads(result.stdout) is not None
        assert house.json("call", "bot.update", "slug=bo", "temperature=0.5", "route=builtin")["temperature"] == 0.5
        assert house.json("call", "bot.update", "slug=bo", "temperature:=null")["temperature"] is None


def test_wire():
    with House(UP_KEY=KEY) as house:
        with house.connect("text", "--key-env", "UP_KEY"):
            report = house.json("provider", "test", "up")
            assert report["ok"] is True, report
            document = house.json("chat", "up", "Hello")
            assert document["text"] and document["turn"]["state"] == "done" and document["turn"]["model"].startswith("up/")
            assert "up/" in house.run("model", "list").stdout


def test_key_is_handed_over():
    with House() as house:
        with house.connect("text", "--key-env", "UP_KEY"):
            assert house.json("provider", "get", "up")["key_state"] == "missing"
            assert "UP_KEY" in house.run("chat", "up", "Hello", code=7).stderr
            house.environment["UP_KEY"] = KEY
            house.run("chat", "up", "Hello")
            assert house.json("provider", "get", "up")["key_state"] == "ready"
        house.run("stop")
        for base, _, names in os.walk(house.folder):
            for name in names:
                with open(os.path.join(base, name), "rb") as stream:
                    assert KEY.encode() not in stream.read(), name


def test_stop_answer():
    with House() as house:
        with house.connect("dripping"):
            process = house.popen("chat", "up", "Hello")
            assert process.stdout.read(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            assert process.returncode == 130 and "stopped" in err, (process.returncode, out, err)
            session = house.json("session", "list", "--bot", "up")["items"][0]["id"]
            answer = house.json("session", "messages", session, "--limit", "1")["items"][0]
            assert answer["role"] == "assistant" and answer["stop_reason"] == "cancelled", answer


def test_killed_in_mid_answer():
    with House() as house:
        with house.connect("dripping"):
            process = house.popen("chat", "up", "Hello")
            assert process.stdout.read(1)
            os.kill(house.json("status")["pid"], signal.SIGKILL)
            _, err = process.communicate(timeout=60)
            assert process.returncode == 13 and "in the middle of the answer" in err, (process.returncode, err)
            wait_until(lambda: house.json("status")["running"], "the next daemon")


if __name__ == "__main__":
    tap.main(globals())
