#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl log: the file that the daemon keeps small, as it grows and is put aside, and the journal by its own program."""

import contextlib
import datetime
import json
import os
import signal
import stat
import subprocess
import sys

from harness import Place, tap, wait_until

JOURNALCTL = """#!{python}
import json, os, sys
with open({folder!r} + "/arguments", "a") as stream:
    stream.write(json.dumps(sys.argv[1:]) + "\\n")
with open({folder!r} + "/journal") as stream:
    lines = stream.read().splitlines()
for argument in sys.argv:
    if argument.startswith("--lines=") and argument != "--lines=all":
        lines = lines[-int(argument[8:]):]
print("\\n".join(lines), flush=True)
if "--follow" in sys.argv:
    import time
    while True:
        time.sleep(0.02)
        with open({folder!r} + "/journal") as stream:
            now = stream.read().splitlines()
        for line in now[len(lines):]:
            print(line, flush=True)
        lines = now
"""


class House(Place):
    def __init__(self, **environment):
        super().__init__(daemon=False, BOTERNITY_HTTP_PORT="0", TZ="UTC", **environment)
        self.environment["BOTERNITY_CONFIG_DIR"] = os.path.join(self.folder, "config")
        self.environment["PATH"] = os.path.join(self.folder, "bin") + ":" + self.environment["PATH"]
        os.mkdir(os.path.join(self.folder, "bin"))
        self.log = os.path.join(self.data, "boternityd.log")
        self.fake_journal([])

    def __exit__(self, *unused):
        try:
            self.run("stop")
        finally:
            super().__exit__()

    def fake_journal(self, entries):
        path = os.path.join(self.folder, "bin", "journalctl")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(JOURNALCTL.format(python=sys.executable, folder=self.folder))
        os.chmod(path, 0o755)
        with open(os.path.join(self.folder, "journal"), "w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(entry) + "\n" for entry in entries)

    def arguments(self):
        with open(os.path.join(self.folder, "arguments"), encoding="utf-8") as stream:
            return [json.loads(line) for line in stream]

    def write(self, *lines, mode="a"):
        with open(self.log, mode, encoding="utf-8") as stream:
            stream.writelines(line + "\n" for line in lines)

    def entries(self, *words):
        return [json.loads(line) for line in self.run("log", "--json", *words).stdout.splitlines()]

    @contextlib.contextmanager
    def follow(self, *words):
        """Yields what returns all that was shown so far."""
        shown = os.path.join(self.folder, "shown")
        with open(shown, "w", encoding="utf-8") as stream:
            child = subprocess.Popen([self.program, "log", "-f", *words], env=self.environment, stdin=subprocess.DEVNULL, stdout=stream,
                                     stderr=subprocess.DEVNULL)

        def read():
            with open(shown, encoding="utf-8") as stream:
                return stream.read()
        try:
            yield read
            child.send_signal(signal.SIGINT)
            assert child.wait(20) == 130
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()


def line(second, level, text, domain="bty-test"):
    return f"2026-11-21 13:00:{second:02d}.250 {level:<8} {domain}: {text}"


def test_lines():
    with House() as house:
        assert "there is no log" in house.run("log", code=5).stderr
        house.write(line(1, "debug", "one"), line(2, "warning", "two"), "a library's own line", line(3, "info", "three: more"))
        assert house.run("log").stdout.splitlines() == [line(1, "debug", "one"), line(2, "warning", "two"), "a library's own line",
                                                       line(3, "info", "three: more")]
        assert house.entries("-n", "1") == [{"time": "2026-11-21T13:00:03.250Z", "level": "info", "domain": "bty-test",
                                             "message": "three: more"}]
        # A line without a time belongs to the one before it.
        assert [e["message"] for e in house.entries("--level", "warning")] == ["two", "a library's own line"]
        assert [e["message"] for e in house.entries("--level", "info", "-n", "0")] == ["two", "a library's own line", "three: more"]
        assert [e["message"] for e in house.entries("--since", "2026-11-21 13:00:03")] == ["three: more"]
        assert house.entries("--since", "1s") == [] and len(house.entries("--since", "2026-11-21")) == 4
        assert len(house.entries("--since", "2026-11-21T13:00:02Z")) == 3


def test_wrong_usage():
    with House() as house:
        for words, said in ((["--since", "never"], "“never” is no time"), (["--level", "loud"], "“loud” is no log level"),
                            (["--from", "afar"], "journal or file"), (["-n", "-1"], "from 0 to"), (["--since", "0s"], "no time")):
            assert said in house.run("log", *words, code=2).stderr, words


def test_escapes_stay_harmless():
    with House() as house:
        house.write(line(1, "info", "\033[31mred\a"))
        with house.terminal("log", TERM="dumb") as terminal:
            assert terminal.wait() == 0 and "\033" not in terminal.all and "red" in terminal.all


def test_old_files_come_first():
    with House() as house:
        for number, text in ((2, "oldest"), (1, "older")):
            with open(f"{house.log}.{number}", "w", encoding="utf-8") as stream:
                stream.write(line(1, "info", text) + "\n")
        house.write(line(2, "info", "newest"))
        assert [e["message"] for e in house.entries()] == ["oldest", "older", "newest"]
        assert [e["message"] for e in house.entries("-n", "2")] == ["older", "newest"]


def test_follow():
    """A file that is put aside, emptied or not there yet: no line is missed, none shown twice."""
    with House() as house:
        with house.follow() as shown:
            house.write(line(1, "info", "one"))
            wait_until(lambda: "one" in shown(), "the first line")
            with open(house.log, "a", encoding="utf-8") as stream:      # half a line is not shown before its end
                stream.write(line(2, "info", "tw"))
                stream.flush()
                stream.write("o\n")
            wait_until(lambda: "two" in shown(), "the second line")
            house.write(line(3, "info", "three"))
            os.rename(house.log, house.log + ".1")
            house.write(line(4, "info", "four"))
            wait_until(lambda: "four" in shown(), "the line after the file was put aside")
            house.write(line(5, "info", "5"), mode="w")
            wait_until(lambda: shown().endswith(" 5\n"), "the line after the file was emptied")
        words = [text.rsplit(" ", 1)[1] for text in shown().splitlines()]
        assert words == ["one", "two", "three", "four", "5"], words


def test_journal():
    with House() as house:
        base = {"__REALTIME_TIMESTAMP": "1795266000250000", "GLIB_DOMAIN": "bty-test"}
        house.fake_journal([{**base, "PRIORITY": "4", "MESSAGE": "one"}, {**base, "PRIORITY": "6", "MESSAGE": [116, 119, 255, 111]},
                            {"MESSAGE": None}, {**base, "PRIORITY": "7", "MESSAGE": "three"}])
        time = datetime.datetime.fromtimestamp(1795266000.25, datetime.timezone.utc)
        found = house.entries()                    # no file is there, so that it is the journal
        assert [(e["level"], e["message"]) for e in found] == [("warning", "one"), ("info", "tw\ufffdo"), ("debug", "three")]
        assert found[0]["time"] == time.strftime("%Y-%m-%dT%H:%M:%S.250Z") and found[0]["domain"] == "bty-test"
        house.run("log", "-n", "7", "--level", "warning", "--since", "2026-11-21 13:00")
        last = house.arguments()[-1]
        assert last[:2] == ["--user", "--unit=boternity.service"] and {"--lines=7", "--priority=warning"} <= set(last), last
        assert any(argument.startswith("--since=@") for argument in last), last
        house.run("log", "--from", "journal", "--since", "2026-11-21 13:00")
        assert "--lines=all" in house.arguments()[-1]
        house.write(line(1, "info", "in the file"))
        os.utime(house.log, (1, 1))                # the journal is newer
        assert house.entries()[0]["message"] == "one"
        os.utime(house.log, (1795266100, 1795266100))
        assert house.entries()[0]["message"] == "in the file" and house.entries("--from", "journal")[0]["message"] == "one"


def test_journal_goes_on():
    with House() as house:
        house.fake_journal([{"__REALTIME_TIMESTAMP": "1795266000250000", "PRIORITY": "6", "MESSAGE": "one"}])
        with house.follow("--from", "journal") as shown:
            wait_until(lambda: "one" in shown(), "what was there")
            with open(os.path.join(house.folder, "journal"), "a", encoding="utf-8") as stream:
                stream.write('{"__REALTIME_TIMESTAMP": "1795266001250000", "PRIORITY": "6", "MESSAGE": "two"}\n')
            wait_until(lambda: "two" in shown(), "what came later")


def test_no_journal():
    with House() as house:
        os.unlink(os.path.join(house.folder, "bin", "journalctl"))
        house.environment["PATH"] = os.path.join(house.folder, "bin")
        house.write(line(1, "info", "one"))
        assert house.entries()[0]["message"] == "one"
        assert "the journal cannot be read" in house.run("log", "--from", "journal", code=1).stderr


def test_daemon_keeps_it_small():
    """With the real daemon: files within the limit, as many as are to be kept, and no line lost while it lasts."""
    with House() as house:
        os.mkdir(house.environment["BOTERNITY_CONFIG_DIR"])
        with open(os.path.join(house.environment["BOTERNITY_CONFIG_DIR"], "boternity.conf"), "w", encoding="ascii") as stream:
            stream.write("[log]\nmax_size=16\nold_files=2\nlevel=debug\n")
        house.run("bot", "list")
        assert stat.S_IMODE(os.stat(house.log).st_mode) == 0o600

        def make_noise():
            for value in ("info", "debug") * 5:
                house.run("config", "set", "chat.reserve", "17" if value == "info" else "18")
            return os.path.exists(house.log + ".2")
        with house.follow("--from", "file", "--level", "info") as shown:
            wait_until(make_noise, "a second file that was put aside")
            marks = [text for text in shown().splitlines() if "chat.reserve has changed" in text]
            assert len(marks) >= 10
        for name in (house.log, house.log + ".1", house.log + ".2"):
            assert os.path.getsize(name) <= 16 * 1024, name
            assert stat.S_IMODE(os.stat(name).st_mode) == 0o600
        wait_until(lambda: make_noise() and os.path.exists(house.log), "more of it")
        assert not os.path.exists(house.log + ".3")


def test_it_stands_in_the_state_folder():
    with House() as house:
        home = os.path.join(house.folder, "home")
        os.mkdir(home, 0o700)
        del house.environment["BOTERNITY_DATA_DIR"]
        house.environment.update({"HOME": home, "XDG_RUNTIME_DIR": os.path.join(house.folder, "none")})
        house.run("bot", "list")
        path = os.path.join(home, ".local", "state", "boternity", "boternityd.log")
        assert "serves" in open(path, encoding="utf-8").read() and "serves" in house.run("log").stdout


def test_config_set_says_what_counts():
    with House() as house:
        assert "started again: boternity-ctl restart" in house.run("config", "set", "http.max_body", "20000000").stderr
        assert house.run("config", "set", "chat.reserve", "20").stderr == ""
        assert "BOTERNITY_HTTP_PORT in the daemon's environment" in house.run("config", "set", "http.port", "1234").stderr
        assert "BOTERNITY_HTTP_PORT" in house.run("config", "unset", "http.port").stderr
        folder = os.path.join(house.environment["BOTERNITY_CONFIG_DIR"], "boternity.conf.d")
        os.mkdir(folder)
        with open(os.path.join(folder, "x.conf"), "w", encoding="ascii") as stream:
            stream.write("[chat]\nreserve=30\n")
        wait_until(lambda: house.json("config", "get", "chat.reserve")["value"] == "30", "the new file to count")
        result = house.run("config", "set", "chat.reserve", "40")
        assert "x.conf” decides about it" in result.stderr and "restart   no" in result.stdout.replace("restart  no", "restart   no")


if __name__ == "__main__":
    tap.main(globals())
