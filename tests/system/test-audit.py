# SPDX-License-Identifier: LGPL-2.1-or-later
"""The audit log of the whole program: that it stays whole when the daemon is killed, and what is in it."""

import json
import threading
import time

import tap
from boternity_daemon import Daemon

ALONE = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
N_KILLS = 12
N_WRITERS = 4


def good(result):
    assert result.returncode == 0, (result.args, result.stdout, result.stderr)
    return result.stdout


def entries(daemon, *options):
    """All of them, the newest first."""
    return json.loads(good(daemon.ctl("audit", "list", "--limit", "0", "--json", *options)))["items"]


def verify(daemon):
    return json.loads(good(daemon.ctl("audit", "verify", "--json")).splitlines()[-1])


def write_until(daemon, is_over, done):
    """Makes bots and notes down which ones it was told of."""
    while not is_over.is_set():
        try:
            made = daemon.post("/bots", {"name": "Ada"})
        except Exception:  # what a connection that is cut gives
            return
        if made.status == 201:
            done.append(made.json["slug"])


def test_killed_in_a_loop():
    """What was answered is in the log, twice; the chain has no hole."""
    with Daemon(ALONE) as daemon:
        done = []
        for turn in range(N_KILLS):
            is_over = threading.Event()
            writers = [threading.Thread(target=write_until, args=(daemon, is_over, done)) for _ in range(N_WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(0.03 + turn * 0.02)
            daemon.kill()
            is_over.set()
            for writer in writers:
                writer.join()
            daemon.start()
            report = verify(daemon)
            assert report["is_whole"], report
        log = entries(daemon)
        assert len(done) > N_KILLS and len(log) == verify(daemon)["entries"], (len(done), len(log))
        ended = {entry["subject"] for entry in log if entry["action"] == "bot.create" and entry["outcome"] == "done"}
        began = {entry["call"] for entry in log if entry["action"] == "bot.create" and entry["outcome"] == "started"}
        assert len(began) >= len(done)
        # The end of the very last ones may be what the kill took: it comes after what it tells of.
        assert len(set(done) - ended) <= N_KILLS * N_WRITERS, sorted(set(done) - ended)
        assert all(entry["call"] in began for entry in log if entry["action"] == "bot.create")
        assert sum(entry["action"] == "daemon-start" for entry in log) == N_KILLS + 1


def test_program_and_approvals():
    with Daemon(ALONE) as daemon:
        daemon.post("/souls/bo/restore")
        daemon.stop()
        daemon.start()
        own = [(entry["action"], entry["actor"]) for entry in reversed(entries(daemon, "--kind", "program"))]
        assert own == [("daemon-start", "boternityd"), ("daemon-stop", "boternityd"), ("daemon-start", "boternityd")], own
        decided = entries(daemon, "--kind", "approval", "--action", "soul.restore")
        assert len(decided) == 2 and {entry["subject"] for entry in decided} == {"bo"}, decided
        assert verify(daemon)["is_whole"]


def test_restored_backup():
    """The chain of the backup counts again, and the log says how that came about."""
    with Daemon(ALONE) as daemon:
        daemon.post("/bots", {"name": "Ada"})
        backup = json.loads(good(daemon.ctl("backup", "create", "--json")).splitlines()[-1])
        for _ in range(5):
            daemon.post("/bots", {"name": "Ben"})
        good(daemon.ctl("backup", "restore", backup["name"], "--no-restart"))
        daemon.stop()
        daemon.start()
        assert [entry["action"] for entry in entries(daemon, "--kind", "program")][:2] == ["daemon-start", "backup-restored"]
        assert verify(daemon)["is_whole"], verify(daemon)
        daemon.stop()
        daemon.start()
        assert verify(daemon)["is_whole"], verify(daemon)


def test_a_token_gets_no_recovery_key():
    """Nor is it kept with the answer to an idempotency key."""
    with Daemon(ALONE) as daemon:
        made = daemon.post("/call/backup.create", {}, headers={"Accept": "application/json", "Idempotency-Key": "b1"})
        assert made.status == 200 and b"encrypted" in made.body, made.body
        key = good(daemon.ctl("backup", "key")).strip()
        assert key.encode() not in made.body and key not in daemon.read_log()
        assert key not in good(daemon.ctl("backup", "create", "--json"))


if __name__ == "__main__":
    tap.main(globals())
