# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vault by its own command line, without a desktop: a key file, a password, a recovery key, and what can be wrong with it."""

import json
import os
import stat

import tap
from boternity_daemon import Daemon

ALONE = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}


def good(result):
    assert result.returncode == 0, (result.args, result.stdout, result.stderr)
    return result.stdout


def bad(result, *words):
    assert result.returncode != 0, (result.args, result.stdout)
    for word in words:
        assert word in result.stderr, (word, result.stderr)
    return result.stderr


def make(daemon):
    good(daemon.ctl("secret", "set", "openai", "--store", "vault", input="sk-1\n"))


def reveal(daemon):
    return daemon.ctl("secret", "get", "openai", "--reveal")


def state(daemon):
    stores = json.loads(good(daemon.ctl("secret", "status", "--json")))["stores"]
    return [one for one in stores if one["name"] == "vault"][0]


def path(daemon, name="vault.bty"):
    return os.path.join(daemon.data, name)


def set_password(daemon, current, new):
    return daemon.ctl("vault", "password", input=f"{current}\n{new}\n")


def unlock(daemon, password):
    return daemon.ctl("secret", "unlock", "--password", input=password + "\n")


def restart(daemon):
    daemon.stop()
    daemon.start()


def test_key_file():
    with Daemon(ALONE) as daemon:
        make(daemon)
        assert good(reveal(daemon)) == "sk-1\n"
        for name in ("vault.bty", "vault.key"):
            assert stat.S_IMODE(os.stat(path(daemon, name)).st_mode) == 0o600, name
        assert daemon.read_log().count("vault.key, and whoever can read that") == 1, daemon.read_log()
        assert "vault.key" in state(daemon)["text"], state(daemon)
        restart(daemon)
        assert good(reveal(daemon)) == "sk-1\n"
        good(daemon.ctl("secret", "lock"))
        bad(reveal(daemon), "boternity-ctl secret unlock")
        good(daemon.ctl("secret", "unlock"))
        assert good(reveal(daemon)) == "sk-1\n"


def test_password():
    with Daemon(ALONE) as daemon:
        make(daemon)
        good(set_password(daemon, "", "a long password"))
        assert not os.path.exists(path(daemon, "vault.key"))
        restart(daemon)
        bad(reveal(daemon), "boternity-ctl secret unlock --password")
        good(unlock(daemon, "a long password"))
        assert good(reveal(daemon)) == "sk-1\n"
        bad(set_password(daemon, "another", "b"))
        good(set_password(daemon, "a long password", ""))
        assert os.path.exists(path(daemon, "vault.key"))
        restart(daemon)
        assert good(reveal(daemon)) == "sk-1\n"


def test_wrong_thrice():
    """The fourth has to wait, also the right one, and after a restart; a wrong one gets no hint."""
    with Daemon({**ALONE, "BOTERNITY_VAULT_FREE_TRIES": "3"}) as daemon:
        make(daemon)
        good(set_password(daemon, "", "right"))
        good(daemon.ctl("secret", "lock"))
        said = {bad(unlock(daemon, wrong)) for wrong in ("wrong", "righu", "x" * 1000)}
        assert len(said) == 1, said
        with open(path(daemon, "vault.tries"), encoding="ascii") as file:
            words = file.read().split()
        assert words[1] == "3", words
        # As after many more, so that the wait outlasts this test.
        with open(path(daemon, "vault.tries"), "w", encoding="ascii") as file:
            file.write(f"wrong 30 last {words[3]}\n")
        bad(unlock(daemon, "right"), "too many wrong passwords")
        restart(daemon)
        bad(unlock(daemon, "right"), "too many wrong passwords")
        os.remove(path(daemon, "vault.tries"))
        good(unlock(daemon, "right"))
        assert good(reveal(daemon)) == "sk-1\n"


def test_recovery():
    with Daemon(ALONE) as daemon:
        make(daemon)
        key = good(daemon.ctl("vault", "recovery")).strip()
        assert len(key.split("-")) == 7, "not seven groups"
        good(set_password(daemon, "", "forgotten"))
        restart(daemon)
        good(unlock(daemon, key.lower().replace("-", " ")))
        assert good(reveal(daemon)) == "sk-1\n"
        good(set_password(daemon, key, "remembered"))
        restart(daemon)
        good(unlock(daemon, "remembered"))
        assert key not in daemon.read_log()


def test_damage():
    with Daemon(ALONE) as daemon:
        make(daemon)
        good(daemon.ctl("secret", "set", "second", "--store", "vault", input="x\n"))
        with open(path(daemon), "rb") as file:
            whole = file.read()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        for broken in (whole[:-1], whole[: len(whole) // 2], b"", bytes(flipped)):
            with open(path(daemon), "wb") as file:
                file.write(broken)
            restart(daemon)
            bad(daemon.ctl("secret", "set", "other", "--store", "vault", input="x\n"))
            bad(reveal(daemon))
            assert path(daemon) in json.dumps(state(daemon)), state(daemon)
            with open(path(daemon), "rb") as file:
                assert file.read() == broken
        os.replace(path(daemon, "vault.bty~"), path(daemon))
        restart(daemon)
        assert good(reveal(daemon)) == "sk-1\n"


if __name__ == "__main__":
    tap.main(globals())
