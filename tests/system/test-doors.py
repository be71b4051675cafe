# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation through every door: one story, told once a door to a daemon of its own, must read the same."""

import atexit
import difflib
import json
import os
import subprocess
import sys

import scenario
import tap
from boternity_daemon import Daemon
from scenario import Step

try:
    import doors
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    raise SystemExit(0) from error

PLUGINS = os.environ["BTY_TEST_PLUGINS"]


class Upstream:
    """The test server of tests/http: the models that the story asks are files of its shapes."""

    def __init__(self):
        server = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "http", "upstream.py")
        self.process = subprocess.Popen([sys.executable, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"
        atexit.register(self.stop)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


UPSTREAM = Upstream()
HELLO = [{"role": "user", "parts": [{"kind": "text", "text": "Hello"}]}]

STORY = [
    Step("daemon.status"),
    Step("operation.list"),
    Step("operation.get", {"name": "bot.create"}),
    Step("operation.get", {"name": "no.such"}, fails=True),
    Step("plugin.list"),
    Step("plugin.get", {"name": "rest"}),
    Step("plugin.get", {"name": "nobody"}, fails=True),
    Step("plugin.install", {"path": PLUGINS + "/provider-good.so"}),
    Step("plugin.install", {"path": PLUGINS + "/provider-good.so"}, fails=True),
    Step("plugin.install", {"path": PLUGINS + "/nameless.so"}, fails=True),
    Step("plugin.get", {"name": "good"}),
    Step("plugin.disable", {"name": "good"}),
    Step("plugin.disable", {"name": "nobody"}, fails=True),
    Step("plugin.enable", {"name": "good"}),
    Step("plugin.enable", {"name": "nobody"}, fails=True),
    Step("plugin.scan", {"name": "good"}),
    Step("plugin.update", {"name": "good", "path": PLUGINS + "/newer.so"}),
    Step("plugin.update", {"name": "good", "path": PLUGINS + "/provider-good.so"}, fails=True),
    Step("plugin.remove", {"name": "good"}),
    Step("plugin.remove", {"name": "good"}, fails=True),
    Step("plugin.remove", {"name": "rest"}, fails=True),
    Step("config.list"),
    Step("config.set", {"name": "chat.context_window", "value": "9000"}),
    Step("config.get", {"name": "chat.context_window"}),
    Step("config.set", {"name": "chat.context_window", "value": "few"}, fails=True),
    Step("config.set", {"name": "chat.context_window", "value": None}),
    Step("config.get", {"name": "chat.no_such"}, fails=True),
    Step("token.create", {"name": "webui", "description": "Open WebUI", "scopes": ["models:use", "bots:*"]}),
    Step("token.create", {"name": "webui", "scopes": ["models:use"]}, fails=True),
    Step("token.create", {"name": "other", "scopes": ["models:misuse"]}, fails=True),
    Step("token.create", {"name": "other", "scopes": ["secrets:reveal"]}, fails=True),
    Step("token.list"),
    Step("token.revoke", {"name": "webui"}),
    Step("token.revoke", {"name": "webui"}, fails=True),
    Step("bot.create", {"name": "Zoë & Co.", "description": "two\nlines", "temperature": 0.5, "route": ["builtin/helper", "builtin/other"]},
         keep={"bot": "response.id"}),
    Step("bot.create", {"name": ""}, fails=True),
    Step("bot.get", {"slug": "zoe-co"}),
    Step("bot.get", {"slug": "nobody"}, fails=True),
    Step("event.subscribe", {"topics": ["bot.*"], "after": "0"}, take=1),
    Step("event.subscribe", {"topics": ["bot.*"], "after": "soon"}, fails=True),
    Step("event.replay", {"topics": ["bot.created"], "limit": 1}),
    Step("event.replay", {"topics": ["bot.created"], "limit": -1}, fails=True),
    Step("soul.list", {"state": "held"}),
    Step("soul.diff", {"slug": "held-one"}),
    Step("chat.send", {"slug": "held-one", "message": "Hello"}, fails=True),
    Step("soul.accept", {"slug": "held-one", "note": "It was me"}),
    Step("soul.accept", {"slug": "held-one"}, fails=True),
    Step("soul.restore", {"slug": "held-two"}),
    Step("soul.restore", {"slug": "nobody"}, fails=True),
    Step("soul.get", {"slug": "zoe-co"}, keep={"first": "response.version"}),
    Step("soul.update", {"slug": "zoe-co", "locks": ["SOUL.md#Soul"], "policy": "apply"}),
    Step("soul.update", {"slug": "zoe-co", "locks": ["SOUL.md#Values"]}, fails=True),
    Step("soul.write", {"slug": "zoe-co", "soul": "# Soul\n\nYou are calm.\n", "note": "Shorter", "expected": "$first"}),
    Step("soul.write", {"slug": "zoe-co", "soul": "# Soul\n\nYou are late.\n", "expected": "$first"}, fails=True),
    Step("soul.write", {"slug": "zoe-co", "identity": "---\n- [\n---\n"}, fails=True),
    Step("soul.history", {"slug": "zoe-co", "limit": 1}),
    Step("soul.show", {"slug": "zoe-co", "version": "2", "file": "SOUL.md"}),
    Step("soul.show", {"slug": "zoe-co", "version": "7"}, fails=True),
    Step("soul.diff", {"slug": "zoe-co", "from": "1", "to": "2", "file": "SOUL.md", "context": 1}),
    Step("soul.blame", {"slug": "zoe-co", "file": "SOUL.md"}),
    Step("soul.blame", {"slug": "zoe-co", "file": "LIES.md"}, fails=True),
    Step("soul.tag", {"slug": "zoe-co", "name": "calm"}),
    Step("soul.tag", {"slug": "zoe-co", "name": "calm"}, fails=True),
    Step("soul.branch", {"slug": "zoe-co", "name": "wild", "version": "1"}),
    Step("soul.write", {"slug": "zoe-co", "user": "She is Zoë.\n", "branch": "wild"}),
    Step("soul.refs", {"slug": "zoe-co"}),
    Step("soul.merge", {"slug": "zoe-co", "version": "wild"}),
    Step("soul.checkout", {"slug": "zoe-co", "branch": "wild"}),
    Step("soul.checkout", {"slug": "zoe-co", "branch": "none"}, fails=True),
    Step("soul.checkout", {"slug": "zoe-co", "branch": "main"}),
    Step("soul.rollback", {"slug": "zoe-co", "version": "calm"}),
    Step("soul.forget", {"slug": "zoe-co", "kind": "tag", "name": "calm"}),
    Step("soul.forget", {"slug": "zoe-co", "kind": "tag", "name": "calm"}, fails=True),
    Step("soul.propose", {"slug": "zoe-co", "soul": "# Soul\n\nYou are calm and brief.\n", "note": "Be brief"}, keep={"brief": "response.id"}),
    Step("soul.propose", {"slug": "zoe-co", "user": "Nobody.\n"}, keep={"nobody": "response.id"}),
    Step("soul.propose", {"slug": "zoe-co"}, fails=True),
    Step("soul.proposals", {"slug": "zoe-co", "state": "open"}),
    Step("soul.proposal", {"id": "$brief"}),
    Step("soul.approve", {"id": "$brief", "answer": "Yes"}),
    Step("soul.approve", {"id": "$brief"}, fails=True),
    Step("soul.refuse", {"id": "$nobody", "answer": "No"}),
    Step("soul.refuse", {"id": scenario.NOWHERE}, fails=True),
    Step("soul.verify", {"slug": "zoe-co"}),
    Step("soul.test", {"slug": "zoe-co"}, fails=True),
    Step("template.list"),
    Step("template.get", {"name": "language-tutor"}),
    Step("template.get", {"name": "no-such"}, fails=True),
    Step("bot.create", {"name": "Tutor", "from_template": "language-tutor", "route": ["builtin"]}),
    Step("bot.create", {"name": "Tutor", "from_template": "no-such"}, fails=True),
    Step("config.set", {"name": "evaluate.concurrency", "value": "1"}),
    Step("soul.test", {"slug": "tutor"}),
    Step("soul.tests", {"slug": "tutor"}),
    Step("bot.export", {"slug": "zoe-co"}, keep={"capsule": "items.0.data"}),
    Step("bot.export", {"slug": "nobody"}, fails=True),
    Step("bot.import", {"capsule": "$capsule", "dry_run": True}),
    Step("bot.import", {"capsule": "$capsule", "name": "Twin"}),
    Step("bot.import", {"capsule": "AAAA"}, fails=True),
    Step("import.openclaw", {"files": [{"name": "SOUL.md", "text": "# Soul\n\nA claw.\n"}, {"name": "IDENTITY.md", "text": "- **Name:** Claw\n"}]}),
    Step("import.openclaw", {"files": [{"name": "../SOUL.md", "text": "x"}]}, fails=True),
    Step("bot.update", {"slug": "zoe-co", "revision": 1, "temperature": None, "route": []}),
    Step("bot.update", {"slug": "zoe-co", "revision": 1, "description": "late"}, fails=True),
    Step("bot.stop", {"slug": "zoe-co"}),
    Step("chat.send", {"slug": "zoe-co", "message": "Hello"}, fails=True),
    Step("bot.start", {"slug": "zoe-co"}),
    Step("bot.list", {"limit": 1}),
    Step("bot.list", {"limit": 0}, fails=True),
    Step("bot.list", {"cursor": "nonsense"}, fails=True),
    Step("secret.status"),
    Step("secret.set", {"name": "a", "value": "a-value-of-mine", "store": "vault", "hosts": ["127.0.0.1"], "description": "one"}),
    Step("secret.set", {"name": "b c", "value": "x"}, fails=True),
    Step("secret.set", {"name": "b", "value": "x", "store": "no-such"}, fails=True),
    Step("secret.import", {"text": "export KEY_ONE='value one'\n# none\nKEY_TWO=value-two\n"}),
    Step("secret.import", {"text": "KEY_THREE='open\n"}, fails=True),
    Step("secret.list", {"limit": 2}),
    Step("secret.get", {"name": "a"}),
    Step("secret.get", {"name": "nobody"}, fails=True),
    Step("secret.update", {"name": "a", "bots": ["zoe-co"]}),
    Step("secret.rotate", {"name": "a", "value": "another-value-of-mine"}),
    Step("secret.password", {"store": "vault", "password": "correct horse"}),
    Step("secret.lock", {"store": "vault"}),
    Step("secret.rotate", {"name": "a", "value": "a-third-value"}, fails=True),
    Step("secret.unlock", {"store": "vault", "password": "battery staple"}, fails=True),
    Step("secret.unlock", {"store": "vault", "password": "correct horse"}),
    Step("secret.move", {"name": "a", "store": "vault"}, fails=True),
    Step("secret.delete", {"name": "KEY_TWO"}),
    Step("secret.delete", {"name": "KEY_TWO"}, fails=True),
    Step("provider.add", {"name": "shelf", "kind": "openai", "url": "http://127.0.0.1:9/v1", "key": "sk-not-a-key", "default_model": "m"}),
    Step("provider.add", {"name": "shelf"}, fails=True),
    Step("provider.get", {"name": "shelf"}),
    Step("provider.update", {"name": "shelf", "enabled": False, "options": {"deep": [1, {"er": True}]}}),
    Step("provider.list"),
    Step("provider.test", {"name": "shelf"}),
    Step("provider.test", {"name": "nobody"}, fails=True),
    Step("provider.test", {"name": "builtin"}),
    Step("provider.delete", {"name": "shelf"}),
    Step("provider.delete", {"name": "shelf"}, fails=True),
    Step("model.list", {"provider": "builtin"}),
    Step("model.list", {"provider": "nobody"}, fails=True),
    Step("provider.presets"),
    Step("config.set", {"name": "providers.discover_ms", "value": "0"}),
    Step("provider.discover"),
    Step("provider.add", {"name": "up", "kind": "openai", "url": UPSTREAM.url, "default_model": "text"}),
    Step("model.set", {"name": "up/*", "input_price": 1000000, "output_price": 2000000}),
    Step("model.set", {"name": "up/text", "input_price": -1}, fails=True),
    Step("model.get", {"name": "up/text"}),
    Step("model.get", {"name": "nobody/text"}, fails=True),
    Step("model.update", {"text": "{\"vendor\":\"acme\",\"date\":\"2026-01-01\",\"models\":[]}", "dry_run": True}),
    Step("model.update", {"text": "{\"vendor\""}, fails=True),
    Step("route.create", {"name": "smart", "steps": ["up/text?tools", "up/server-error", "up/text", "builtin"]}),
    Step("route.create", {"name": "smart", "steps": ["up/text"]}, fails=True),
    Step("route.create", {"name": "dull", "steps": ["nobody/text"]}, fails=True),
    Step("route.create", {"name": "dull", "steps": ["up/text?often"]}, fails=True),
    Step("route.get", {"name": "smart"}),
    Step("route.get", {"name": "nobody"}, fails=True),
    Step("route.update", {"name": "smart", "hedge_ms": 0, "steps": ["up/text?tools", "up/quota", "up/text", "builtin"]}),
    Step("route.list"),
    Step("route.test", {"name": "smart", "tokens": 100}),
    Step("route.test", {"name": "nobody"}, fails=True),
    Step("model.targets"),
    Step("model.complete", {"model": "smart", "messages": HELLO}),
    Step("model.complete", {"model": "bot:zoe-co", "messages": HELLO}),
    Step("model.complete", {"model": "nobody/text", "messages": HELLO}, fails=True),
    Step("model.complete", {"model": "up/bad-request", "messages": HELLO}, fails=True),
    Step("model.embed", {"model": "up/text-embedding-3-small", "inputs": [{"kind": "text", "text": "a"}], "dimensions": 8}),
    Step("model.embed", {"model": "builtin/docs", "inputs": [{"kind": "text", "text": "a"}]}, fails=True),
    Step("provider.status"),
    Step("bot.create", {"name": "Gate", "route": ["smart"]}),
    Step("bot.update", {"slug": "gate", "route": ["nobody/text"]}, fails=True),
    Step("chat.send", {"slug": "gate", "message": "What do you say?", "cassette": True}, keep={"taped": "items.0.turn"}),
    Step("cassette.list"),
    Step("cassette.get", {"turn": "$taped"}),
    Step("cassette.get", {"turn": scenario.NOWHERE}, fails=True),
    Step("cassette.replay", {"turn": "$taped"}),
    Step("cassette.delete", {"turn": "$taped"}),
    Step("cassette.delete", {"turn": "$taped"}, fails=True),
    Step("budget.set", {"slug": "gate", "period": "day", "unit": "calls", "amount": 1}),
    Step("budget.set", {"slug": "nobody", "amount": 1}, fails=True),
    Step("budget.show", {"slug": "gate"}),
    Step("chat.send", {"slug": "gate", "message": "And now?"}, fails=True),
    Step("event.replay", {"topics": ["turn.paused"]}, keep={"paused": "items.0.subject"}),
    Step("chat.resume", {"turn": "$paused"}, fails=True),
    Step("budget.set", {"slug": "gate", "period": "day", "unit": "calls", "remove": True}),
    Step("chat.resume", {"turn": "$paused"}),
    Step("chat.resume", {"turn": scenario.NOWHERE}, fails=True),
    Step("budget.history", {"slug": "gate", "period": "day"}),
    Step("budget.reconcile", {"slug": "gate"}),
    Step("usage.list", {"slug": "gate"}),
    Step("usage.summary", {"by": "model"}),
    Step("usage.export", {"slug": "gate"}),
    Step("route.delete", {"name": "smart"}),
    Step("route.delete", {"name": "smart"}, fails=True),
    Step("model.unset", {"name": "up/*"}),
    Step("model.unset", {"name": "up/*"}, fails=True),
    Step("provider.delete", {"name": "up"}),
    Step("bot.delete", {"slug": "gate"}),
    Step("chat.send", {"slug": "zoe-co", "message": "What is a plugin?"}, keep={"turn": "items.0.turn", "session": "items.0.session"}),
    Step("chat.send", {"slug": "nobody", "message": "Hello"}, fails=True),
    Step("chat.attach", {"turn": "$turn"}),
    Step("chat.attach", {"turn": scenario.NOWHERE}, fails=True),
    Step("chat.cancel", {"turn": scenario.NOWHERE}, fails=True),
    Step("chat.cancel", {"turn": "$turn"}),
    Step("turn.get", {"turn": "$turn"}),
    Step("turn.get", {"turn": "x"}, fails=True),
    Step("turn.prompt", {"turn": "$turn"}),
    Step("turn.prompt", {"turn": scenario.NOWHERE}, fails=True),
    Step("message.list", {"session": "$session", "newest_first": True}),
    Step("message.list", {"session": scenario.NOWHERE}, fails=True),
    Step("message.search", {"words": "plugin \"'* OR", "limit": 1}),
    Step("message.search", {"words": ""}, fails=True),
    Step("session.list", {"slug": "zoe-co"}),
    Step("session.list", {"slug": "nobody"}, fails=True),
    Step("session.get", {"id": "$session"}),
    Step("session.get", {"id": scenario.NOWHERE}, fails=True),
    Step("session.export", {"id": "$session", "format": "markdown"}),
    Step("session.export", {"id": scenario.NOWHERE}, fails=True),
    Step("session.close", {"id": "$session"}),
    Step("session.close", {"id": scenario.NOWHERE}, fails=True),
    Step("chat.send", {"slug": "zoe-co", "message": "Hello", "session": "$session"}, fails=True),
    Step("session.delete", {"id": "$session"}),
    Step("session.delete", {"id": "$session"}, fails=True),
    Step("bot.delete", {"slug": "zoe-co", "revision": 1}, fails=True),
    Step("bot.delete", {"slug": "zoe-co"}),
    Step("bot.delete", {"slug": "zoe-co"}, fails=True),
    Step("bot.deleted"),
    Step("bot.restore", {"bot": "zoe-co"}),
    Step("bot.restore", {"bot": "zoe-co"}, fails=True),
    Step("bot.delete", {"slug": "zoe-co"}),
    Step("bot.purge", {"bot": "zoe-co"}),
    Step("bot.purge", {"bot": "zoe-co"}, fails=True),
    Step("bot.start", {"slug": "zoe-co"}, fails=True),
    Step("bot.stop", {"slug": "zoe-co"}, fails=True),
    Step("provider.get", {"name": "shelf"}, fails=True),
    Step("provider.update", {"name": "shelf", "enabled": True}, fails=True),
    Step("audit.list", {"subject": "zoe-co", "oldest_first": True}),
    Step("audit.list", {"kind": "operation", "action": "bot.delete", "since": "2020-01-01T00:00:00Z", "limit": 2}),
    Step("audit.list", {"kind": "gossip"}, fails=True, own_words=True),
    Step("audit.verify"),
    Step("backup.create", {"passphrase": "correct horse"}, keep={"backup": "response.name"}),
    Step("backup.list"),
    Step("backup.verify", {"name": "$backup", "passphrase": "correct horse"}),
    Step("backup.verify", {"name": "$backup", "passphrase": "wrong"}, fails=True),
    Step("backup.verify", {"name": "no-such"}, fails=True),
    Step("backup.forget", {"bot": "tutor"}),
    Step("backup.restore", {"name": "$backup", "passphrase": "correct horse"}),
    Step("backup.delete", {"name": "$backup"}),
    Step("backup.delete", {"name": "$backup"}, fails=True),
]

# These show a secret, to whom the system vouches for alone: see test_shown. For secret.move two stores are needed: test-keyring.py.
SHOWN = {"secret.reveal", "secret.recovery", "backup.key"}

# Told last, since nothing answers after it; and it has nothing to ask for that could be wrong.
LAST = Step("daemon.stop")


def wrong_requests(operations):
    """For each operation what every door must refuse alike: a member that does not exist, and each member with a wrong value."""
    steps = [Step("no.such_operation", {}, fails=True, own_words=True)]
    for operation in operations:
        if operation["name"] in SHOWN:   # some doors refuse them before they look at the request
            continue
        request = operation.get("request") or {"properties": {}}
        steps.append(Step(operation["name"], {"no_such_member": 1}, fails=True, own_words=True))
        for name, schema in request["properties"].items():
            if "type" in schema:
                wrong = "x\u0000y" if "string" in schema["type"] else {"not": "this"}
                steps.append(Step(operation["name"], {name: wrong}, fails=True))
    return steps


def hold(daemon):
    """Two bots whose souls were changed while no daemon ran."""
    for name in ("Held One", "Held Two"):
        assert daemon.ctl("bot", "create", name).returncode == 0
    daemon.stop()
    for slug in ("held-one", "held-two"):
        with open(os.path.join(daemon.data, "bots", slug, "SOUL.md"), "a", encoding="utf-8") as soul:
            soul.write("\nYou are somebody else.\n")
    daemon.start()


def tell_through(kind):
    with doors.Bus() as environment, Daemon(environment) as daemon:
        hold(daemon)
        door = kind(daemon)
        try:
            operations = doors.RestCall(daemon).call("operation.list", {}, None)["items"]
            steps = STORY + wrong_requests(operations) + [LAST]
            told = {step.operation for step in steps if not step.fails} | SHOWN | {"secret.move"}
            assert told == {operation["name"] for operation in operations}, \
                ("operations that the story lacks or has too many", told ^ {operation["name"] for operation in operations})
            transcript = scenario.tell(door, steps, daemon.folder)
        finally:
            door.close()
        daemon.process.wait(20)
    return transcript


FIRST_DOOR = doors.RestCall
FIRST = tell_through(FIRST_DOOR)


def difference(there, here, name):
    lines = difflib.unified_diff(json.dumps(there, indent=1, ensure_ascii=False).splitlines(),
                                 json.dumps(here, indent=1, ensure_ascii=False).splitlines(), FIRST_DOOR.name, name, lineterm="", n=2)
    return "\n".join(list(lines)[:40])


def compare(kind):
    transcript = tell_through(kind)
    assert len(transcript) == len(FIRST)
    faults = [f"{operation} {request}\n{difference(there, here, kind.name)}"
              for (operation, request, here), (_, _, there) in zip(transcript, FIRST) if here != there]
    assert not faults, f"{len(faults)} of {len(FIRST)} steps differ:\n" + "\n".join(faults[:20])


def show(kind):
    """What each door answers to who wants to see a secret: its value, or the code of the refusal."""
    with doors.Bus() as environment, Daemon(environment) as daemon:
        door = kind(daemon)
        try:
            door.call("secret.set", {"name": "a", "value": "a-value-of-mine", "store": "vault"}, None)
            revealed = door.call("secret.reveal", {"name": "a"}, None)
            recovery = door.call("secret.recovery", {"store": "vault"}, None)
            key = door.call("backup.key", {}, None)
        finally:
            door.close()
        assert "a-value-of-mine" not in daemon.read_log()
    return [answer["error"]["code"] if "error" in answer else answer["response"] for answer in (revealed, recovery, key)]


def test_shown():
    for kind in (doors.CommandLine, doors.DBus):
        revealed, recovery, key = show(kind)
        assert "a-value-of-mine" in json.dumps(revealed), revealed
        assert len(json.dumps(recovery)) > 40, recovery
        assert len(key["value"]) == 41, key
    for kind in (doors.RestCall, doors.Rest, doors.WebSocket):
        assert show(kind) == ["PERMISSION_DENIED"] * 3, kind


def test_command_line():
    compare(doors.CommandLine)


def test_rest():
    compare(doors.Rest)


def test_websocket():
    compare(doors.WebSocket)


def test_dbus():
    compare(doors.DBus)


if __name__ == "__main__":
    tap.main(globals())
