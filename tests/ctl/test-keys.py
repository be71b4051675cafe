#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl: keys reach the daemon, and nothing else."""

import os
import subprocess

from harness import CTL, Place, tap

KEY = "sk-very-secret-0123456789"


def look_for_key(folder):
    found = []
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            if os.path.isfile(path) and KEY.encode() in open(path, "rb").read():
                found.append(path)
    return found


def check_silent(place, *results):
    for result in results:
        assert KEY not in result.stdout + result.stderr, result
        assert all(KEY not in word for word in result.args)
    assert look_for_key(place.folder) == []


def test_stdin():
    with Place() as place:
        added = place.run("provider", "add", "x", "--url", "https://x.example/v1", "--key-stdin", input=KEY + "\nnot this\n")
        assert place.fake.calls("provider.add") == [{"name": "x", "url": "https://x.example/v1", "key": KEY}]
        as_json = place.run("provider", "update", "x", "--key-stdin", "--json", input=KEY)
        assert place.fake.calls("provider.update") == [{"name": "x", "key": KEY}]
        check_silent(place, added, as_json)
        assert "no key" in place.run("provider", "add", "y", "--key-stdin", input="\n", code=2).stderr


def test_terminal():
    with Place() as place:
        with place.terminal("provider", "add", "x", "--key-stdin") as terminal:
            terminal.until("not shown")
            terminal.type(KEY[:-1] + "?\x7f" + KEY[-1] + "\n")
            assert terminal.wait() == 0
            assert "sk-" not in terminal.all
        assert place.fake.calls("provider.add") == [{"name": "x", "key": KEY}]
        with place.terminal("provider", "add", "y", "--key-stdin") as terminal:
            terminal.until("not shown")
            terminal.type(KEY + "\x03")
            assert terminal.wait() == 2
        assert len(place.fake.calls("provider.add")) == 1


def test_passphrases():
    """Never empty, and a new one is typed twice: a capsule or backup that opens for nobody is found out too late."""
    with Place() as place:
        for words in (("bot", "export", "ada", "--seal", "-o", "ada.bot"), ("backup", "create", "--passphrase")):
            assert "no passphrase" in place.run(*words, input="\n", code=2).stderr
            with place.terminal(*words) as terminal:
                terminal.until("not shown")
                terminal.type("correct horse\n")
                terminal.until("The same again")
                terminal.type("correct house\n")
                terminal.until("two different")
                assert terminal.wait() == 2
        assert place.fake.calls("bot.export") == [] and place.fake.calls("backup.create") == []


def test_environment():
    with Place(MY_KEY=KEY) as place:
        added = place.run("provider", "add", "x", "--key-env", "MY_KEY")
        assert place.fake.calls("provider.add") == [{"name": "x", "key_ref": "env:MY_KEY", "key": KEY}]
        unset = place.run("provider", "add", "y", "--key-env", "NO_KEY")
        assert place.fake.calls("provider.add")[1] == {"name": "y", "key_ref": "env:NO_KEY"}
        assert "NO_KEY is not set here" in unset.stderr
        check_silent(place, added, unset)
        assert "name of a variable" in place.run("provider", "add", "z", "--key-env", "A=b", code=2).stderr


def test_handed_over_before_chat():
    with Place(MY_KEY=KEY) as place:
        place.state.providers["x"] = {"name": "x", "kind": "openai", "enabled": True, "key_ref": "env:MY_KEY", "key_state": "missing"}
        place.state.providers["y"] = {"name": "y", "kind": "openai", "enabled": True, "key_ref": "env:NO_KEY", "key_state": "missing"}
        place.state.providers["z"] = {"name": "z", "kind": "openai", "enabled": False, "key_ref": "env:MY_KEY", "key_state": "missing"}
        place.state.providers["m"] = {"name": "m", "kind": "openai", "enabled": True, "key_ref": "memory:m", "key_state": "missing"}
        said = place.run("chat", "hello you")
        assert place.fake.calls("provider.update") == [{"name": "x", "key": KEY}]
        order = [name for name, _ in place.state.requests]
        assert order.index("provider.update") < order.index("chat.send")
        again = place.run("chat", "hello again")
        assert len(place.fake.calls("provider.update")) == 1
        check_silent(place, said, again)


def test_not_among_arguments():
    """The key is no argument of any process: what /proc shows to others."""
    with Place(MY_KEY=KEY) as place:
        process = subprocess.Popen([CTL, "provider", "add", "x", "--key-stdin"], env=place.environment, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with open(f"/proc/{process.pid}/cmdline", "rb") as stream:
            assert KEY.encode() not in stream.read()
        process.communicate(KEY.encode(), timeout=30)
        assert process.returncode == 0 and len(place.fake.calls("provider.add")) == 1


if __name__ == "__main__":
    tap.main(globals())
