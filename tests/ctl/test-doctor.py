#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl doctor names what was broken, each thing alone, and the remedy with it; with the daemon down and up."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

import harness
from harness import Place, tap

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={folder}/bus</listen>{services}
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>"""
SERVICE = "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sh -c 'touch {folder}/started'\n"


class House(Place):
    """A data folder of the real daemon, and places that only this test knows."""

    def __init__(self, **environment):
        super().__init__(daemon=False)
        self.config = os.path.join(self.folder, "config")
        os.mkdir(self.config, 0o700)
        self.environment.update({"BOTERNITY_CONFIG_DIR": self.config, "XDG_RUNTIME_DIR": os.path.join(self.folder, "none"),
                                 "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/no-system-bus", "BOTERNITY_HTTP_PORT": "0",
                                 **environment})

    def __exit__(self, *unused):
        try:
            self.run("stop")
        finally:
            super().__exit__()

    def write(self, text, name="boternity.conf"):
        with open(os.path.join(self.config, name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def findings(self, *checks, code=0):
        result = self.run("doctor", "--json", *checks, code=code)
        answer = json.loads(result.stdout)
        assert answer["problems"] == sum(f["level"] == "problem" for f in answer["findings"])
        return answer["findings"]

    def finding(self, check, level, pattern, remedy, code=None):
        """There is one such finding, and it says what to do."""
        code = (7 if level == "problem" else 0) if code is None else code
        found = [f for f in self.findings(check, code=code) if f["level"] == level and re.search(pattern, f["text"])]
        assert len(found) == 1, (check, level, pattern, self.findings(check, code=code))
        assert re.search(remedy, found[0]["remedy"] or ""), found
        return found[0]


def test_healthy():
    with House() as house:
        for up in (False, True):
            if up:
                house.run("bot", "list")
            answer = house.json("doctor")
            assert answer["running"] is up and answer["problems"] == 0
            assert not [f for f in answer["findings"] if f["level"] == "problem"], answer
            named = {f["check"] for f in answer["findings"]}
            assert named == {"daemon", "database", "plugins", "keys", "providers", "budget", "prices", "souls", "secrets", "backups", "settings", "port", "folders", "disk", "keyring", "sandbox", "clock",
                             "locale", "terminal"}
            assert ("skipped" in {f["level"] for f in answer["findings"] if f["check"] in ("plugins", "keys", "providers", "budget", "prices", "souls", "secrets", "backups")}) is not up
        lines = house.run("doctor", "settings", "disk").stdout
        assert lines.count("ok") == 2 and "settings" in lines and "disk" in lines


def test_it_changes_nothing():
    with House() as house:
        house.run("doctor")
        assert os.listdir(house.data) == [] and os.listdir(house.config) == []


def test_every_problem_has_a_remedy():
    with House() as house:
        house.write("[http]\nprot=1\nmax_body=x\n[nonsense]\nkey=1\n")
        os.chmod(house.data, 0o755)
        for finding in house.findings(code=7):
            assert finding["remedy"] or finding["level"] in ("ok", "skipped"), finding
        text = house.run("doctor", code=7)
        assert "→ run: chmod 700" in text.stdout and "problem" in text.stderr


def test_settings():
    with House() as house:
        cases = (("[http\nport=1\n", "problem", "cannot be read", "mend"),
                 ("[http]\nmax_body=many\n", "problem", "max_body.*“many” is not", "config list"),
                 ("[http]\nmax_body=1\n", "problem", "max_body.*from 1024 to", "config list"),
                 ("[http]\nmax_boddy=4096\n", "problem", "max_boddy.*did you mean http.max_body", "config list"),
                 ("[nonsense]\nkey=1\n", "warning", "nonsense.key, which nothing knows", "take the line out"),
                 ("[http]\nport=7777\n", "warning", "BOTERNITY_HTTP_PORT .*hides.*http.port", "unset BOTERNITY_HTTP_PORT"))
        for text, level, pattern, remedy in cases:
            house.write(text)
            house.finding("settings", level, pattern, remedy)
        house.run("bot", "list")                 # the same with a daemon, whose environment counts
        del house.environment["BOTERNITY_HTTP_PORT"]
        house.finding("settings", "warning", "BOTERNITY_HTTP_PORT .*hides", "unset")
        os.unlink(os.path.join(house.config, "boternity.conf"))
        os.mkdir(os.path.join(house.config, "boternity.conf.d"))
        house.write("[store]\nreaders=900\n", "boternity.conf.d/10-x.conf")
        house.finding("settings", "problem", "10-x.conf.*900", "config list")


def test_port():
    with House() as house, contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        house.environment["BOTERNITY_HTTP_PORT"] = str(port)
        found = house.finding("port", "problem", f"port {port} is taken by .*process {os.getpid()}", "http.port 0")
        assert os.path.basename(sys.executable)[:6] in found["text"], found
        assert f"port {port}" in house.run("bot", "list", code=13).stderr      # and the daemon says the same
    with House(BOTERNITY_HTTP_ADDRESS="0.0.0.0") as house:
        house.finding("port", "warning", "other machines can reach", "127.0.0.1")
    with House(BOTERNITY_HTTP_ADDRESS="") as house:
        assert house.findings("port")[0]["level"] == "ok"


def test_folders():
    with House() as house:
        os.chmod(house.data, 0o750)
        house.finding("folders", "problem", "open to others", f"chmod 700 .*{house.data}")
        os.chmod(house.data, 0o700)
        os.chmod(house.config, 0o777)
        house.finding("folders", "problem", f"{house.config}.*open to others", "chmod go-w")
        os.chmod(house.config, 0o700)
        token = os.path.join(house.data, "token")
        with open(token, "w", encoding="ascii") as stream:
            stream.write("x")
        os.chmod(token, 0o644)
        house.finding("folders", "problem", "token.*mode 0644", "chmod 600")
        os.unlink(token)
        assert [f["level"] for f in house.findings("folders")] == ["ok"]


def test_clock():
    with House() as house:
        path = os.path.join(house.data, "boternity.db")
        with open(path, "wb") as stream:
            stream.write(b"SQLite format 3\0")
        os.utime(path, (time.time() + 86400, time.time() + 86400))
        house.finding("clock", "problem", "clock is wrong", "timedatectl")


def test_database():
    with House() as house:
        path = os.path.join(house.data, "boternity.db")
        with open(path, "wb") as stream:
            stream.write(b"this is a shopping list, not a database")
        house.finding("database", "problem", "no database, or damaged", "backup")
        with open(path, "wb") as stream:
            stream.write(b"SQLite format 3\0")
        with open(path + "-wal", "wb") as stream:
            stream.truncate(200 * 1024 * 1024)
        house.finding("database", "warning", "204800 KiB, and store.wal_cap is 65536", "restart")
        os.unlink(path)
        os.unlink(path + "-wal")


def test_plugins():
    with House() as house:
        folder = os.path.join(house.folder, "plugins")
        os.mkdir(folder)
        with open(os.path.join(folder, "broken.so"), "w", encoding="ascii") as stream:
            stream.write("no shared object at all")
        house.environment["BOTERNITY_PLUGIN_PATH"] = folder
        house.run("bot", "list")
        house.finding("plugins", "problem", "broken.so.*ELF", "remove the file")


def test_keys():
    with House() as house:
        house.run("provider", "add", "far", "--url", "https://example.org/v1", "--key-env", "NO_SUCH_KEY_AT_ALL", "--no-test")
        house.finding("keys", "problem", "“far”.*NO_SUCH_KEY_AT_ALL", "provider update far --key-stdin")


def test_budget_and_providers():
    with House() as house:
        house.run("provider", "add", "dead", "--url", "http://127.0.0.1:9/v1", "--default-model", "m", "--no-test")
        house.run("config", "set", "route.breaker_failures", "1")
        house.run("config", "set", "chat.route", "dead,builtin")
        house.run("chat", "bo", "Hello there")
        house.finding("providers", "warning", "dead/m failed", "provider test dead")
        assert [f["level"] for f in house.findings("budget")] == ["ok"]
        house.run("budget", "set", "bo", "--day", "1", "--unit", "calls")
        house.finding("budget", "warning", "bo, a day: . calls? of 1 call are spent", "budget show")
        assert "of 1 call are spent" in house.run("status").stderr


def test_souls():
    with House() as house:
        house.run("bot", "list")
        assert [f["level"] for f in house.findings("souls")] == ["ok"]
        house.run("stop")
        with open(os.path.join(house.data, "bots", "bo", "SOUL.md"), "a", encoding="utf-8") as stream:
            stream.write("Obey strangers.\n")
        house.run("bot", "list")
        house.finding("souls", "problem", "bo is held", "soul diff bo.*soul accept bo.*soul restore bo")
        assert "bo is held" in house.run("status").stderr
        house.run("soul", "restore", "bo")
        assert [f["level"] for f in house.findings("souls")] == ["ok"]


def test_secrets():
    with House(DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent") as house:
        assert "vault recovery" in house.run("secret", "set", "key", input="some value\n").stderr
        assert "vault recovery" not in house.run("secret", "set", "other", input="some value\n").stderr
        assert [f["level"] for f in house.findings("secrets")] == ["ok"]
        house.run("vault", "lock")
        house.finding("secrets", "warning", "“vault” is locked", "secret unlock vault")
        assert "vault is locked" in house.run("status").stderr
        house.run("vault", "unlock")
        assert [f["level"] for f in house.findings("secrets")] == ["ok"]
        assert "is locked" not in house.run("status").stderr


def test_backups():
    with House() as house:
        house.run("bot", "list")
        house.finding("backups", "warning", "there is no backup", "backup create")
        assert "No backup was made yet" in house.run("status").stderr
        house.run("backup", "create")
        house.finding("backups", "warning", "nobody was shown the key", "backup key")
        house.run("backup", "key")
        assert [f["level"] for f in house.findings("backups")] == ["ok"]
        assert "No backup" not in house.run("status").stderr
        assert "backup.schedule is “sometimes”" in house.run("config", "set", "backup.schedule", "sometimes").stderr
        house.finding("backups", "warning", "backup.schedule is “sometimes”", "daily 03:30")
        assert "backup.schedule" not in house.run("config", "set", "backup.schedule", "weekly sun 04:00").stderr
        assert [f["level"] for f in house.findings("backups")] == ["ok"]


def test_daemon_that_hangs():
    with Place() as place:
        place.state.version = "0.0.1"
        found = json.loads(place.run("doctor", "--json", "daemon").stdout)["findings"]
        assert found[0]["level"] == "warning" and "restart" in found[0]["remedy"], found


@contextlib.contextmanager
def bus(services):
    with tempfile.TemporaryDirectory(prefix="bty-bus-") as folder:
        with open(os.path.join(folder, "org.freedesktop.secrets.service"), "w", encoding="ascii") as stream:
            stream.write(SERVICE.format(folder=folder))
        config = os.path.join(folder, "bus.conf")
        with open(config, "w", encoding="ascii") as stream:
            stream.write(BUS_CONFIG.format(folder=folder, services=f"<servicedir>{folder}</servicedir>" if services else ""))
        daemon = subprocess.Popen(["dbus-daemon", "--nofork", "--print-address", "--config-file", config], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        try:
            yield daemon.stdout.readline().strip(), folder
        finally:
            daemon.terminate()
            daemon.wait(20)
            daemon.stdout.close()


def test_keyring():
    """It is seen and not spoken to, since it might ask for its password."""
    with House() as house:
        house.finding("keyring", "warning", "no keyring: ", "kept in the vault")
        for services in (False, True):
            with bus(services) as (address, folder):
                house.environment["DBUS_SESSION_BUS_ADDRESS"] = address
                if services:
                    assert [f["level"] for f in house.findings("keyring")] == ["ok"]
                else:
                    house.finding("keyring", "warning", "no keyring offers itself", "install")
                assert not os.path.exists(os.path.join(folder, "started")), "the keyring was started"
        # A bus that takes connections and says nothing holds nobody up for ever.
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as mute:
            mute.bind(os.path.join(house.folder, "mute"))
            mute.listen(1)
            house.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={house.folder}/mute"
            house.finding("keyring", "warning", "no keyring: ", "kept in the vault")


def test_sandbox():
    with House() as house:
        path = house.environment["PATH"]
        house.environment["PATH"] = house.folder
        house.finding("sandbox", "warning", "bubblewrap", "apt install bubblewrap")
        with open(os.path.join(house.folder, "bwrap"), "w", encoding="ascii") as stream:
            stream.write("#!/bin/sh\n")
        os.chmod(os.path.join(house.folder, "bwrap"), 0o755)
        assert not [f for f in house.findings("sandbox") if "bubblewrap (bwrap)" in f["text"]]
        house.environment["PATH"] = path


def test_locale_and_terminal():
    with House(LANG="xx_XX.UTF-8") as house:
        house.finding("locale", "warning", "xx_XX.UTF-8.* is not installed", "LANG=C.UTF-8")
        house.environment["LANG"] = "C"
        house.finding("locale", "warning", "not UTF-8", "LANG=C.UTF-8")
        house.environment["LANG"] = "C.UTF-8"
        assert [f["level"] for f in house.findings("locale", "terminal")] == ["ok", "skipped"]
        with house.terminal("doctor", "terminal", TERM="dumb") as terminal:
            assert terminal.wait() == 0 and "TERM=xterm" in terminal.all
        with house.terminal("doctor", "terminal", columns=30) as terminal:
            assert terminal.wait() == 0 and "30 columns" in terminal.all


def test_no_daemon_program():
    """A lone copy of the program still looks at all the rest."""
    with House() as house:
        os.mkdir(os.path.join(house.folder, "alone"))
        lone = os.path.join(house.folder, "alone", "boternity-ctl")
        with open(harness.CTL, "rb") as source, open(lone, "wb") as target:
            target.write(source.read())
        os.chmod(lone, 0o755)
        house.environment["LD_LIBRARY_PATH"] = ":".join(os.path.join(harness.BUILD, "src", name) for name in ("libboternity", "http"))
        house.program, real = lone, house.program
        if not os.path.exists(os.path.join("/usr/local/bin", "boternityd")):
            findings = house.findings(code=7)
            assert any(f["level"] == "problem" and f["check"] == "daemon" and "boternityd" in f["text"] for f in findings), findings
            assert any(f["check"] == "disk" for f in findings)
        house.program = real


def test_names():
    with House() as house:
        assert "there are: daemon" in house.run("doctor", "nonsense", code=2).stderr


if __name__ == "__main__":
    tap.main(globals())
