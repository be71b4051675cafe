#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl secret and vault: what is asked for, what is sent, and that a value is on no command line and in no output."""

import os

from harness import Place, fake_daemon, tap

VALUE = "sk-canary-0123456789"


def entry(request, **more):
    return {"name": request["name"], "store": "vault", "uses": 0, **more}


def value_of(request, key):
    return {"name": request.get("name", request.get("store")), "value": key}


fake_daemon.CALLS.update({
    "secret.set": lambda s, r: entry(r), "secret.rotate": lambda s, r: entry(r), "secret.move": lambda s, r: entry(r),
    "secret.get": lambda s, r: entry(r, bots=["ada"], hosts=["one.example"]), "secret.update": lambda s, r: entry(r),
    "secret.delete": lambda s, r: {}, "secret.lock": lambda s, r: {}, "secret.unlock": lambda s, r: {},
    "secret.password": lambda s, r: {}, "secret.recovery": lambda s, r: value_of(r, "RECOVERY-KEY"),
    "secret.reveal": lambda s, r: value_of(r, VALUE),
    "secret.list": lambda s, r: fake_daemon.page([
        {"name": "used", "store": "keyring", "bots": ["ada", "bo"], "hosts": ["api.example"], "uses": 3,
         "last_used_at": "2020-01-01T00:00:00Z"}, {"name": "fresh", "store": "vault", "uses": 0}]),
    "secret.import": lambda s, r: {"names": ["A"], "store": "vault", "skipped": [{"name": "B", "line": 2, "reason": "there is one"}]},
    "secret.status": lambda s, r: {"chosen": "vault", "why": "new secrets go to the vault", "unfinished": 0, "stores": [
        {"name": "vault", "place": 1, "state": "open", "text": "a vault", "writable": True, "chosen": True},
        {"name": "keyring", "place": 2, "state": "absent", "text": "a keyring", "reason": "there is none", "writable": True, "chosen": False}]},
})


def silent(*results):
    for result in results:
        assert VALUE not in result.stdout + result.stderr, result


def test_set():
    with Place() as place:
        result = place.run("secret", "set", "a", "--bot", "ada", "--host", "x.example", "--store", "vault", input=VALUE + "\nmore\n")
        assert place.fake.calls("secret.set") == [
            {"name": "a", "store": "vault", "bots": ["ada"], "hosts": ["x.example"], "value": VALUE}], place.fake.calls("secret.set")
        silent(result)
        assert "kept" in result.stderr
        assert "no value" in place.run("secret", "set", "a", input="\n", code=2).stderr
        refused = place.run("secret", "set", "a=" + VALUE, code=2)
        assert "argument" in refused.stderr
        silent(refused)
        assert len(place.fake.calls("secret.set")) == 1


def test_terminal():
    with Place() as place:
        with place.terminal("secret", "set", "a") as terminal:
            terminal.until("not shown")
            terminal.type(VALUE + "\n")
            assert terminal.wait() == 0
            assert VALUE not in terminal.all
        assert place.fake.calls("secret.set") == [{"name": "a", "value": VALUE}]
        with place.terminal("vault", "password") as terminal:
            terminal.until("so far")
            terminal.type("\n")
            terminal.until("New password")
            terminal.type("one\n")
            terminal.until("Once more")
            terminal.type("two\n")
            assert terminal.wait() == 2
        assert place.fake.calls("secret.password") == []


def test_list_and_status():
    with Place() as place:
        table = place.run("secret", "list").stdout
        assert "ada, bo" in table and "days ago" in table and "never" in table, table
        status = place.run("secret", "status").stdout
        assert "new secrets go to the vault" in status and "there is none" in status, status
        assert place.run("__complete", "secret", "unlock", "").stdout.split() == ["vault", "keyring"]


def test_get_and_reveal():
    with Place() as place:
        assert "one.example" in place.run("secret", "get", "a").stdout
        assert place.run("secret", "get", "a", "--reveal").stdout == VALUE + "\n"


def test_update():
    with Place() as place:
        place.run("secret", "update", "a", "--bot", "bo", "--host", "one.example")
        place.run("secret", "update", "a", "--bot", "bo", "--reset")
        assert place.fake.calls("secret.update") == [
            {"name": "a", "bots": ["ada", "bo"], "hosts": ["one.example"]},
            {"name": "a", "bots": ["bo"], "hosts": [], "plugins": []}], place.fake.calls("secret.update")


def test_import():
    with Place() as place:
        path = os.path.join(place.folder, "env")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"A={VALUE}\nB=2\n")
        result = place.run("secret", "import", path, "--replace")
        assert place.fake.calls("secret.import") == [{"replace": True, "text": f"A={VALUE}\nB=2\n"}]
        assert "A: kept" in result.stderr and "line 2" in result.stderr
        silent(result, place.run("secret", "import", os.path.join(place.folder, "none"), code=2))


def test_the_others():
    with Place() as place:
        silent(place.run("secret", "rotate", "a", "--hours", "3", input=VALUE))
        assert place.fake.calls("secret.rotate") == [{"name": "a", "hours": 3, "value": VALUE}]
        place.run("secret", "move", "a", "keyring")
        assert place.fake.calls("secret.move") == [{"name": "a", "store": "keyring"}]
        place.run("secret", "delete", "a")
        place.run("secret", "lock")
        place.run("secret", "unlock", "vault", "--password", input=VALUE + "\n")
        assert place.fake.calls("secret.unlock") == [{"store": "vault", "password": VALUE}]
        place.run("secret", "unlock", "keyring")
        assert place.fake.calls("secret.unlock")[1] == {"store": "keyring"}
        place.run("vault", "password", input="old\nnew\n")
        place.run("vault", "password", input="old\n\n")
        assert place.fake.calls("secret.password") == [{"store": "vault", "current": "old", "password": "new"},
                                                       {"store": "vault", "current": "old"}]
        assert place.run("vault", "recovery").stdout == "RECOVERY-KEY\n"


if __name__ == "__main__":
    tap.main(globals())
