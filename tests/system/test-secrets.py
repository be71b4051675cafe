# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secrets in the whole program, without a desktop: kept in the vault with a key file, over boternity-ctl and REST."""

import glob
import json
import os
import threading
import time

import tap
from boternity_daemon import Daemon, wait_for

ALONE = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
CANARY = "sk-canary-of-the-system-0123456789"


def files_with(daemon, text):
    """Every file below the daemon's folder that holds the text."""
    found = []
    for path in glob.glob(os.path.join(daemon.folder, "**"), recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                if text.encode() in file.read():
                    found.append(os.path.relpath(path, daemon.folder))
    return found


def reveal(daemon, name):
    return daemon.ctl("secret", "get", name, "--reveal").stdout.rstrip("\n")


def good(result):
    assert result.returncode == 0, (result.args, result.stdout, result.stderr)
    return result.stdout


def listed_by(daemon):
    return json.loads(good(daemon.ctl("secret", "list", "--json")))["items"]


def test_set_list_reveal():
    with Daemon(ALONE) as daemon:
        good(daemon.ctl("secret", "set", "openai", "--host", "api.openai.com", input=CANARY + "\n"))
        listed = listed_by(daemon)
        assert [(one["name"], one["store"], one["hosts"]) for one in listed] == [("openai", "vault", ["api.openai.com"])], listed
        assert "value" not in listed[0]
        table = good(daemon.ctl("secret", "list"))
        assert "openai" in table and "never" in table and CANARY not in table
        assert reveal(daemon, "openai") == CANARY
        status = json.loads(good(daemon.ctl("secret", "status", "--json")))
        assert status["chosen"] == "vault", status
        assert "keyring" in status["why"], status
        assert files_with(daemon, CANARY) == []
        daemon.kill()
        daemon.start()
        assert reveal(daemon, "openai") == CANARY
        good(daemon.ctl("secret", "delete", "openai"))
        assert daemon.ctl("secret", "get", "openai").returncode != 0


def test_a_value_is_no_argument():
    with Daemon(ALONE) as daemon:
        refused = daemon.ctl("secret", "set", "KEY=" + CANARY)
        assert refused.returncode == 2 and "argument" in refused.stderr and CANARY not in refused.stderr, refused
        assert listed_by(daemon) == []


def test_rest():
    with Daemon(ALONE) as daemon:
        made = daemon.post("/secrets", {"name": "a", "value": CANARY, "bots": ["ada"]}, headers={"Idempotency-Key": "k1"})
        assert made.status in (200, 201), made.body
        assert CANARY not in made.body.decode()
        assert daemon.get("/secrets/a").json["bots"] == ["ada"]
        shown = daemon.post("/secrets/a/reveal")
        assert shown.status == 403 and CANARY not in shown.body.decode(), shown.body
        assert daemon.post("/secret-stores/vault/recovery").status == 403
        assert reveal(daemon, "a") == CANARY
        rotated = daemon.post("/secrets/a/rotate", {"value": CANARY + "-new"})
        assert rotated.status == 200 and rotated.json["previous_until"], rotated.body
        assert reveal(daemon, "a") == CANARY + "-new"
        assert daemon.request("DELETE", "/api/v1/secrets/a").status in (200, 204)
        assert daemon.get("/secrets/a").status == 404
        assert files_with(daemon, CANARY) == []


def test_import():
    with Daemon(ALONE) as daemon:
        path = os.path.join(daemon.folder, ".env")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"# keys\nexport FIRST_KEY='{CANARY}'\nSECOND_KEY=two-is-enough # and a remark\n")
        good(daemon.ctl("secret", "import", path))
        assert reveal(daemon, "FIRST_KEY") == CANARY
        assert reveal(daemon, "SECOND_KEY") == "two-is-enough"
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"junk {CANARY}\n")
        refused = daemon.ctl("secret", "import", path)
        assert refused.returncode == 2 and "line 4" in refused.stderr and CANARY not in refused.stderr, refused
        os.unlink(path)


def test_key_of_a_provider():
    with Daemon(ALONE) as daemon:
        good(daemon.ctl("provider", "add", "x", "--url", "http://127.0.0.1:9/v1", "--no-test", "--key-stdin", input=CANARY + "\n"))
        provider = daemon.get("/providers/x").json
        assert provider["key_ref"] == "secret:provider-x" and provider["key_state"] == "ready", provider
        assert daemon.get("/secrets/provider-x").json["hosts"] == ["127.0.0.1"]
        daemon.kill()
        daemon.start()
        assert daemon.get("/providers/x").json["key_state"] == "ready"
        daemon.request("PATCH", "/api/v1/providers/x", {"url": "https://127.0.0.2:9/v1"})
        assert daemon.request("PATCH", "/api/v1/bots/bo", {"route": ["x/m"]}).status == 200
        _, _, end = daemon.chat("bo", "hello")
        assert end[0] == "error" or end[1].get("error"), end
        assert "127.0.0.2" in json.dumps(end[1]) and "provider-x" in json.dumps(end[1]), end
        assert CANARY not in daemon.read_log()
        daemon.request("DELETE", "/api/v1/providers/x")
        assert wait_for(lambda: daemon.get("/secrets/provider-x").status == 404)
        assert files_with(daemon, CANARY) == []


def test_a_reference_stays_with_its_host():
    """A variable is bound to no host itself: moving the provider needs it to be named once more."""
    with Daemon({**ALONE, "MINE_API_KEY": CANARY}) as daemon:
        made = daemon.post("/providers", {"name": "x", "url": "http://127.0.0.1:9/v1", "key_ref": "env:MINE_API_KEY"})
        assert made.status == 201, made.body
        for changes in ({"url": "https://elsewhere.example/v1"}, {"url": "http://127.0.0.2:9/v1", "default_model": "m"}):
            refused = daemon.request("PATCH", "/api/v1/providers/x", changes)
            assert refused.status == 409 and "env:MINE_API_KEY" in refused.json["detail"], refused.body
            assert "--key-ref" in refused.json["detail"] and CANARY not in refused.body.decode()
            assert daemon.get("/providers/x").json["url"] == "http://127.0.0.1:9/v1"
        assert daemon.request("PATCH", "/api/v1/providers/x", {"url": "http://127.0.0.1:10/other"}).status == 200
        moved = daemon.request("PATCH", "/api/v1/providers/x", {"url": "https://elsewhere.example/v1", "key_ref": "env:MINE_API_KEY"})
        assert moved.status == 200 and moved.json["url"] == "https://elsewhere.example/v1", moved.body
        assert CANARY not in daemon.read_log()


def kill_in_the_middle(daemon, operation, body, delay):
    """Sends a change and kills the daemon after a while: anything between before and after."""
    def send():
        try:
            daemon.post(operation, body)
        except OSError:
            pass
        except Exception:  # what a connection that is cut gives
            pass
    thread = threading.Thread(target=send)
    thread.start()
    time.sleep(delay)
    daemon.kill()
    thread.join()
    daemon.start()


def test_kill_during_changes():
    """Whatever the moment: the value is the one before or the new one, and nothing is left over."""
    with Daemon(ALONE) as daemon:
        good(daemon.ctl("secret", "set", "a", input="value-0\n"))
        value = "value-0"
        for turn in range(1, 13):
            new = f"value-{turn}"
            operation, body = (("/secrets", {"name": "a", "value": new}) if turn % 2
                               else ("/secrets/a/rotate", {"value": new, "hours": 0}))
            kill_in_the_middle(daemon, operation, body, turn * 0.004)
            now = reveal(daemon, "a")
            assert now in (value, new), (turn, now)
            value = now
            status = wait_for(lambda: json.loads(daemon.ctl("secret", "status", "--json").stdout)["unfinished"] == 0)
            assert status, daemon.read_log()


def test_kill_during_first_set():
    with Daemon(ALONE) as daemon:
        good(daemon.ctl("secret", "set", "other", input="other-value\n"))
        for turn in range(6):
            kill_in_the_middle(daemon, "/secrets", {"name": f"n{turn}", "value": "first-value"}, turn * 0.006)
            names = [one["name"] for one in listed_by(daemon)]
            assert "other" in names
            if f"n{turn}" in names:
                assert reveal(daemon, f"n{turn}") == "first-value"
            assert reveal(daemon, "other") == "other-value"


def test_lock_and_password():
    with Daemon(ALONE) as daemon:
        good(daemon.ctl("secret", "set", "a", input=CANARY + "\n"))
        good(daemon.ctl("vault", "password", input="\nopen sesame\n"))
        good(daemon.ctl("secret", "lock"))
        locked = daemon.ctl("secret", "get", "a", "--reveal")
        assert locked.returncode != 0 and CANARY not in locked.stdout, locked
        wrong = daemon.ctl("secret", "unlock", "--password", input="wrong\n")
        assert wrong.returncode != 0, wrong
        good(daemon.ctl("secret", "unlock", "--password", input="open sesame\n"))
        assert reveal(daemon, "a") == CANARY
        key = good(daemon.ctl("vault", "recovery")).strip()
        good(daemon.ctl("secret", "lock"))
        good(daemon.ctl("secret", "unlock", "--password", input=key + "\n"))
        assert reveal(daemon, "a") == CANARY


tap.main(globals())
