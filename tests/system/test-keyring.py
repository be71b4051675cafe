# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole program with GNOME Keyring's own daemon; and without any bus."""

import json
import os
import time

import tap
from boternity_daemon import Daemon, wait_for

try:
    import keyring
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    raise SystemExit(0) from error
if not keyring.is_there():
    print("1..0 # SKIP gnome-keyring-daemon, secret-tool or dbus-daemon is missing")
    raise SystemExit(0)

VALUE = "sk-in-the-keyring-0123456789"


def good(result):
    assert result.returncode == 0, (result.args, result.stdout, result.stderr)
    return result.stdout


def bad(result, *words):
    assert result.returncode != 0, (result.args, result.stdout)
    for word in words:
        assert word in result.stderr, (word, result.stderr)
    return result.stderr


def keep(daemon, name, *options):
    good(daemon.ctl("secret", "set", name, *options, input=VALUE + "\n"))


def reveal(daemon, name):
    return daemon.ctl("secret", "get", name, "--reveal")


def store_of(daemon, name):
    return json.loads(good(daemon.ctl("secret", "get", name, "--json")))["store"]


def status(daemon):
    return json.loads(good(daemon.ctl("secret", "status", "--json")))


def state(daemon, store):
    return [one for one in status(daemon)["stores"] if one["name"] == store][0]


def wait_for_state(daemon, store, wanted):
    assert wait_for(lambda: state(daemon, store)["state"] == wanted, 20), state(daemon, store)


def restart(daemon):
    daemon.stop()
    daemon.start()


def test_default():
    """New secrets go to the keyring; it has the vault's key, too, and nothing of either is in a file."""
    with keyring.Keyring() as ring, Daemon(ring.environment()) as daemon:
        keep(daemon, "openai")
        assert store_of(daemon, "openai") == "keyring" and status(daemon)["chosen"] == "keyring", status(daemon)
        assert ring.look_up("openai") == VALUE
        keep(daemon, "other", "--store", "vault")
        vault_key = [name for name in ring.names() if name.startswith("boternity-vault-")]
        assert len(vault_key) == 1 and not os.path.exists(os.path.join(daemon.data, "vault.key")), ring.names()
        assert "keyring" in state(daemon, "vault")["text"], state(daemon, "vault")
        for kill in (False, True):
            if kill:
                daemon.kill()
                daemon.start()
            else:
                restart(daemon)
            assert good(reveal(daemon, "openai")) == VALUE + "\n" and good(reveal(daemon, "other")) == VALUE + "\n"


def test_move():
    with keyring.Keyring() as ring, Daemon(ring.environment()) as daemon:
        keep(daemon, "openai")
        for store in ("vault", "keyring", "vault"):
            good(daemon.ctl("secret", "move", "openai", store))
            assert store_of(daemon, "openai") == store
            assert good(reveal(daemon, "openai")) == VALUE + "\n"
            kept = [name for name in ring.names() if name.startswith("openai")]
            assert len(kept) == (1 if store == "keyring" else 0), (store, ring.names())
            restart(daemon)
            assert good(reveal(daemon, "openai")) == VALUE + "\n"
        good(daemon.ctl("secret", "delete", "openai"))
        assert status(daemon)["unfinished"] == 0


def test_rotate():
    with keyring.Keyring() as ring, Daemon(ring.environment()) as daemon:
        keep(daemon, "openai")
        good(daemon.ctl("secret", "rotate", "openai", "--hours", "1", input="the-new-one\n"))
        assert len(ring.names()) == 2 and good(reveal(daemon, "openai")) == "the-new-one\n", ring.names()
        good(daemon.ctl("secret", "rotate", "openai", "--hours", "0", input="the-third\n"))
        assert wait_for(lambda: len(ring.names()) == 1), ring.names()
        assert good(reveal(daemon, "openai")) == "the-third\n"


def test_locked():
    """It is said what to do, the vault whose key is in it as well; and nobody is prompted for a secret that is asked for."""
    with keyring.Keyring() as ring, Daemon(ring.environment()) as daemon:
        keep(daemon, "openai")
        keep(daemon, "other", "--store", "vault")
        prompts = ring.count_prompts()
        ring.lock()
        wait_for_state(daemon, "keyring", "locked")
        assert "boternity-ctl secret unlock keyring" in state(daemon, "keyring")["reason"], state(daemon, "keyring")
        bad(reveal(daemon, "openai"), "locked", "boternity-ctl secret unlock keyring")
        assert good(reveal(daemon, "other")) == VALUE + "\n"     # the vault was opened before
        restart(daemon)
        bad(reveal(daemon, "openai"), "boternity-ctl secret unlock keyring")
        bad(reveal(daemon, "other"), "keyring")
        bad(daemon.ctl("secret", "set", "third", "--store", "keyring", input=VALUE + "\n"), "boternity-ctl secret unlock keyring")
        made = daemon.post("/providers", {"name": "x", "url": "http://127.0.0.1:9/v1", "key_ref": "secret:openai"})
        assert made.status == 201, made.body
        assert daemon.request("PATCH", "/api/v1/bots/bo", {"route": ["x/m"]}).status == 200
        _, _, end = daemon.chat("bo", "hello")
        assert "secret unlock keyring" in json.dumps(end[1]), end
        assert prompts == []
        ring.unlock()
        wait_for_state(daemon, "keyring", "open")
        assert good(reveal(daemon, "openai")) == VALUE + "\n"
        assert wait_for(lambda: reveal(daemon, "other").stdout == VALUE + "\n", 20), reveal(daemon, "other")
        assert prompts == []


def test_gone():
    with keyring.Keyring() as ring, Daemon(ring.environment()) as daemon:
        keep(daemon, "openai")
        ring.kill()
        bad(reveal(daemon, "openai"), "keyring", "or use the vault")
        wait_for_state(daemon, "keyring", "absent")
        keep(daemon, "second")                                     # goes on with the next of the chain
        assert store_of(daemon, "second") == "vault" and status(daemon)["chosen"] == "vault"
        assert "keyring" in status(daemon)["why"], status(daemon)
        bad(daemon.ctl("secret", "move", "second", "keyring"), "keyring")
        assert good(reveal(daemon, "second")) == VALUE + "\n"
        ring.start()
        wait_for_state(daemon, "keyring", "open")
        assert good(reveal(daemon, "openai")) == VALUE + "\n"
        good(daemon.ctl("secret", "move", "second", "keyring"))
        assert ring.look_up("second") or len(ring.names()) >= 2, ring.names()


def test_hangs():
    """It costs who asks it the time that is set, and nobody else anything."""
    with keyring.Keyring() as ring, Daemon({**ring.environment(), "BOTERNITY_KEYRING_TIMEOUT": "700"}) as daemon:
        keep(daemon, "openai")
        ring.pause()
        bad(reveal(daemon, "openai"), "did not answer")
        began = time.monotonic()
        assert daemon.get("/bots").status == 200
        assert time.monotonic() - began < 5
        wait_for_state(daemon, "keyring", "absent")
        keep(daemon, "second")
        assert store_of(daemon, "second") == "vault"
        restart(daemon)                                            # which does not wait for it either
        assert store_of(daemon, "openai") == "keyring"
        ring.go_on()
        assert wait_for(lambda: reveal(daemon, "openai").stdout == VALUE + "\n", 30), reveal(daemon, "openai")


def test_no_bus():
    """As on a server: no address of a bus, and none in the runtime folder."""
    with Daemon() as daemon:
        assert "DBUS_SESSION_BUS_ADDRESS" not in daemon.environment() and not os.path.exists(os.path.join(daemon.folder, "bus"))
        keep(daemon, "openai")
        assert store_of(daemon, "openai") == "vault"
        assert state(daemon, "keyring")["state"] == "absent" and "bus" in state(daemon, "keyring")["reason"], status(daemon)
        assert status(daemon)["chosen"] == "vault" and "keyring" in status(daemon)["why"], status(daemon)
        assert daemon.read_log().count("vault.key, and whoever can read that") == 1
        restart(daemon)
        assert good(reveal(daemon, "openai")) == VALUE + "\n"


if __name__ == "__main__":
    tap.main(globals())
