# SPDX-License-Identifier: LGPL-2.1-or-later
"""Backups as a person makes, checks and restores them: on a real daemon, whole, damaged, forgotten, killed, with a full disk."""

import glob
import json
import os
import shutil
import subprocess
import threading
import time

import tap
from boternity_daemon import DAEMON, Daemon, wait_for

CANARY = "the-heron-stands-in-the-reeds"


def backup(daemon, *arguments, **options):
    """The JSON that `backup …` printed; it has to succeed."""
    done = daemon.ctl("backup", *arguments, "--json", **options)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else None


def refused(daemon, *arguments, **options):
    done = daemon.ctl("backup", *arguments, "--json", **options)
    assert done.returncode != 0, done.stdout
    return json.loads(done.stderr)


def key_of(daemon):
    return backup(daemon, "key")["value"]


def slugs(daemon):
    return sorted(bot["slug"] for bot in json.loads(daemon.ctl("bot", "list", "--json").stdout)["items"])


def backup_files(daemon):
    return sorted(os.listdir(os.path.join(daemon.data, "backups")))


def events(daemon, name):
    url = json.loads(daemon.ctl("status", "--json").stdout)["http_url"]  # another one after a restart
    daemon.port = int(url.rsplit(":", 1)[1].rstrip("/"))
    page = daemon.get("/events/replay?limit=0", headers={"Accept": "application/json"}).json
    return [event["data"] for event in page["items"] if event["type"] == "org.boternity." + name]


def history(daemon, slug):
    return json.loads(daemon.ctl("soul", "history", slug, "--json").stdout)["items"]


def find_bot(daemon, slug):
    return daemon.get("/bots/" + slug).json


class Restarting:
    """A daemon that the CLI restarts: it then runs under the CLI's name, and is ended by it."""

    def __init__(self, environment=None):
        self.daemon = Daemon(environment)

    def __enter__(self):
        self.daemon.start()
        return self.daemon

    def __exit__(self, *_):
        self.daemon.ctl("stop")
        self.daemon.process.wait(20)
        shutil.rmtree(self.daemon.folder, ignore_errors=True)


def furnish(daemon):
    assert daemon.post("/bots", {"name": "Ada"}).status == 201
    assert daemon.post("/bots", {"name": "Bob"}).status == 201
    soul = os.path.join(daemon.data, "bots", "ada", "SOUL.md")
    with open(soul, "a", encoding="utf-8") as text:
        text.write("\n" + CANARY + "\n")
    said, _, end = daemon.chat("ada", "Remember " + CANARY)
    assert end[0] == "end", end
    return said


def sessions_of(daemon, slug):
    answer = json.loads(daemon.ctl("call", "session.list", "slug=" + slug).stdout)
    return [session["id"] for session in answer["items"]]


def test_round_trip():
    with Restarting() as daemon:
        furnish(daemon)
        before = sessions_of(daemon, "ada")
        soul = open(os.path.join(daemon.data, "bots", "ada", "SOUL.md"), encoding="utf-8").read()
        made = backup(daemon, "create")
        assert made["encrypted"] and made["rows"] > 5 and made["files"] >= 9, made
        key = key_of(daemon)
        assert not backup(daemon, "create").get("key_unseen")
        path = os.path.join(daemon.data, "backups", made["name"])
        assert CANARY.encode() not in open(path, "rb").read()
        assert key.encode() not in open(path, "rb").read()
        report = backup(daemon, "verify", made["name"])
        assert report["rows"] == made["rows"] and report["files"] == made["files"], (report, made)
        assert daemon.ctl("bot", "delete", "ada").returncode == 0
        assert daemon.ctl("bot", "create", "Late").returncode == 0
        answer = backup(daemon, "restore", made["name"])
        assert slugs(daemon) == ["ada", "bo", "bob"]
        assert sessions_of(daemon, "ada") == before
        assert open(os.path.join(daemon.data, "bots", "ada", "SOUL.md"), encoding="utf-8").read() == soul
        kept = os.path.join(daemon.data, answer["kept"])
        assert {"boternity.db", "bots"} <= set(os.listdir(kept)), os.listdir(kept)
        assert wait_for(lambda: events(daemon, "backup.restored"))[0]["kept"] == answer["kept"]
        assert not os.path.exists(os.path.join(daemon.data, ".restore"))
        assert backup(daemon, "verify", made["name"])["rows"] == made["rows"]


def test_events_and_secrets():
    with Daemon() as daemon:
        furnish(daemon)
        made = backup(daemon, "create")
        created = wait_for(lambda: events(daemon, "backup.created"))
        assert len(created) == 1 and created[0]["name"] == made["name"], created
        key = key_of(daemon)
        found = subprocess.run(["grep", "-rla", key, daemon.data], capture_output=True, text=True, check=False)
        assert found.stdout.split() == [os.path.join(daemon.data, "backups.key")], found.stdout
        assert key not in daemon.read_log()
        # A passphrase never comes back, and is nowhere.
        backup(daemon, "create", "--passphrase", input="correct horse battery\n")
        assert "correct horse" not in daemon.read_log()
        found = subprocess.run(["grep", "-rla", "correct horse battery", daemon.data], capture_output=True, text=True, check=False)
        assert found.stdout == "", found.stdout
        # What is in clear is asked for.
        clear = backup(daemon, "create", "--unencrypted")
        assert not clear["encrypted"]
        token = open(os.path.join(daemon.data, "token"), "rb").read().strip()
        assert token not in open(os.path.join(daemon.data, "backups", clear["name"]), "rb").read()


def test_key():
    """Who is told the key, and that nobody was."""
    with Daemon() as daemon:
        first = daemon.post("/backups", headers={"Accept": "application/json"})
        assert first.status in (200, 201), first.body
        key = open(os.path.join(daemon.data, "backups.key"), encoding="ascii").read().strip()
        assert key.encode() not in first.body
        assert backup(daemon, "list")["items"][0]["key_unseen"]
        listed = daemon.ctl("backup", "list")
        assert "boternity-ctl backup key" in listed.stderr, listed.stderr
        refusal = daemon.post("/backups/key")
        assert refusal.status == 403 and key.encode() not in refusal.body, refusal.body
        made = daemon.ctl("backup", "create")  # no terminal: the key is not for a log
        assert made.returncode == 0 and key not in made.stdout + made.stderr and "backup key" in made.stderr, made
        assert backup(daemon, "list")["items"][0]["key_unseen"]
        shown = daemon.ctl("backup", "key")
        assert shown.stdout == key + "\n", shown
        listed = backup(daemon, "list")["items"]
        assert len(listed) == 2 and not any(item.get("key_unseen") for item in listed), listed
        assert key not in daemon.read_log()
        assert key not in daemon.ctl("audit", "list", "--json").stdout


def test_what_is_inside():
    """What opens things by itself is in no backup, however it was made."""
    with Restarting() as daemon:
        furnish(daemon)
        assert daemon.ctl("secret", "set", "openai", input="sk-inside-the-vault\n").returncode == 0
        beside = {"vault.key", "token", "backups.key"}
        assert beside <= set(os.listdir(daemon.data)) | {"backups.key"}, os.listdir(daemon.data)
        name = backup(daemon, "create", "--unencrypted")["name"]
        key_of(daemon)
        path = os.path.join(daemon.data, "backups", name)
        target = os.path.join(daemon.folder, "elsewhere")
        environment = dict(daemon.environment(), BOTERNITY_DATA_DIR=target)
        done = subprocess.run([DAEMON, "--restore", path], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found = {entry for entry in os.listdir(target) if not entry.startswith(".before-restore-")}
        assert {"boternity.db", "bots", "vault.bty"} <= found, found
        assert not found & {"vault.key", "backups.key", "backups.key.unseen", "anchors"}, found
        for opener in beside:
            key = open(os.path.join(daemon.data, opener), "rb").read().strip()
            found = subprocess.run(["grep", "-rlaF", "--", key, target], capture_output=True, check=False)
            assert found.stdout == b"", (opener, found.stdout)


def test_history_after_a_restore():
    """The chains of the backup count again, with a daemon or without one: no bot is held, the log is whole, and says what happened."""
    for is_offline in (False, True):
        with Restarting() as daemon:
            furnish(daemon)
            name = backup(daemon, "create")["name"]
            soul = os.path.join(daemon.data, "bots", "ada", "SOUL.md")
            versions = len(history(daemon, "ada"))
            with open(soul, "a", encoding="utf-8") as text:
                text.write("\nA line that the backup does not have\n")
            assert wait_for(lambda: len(history(daemon, "ada")) > versions)
            if is_offline:
                daemon.ctl("stop")
                done = subprocess.run([DAEMON, "--restore", os.path.join(daemon.data, "backups", name)], env=daemon.environment(),
                                      capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stderr
                kept = json.loads(done.stdout)["kept"]
            else:
                kept = backup(daemon, "restore", name)["kept"]
            said = daemon.ctl("chat", "ada", "Are you there?")
            assert said.returncode == 0, said.stderr
            whole = json.loads(daemon.ctl("audit", "verify", "--json").stdout)
            assert whole["is_whole"], whole
            assert wait_for(lambda: events(daemon, "backup.restored"))[0]["kept"] == kept
            assert wait_for(lambda: not os.path.exists(os.path.join(daemon.data, ".restored")))
            daemon.ctl("restart")
            assert len(events(daemon, "backup.restored")) == 1
            assert daemon.ctl("chat", "ada", "And now?").returncode == 0


def test_wrong_keys():
    with Daemon() as daemon, Daemon() as other:
        furnish(daemon)
        made = backup(daemon, "create", "--passphrase", input="correct horse\n")
        name = made["name"]
        problem = refused(daemon, "verify", name, "--passphrase", input="correct house\n")
        assert problem["code"] == "PERMISSION_DENIED" and "house" not in json.dumps(problem), problem
        assert backup(daemon, "verify", name, "--passphrase", input="correct horse\n")["passphrase"]
        assert backup(daemon, "verify", name, "--passphrase", input=key_of(daemon).lower() + "\n")
        # On another machine its own key does not open it; these do.
        os.makedirs(os.path.join(other.data, "backups"), exist_ok=True)
        shutil.copy(os.path.join(daemon.data, "backups", name), os.path.join(other.data, "backups", name))
        assert refused(other, "verify", name)["code"] == "FAILED_PRECONDITION"
        assert backup(other, "verify", name, "--passphrase", input="correct horse\n")["rows"] == made["rows"]


def test_damaged():
    with Daemon() as daemon:
        furnish(daemon)
        name = backup(daemon, "create")["name"]
        path = os.path.join(daemon.data, "backups", name)
        whole = open(path, "rb").read()
        for at in (3, len(whole) // 3, len(whole) // 2, len(whole) - 30):
            with open(path, "wb") as file:
                file.write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            for verb in ("verify", "restore"):
                problem = refused(daemon, verb, name)
                assert problem["code"] == "DATA_LOSS", (at, problem)
        with open(path, "wb") as file:
            file.write(whole[:len(whole) // 2])
        problem = refused(daemon, "restore", name)
        assert problem["code"] == "DATA_LOSS" and "cut short" in problem["detail"], problem
        listed = backup(daemon, "list")["items"][0]
        assert listed["name"] == name and "cut short" in listed["problem"], listed
        assert slugs(daemon) == ["ada", "bo", "bob"]
        assert not os.path.exists(os.path.join(daemon.data, ".restore", "intent"))
        assert refused(daemon, "verify", "../" + name)["code"] == "INVALID_ARGUMENT"
        assert refused(daemon, "verify", "none.btybackup")["code"] == "NOT_FOUND"


def test_forget():
    with Restarting() as daemon:
        furnish(daemon)
        bot = find_bot(daemon, "ada")["id"]
        name = backup(daemon, "create")["name"]
        assert daemon.ctl("bot", "delete", "ada").returncode == 0
        second = backup(daemon, "create")["name"]
        done = backup(daemon, "forget", bot)
        assert done["backups"] >= 1 and done["checked"] == 2, done
        backup(daemon, "forget", "ada")
        assert backup(daemon, "verify", name)["forgotten"] >= 1
        backup(daemon, "restore", name)
        assert slugs(daemon) == ["bo", "bob"]
        daemon.ctl("stop")
        for folder in ("bots", "."):
            paths = glob.glob(os.path.join(daemon.data, folder, "boternity.db*")) + glob.glob(os.path.join(daemon.data, "bots", "*", "*"))
            assert not [path for path in paths if os.path.isfile(path) and CANARY.encode() in open(path, "rb").read()]
        daemon.ctl("status")
        assert backup(daemon, "verify", second)


def test_without_daemon():
    with Restarting() as daemon:
        furnish(daemon)
        name = backup(daemon, "create")["name"]
        daemon.ctl("stop")
        with open(os.path.join(daemon.data, "boternity.db"), "wb") as file:
            file.write(b"no database at all " * 1000)
        for leftover in glob.glob(os.path.join(daemon.data, "boternity.db-*")):
            os.unlink(leftover)
        assert daemon.ctl("bot", "list").returncode != 0
        answer = backup(daemon, "restore", name)
        assert not answer["restart"], answer
        assert slugs(daemon) == ["ada", "bo", "bob"]


def test_new_machine():
    with Restarting() as daemon, Restarting() as other:
        furnish(daemon)
        made = backup(daemon, "create")
        path = os.path.join(daemon.data, "backups", made["name"])
        assert refused(other, "restore", path)["code"] == "FAILED_PRECONDITION"
        backup(other, "restore", path, "--passphrase", input=key_of(daemon) + "\n")
        assert slugs(other) == ["ada", "bo", "bob"]


def test_killed():
    """Killed at any moment of a restore, and at any moment of the start after it: all as before, or all as in the backup."""
    daemon = Daemon()
    try:
        daemon.start()
        furnish(daemon)
        name = backup(daemon, "create")["name"]
        assert daemon.ctl("bot", "create", "Late").returncode == 0
        seen = set()
        for round_number in range(12):
            restoring = threading.Thread(target=daemon.ctl, args=("backup", "restore", name, "--no-restart"))
            restoring.start()
            time.sleep(0.005 * round_number)  # wherever it is then: any moment has to do
            daemon.kill()
            restoring.join()
            daemon.ctl("stop")  # one that the CLI began since ours was gone
            daemon.start()
            now = slugs(daemon)
            assert now in (["ada", "bo", "bob"], ["ada", "bo", "bob", "late"]), now
            folders = sorted(entry for entry in os.listdir(os.path.join(daemon.data, "bots")) if not entry.startswith("."))
            assert folders == now, (folders, now)
            seen.add(tuple(now))
            if now == ["ada", "bo", "bob"]:
                assert daemon.ctl("bot", "create", "Late").returncode == 0
            assert daemon.ctl("call", "backup.verify", "name=" + name).returncode == 0
        assert seen
    finally:
        daemon.stop()
        shutil.rmtree(daemon.folder, ignore_errors=True)


def test_full_disk():
    if os.geteuid() != 0:
        raise tap.Skip("a file system can be mounted by root only")
    with Daemon() as daemon:
        folder = os.path.join(daemon.folder, "small")
        os.mkdir(folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False).returncode != 0:
            raise tap.Skip("a file system cannot be mounted here")
        try:
            assert daemon.ctl("config", "set", "backup.folder", folder).returncode == 0
            first = wait_for(lambda: backup(daemon, "create")["name"] in os.listdir(folder) and os.listdir(folder))
            os.makedirs(os.path.join(daemon.data, "bots", "bo", "big"))
            with open(os.path.join(daemon.data, "bots", "bo", "big", "noise"), "wb") as file:
                file.write(os.urandom(3_000_000))
            problem = refused(daemon, "create")
            assert problem["code"] == "RESOURCE_EXHAUSTED" and folder in problem["detail"], problem
            assert sorted(os.listdir(folder)) == sorted(first)
            os.unlink(os.path.join(daemon.data, "bots", "bo", "big", "noise"))
            assert backup(daemon, "create")["rows"] > 0
            failed = wait_for(lambda: events(daemon, "backup.failed"))
            assert len(failed) == 1 and failed[0]["cause"] == "request" and failed[0]["error_code"] == "RESOURCE_EXHAUSTED", failed
        finally:
            subprocess.run(["umount", folder], check=False)


def test_schedule():
    daemon = Daemon({"BOTERNITY_BACKUP_SCHEDULE": "every 6h", "BOTERNITY_BACKUP_KEEP": "1"})
    with daemon:
        made = wait_for(lambda: [item for item in backup(daemon, "list")["items"] if item["automatic"]], 60)
        assert made and len(made) == 1, made
        assert "problem" not in made[0] or not made[0]["problem"]
        backup(daemon, "verify", made[0]["name"])


def test_two_at_once():
    with Daemon() as daemon:
        furnish(daemon)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(daemon.ctl("backup", "create", "--json"))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        good = [json.loads(answer.stdout)["name"] for answer in answers if answer.returncode == 0]
        bad = [json.loads(answer.stderr)["code"] for answer in answers if answer.returncode != 0]
        assert good and set(bad) <= {"FAILED_PRECONDITION"}, (good, bad)
        assert backup_files(daemon) == sorted(good)
        for name in good:
            backup(daemon, "verify", name)
            backup(daemon, "delete", name)
        assert backup_files(daemon) == []


if __name__ == "__main__":
    tap.main(globals())
