#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl finds the daemon or starts it: beside it, detached, once, and says why when it does not start."""

import json
import os
import shutil
import stat
import subprocess
import sys

import harness
from harness import Place, tap, wait_until

LAUNCHER = f"""#!{sys.executable} -B
import sys
sys.path.insert(0, {harness.HERE!r})
import fake_daemon
fake_daemon.main()
"""


class Tree(Place):
    """A build tree of the program and the stand-in daemon, which is started from there."""

    def __init__(self, **environment):
        super().__init__(daemon=False, **environment)
        for name in ("ctl", "daemon"):
            os.mkdir(os.path.join(self.folder, name))
        self.program = shutil.copy(harness.CTL, os.path.join(self.folder, "ctl"))
        self.daemon = os.path.join(self.folder, "daemon", "boternityd")
        with open(self.daemon, "w", encoding="utf-8") as stream:
            stream.write(LAUNCHER)
        os.chmod(self.daemon, 0o755)
        libraries = [os.path.join(harness.BUILD, "src", name) for name in ("libboternity", "http")]
        self.environment["LD_LIBRARY_PATH"] = ":".join(libraries + [os.environ.get("LD_LIBRARY_PATH", "")]).rstrip(":")

    def __exit__(self, *unused):
        try:
            self.run("stop")
        finally:
            super().__exit__()

    def starts(self):
        path = os.path.join(self.data, "starts")
        if not os.path.exists(path):
            return []
        with open(path, encoding="ascii") as stream:
            return [line.split() for line in stream]


def test_start_and_stop():
    with Tree() as tree:
        assert tree.json("status")["running"] is False
        assert "boternity" in tree.run("bot", "list").stdout
        status = tree.json("status")
        (pid, folder, leads_session, stdin_is_empty), = tree.starts()
        assert status["running"] is True and status["pid"] == int(pid)
        assert (folder, leads_session, stdin_is_empty) == (tree.data, "True", "True")
        assert stat.S_IMODE(os.stat(os.path.join(tree.data, "boternityd.log")).st_mode) == 0o600
        assert tree.json("stop") == {"running": False, "was_running": True}
        assert tree.json("status")["running"] is False and len(tree.starts()) == 1


def test_restart():
    with Tree() as tree:
        tree.run("bot", "list")
        assert "runs again" in tree.run("restart").stderr
        assert tree.json("restart")["running"] is True
        assert len({pid for pid, *_ in tree.starts()}) == 3


def test_race():
    with Tree(FAKE_PAUSE="0.3") as tree:
        processes = [tree.popen("bot", "list", "--json") for _ in range(8)]
        for process in processes:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0 and len(json.loads(out)["items"]) == 1, err
        assert len(tree.starts()) == 1


def test_reason_of_failure():
    with Tree(FAKE_REASON="the data folder holds a newer schema") as tree:
        result = tree.run("bot", "list", code=13)
        assert "did not start" in result.stderr and "a newer schema" in result.stderr
        del tree.environment["FAKE_REASON"]
        tree.run("bot", "list")


def test_no_program():
    with Tree() as tree:
        os.unlink(tree.daemon)
        assert "no boternityd beside this program" in tree.run("bot", "list", code=7).stderr


def test_progress():
    with Tree(FAKE_PAUSE="1.5") as tree:
        with tree.terminal("bot", "list") as terminal:
            terminal.until("starting the daemon…")
            assert terminal.wait() == 0


def test_bare_environment():
    """No HOME, no session bus, no network, no locale."""
    with Tree() as tree:
        tree.environment = {name: value for name, value in tree.environment.items() if name in ("PATH", "LD_LIBRARY_PATH")}
        tree.environment["BOTERNITY_DATA_DIR"] = tree.data
        assert tree.run("chat", "grüße dich").stdout == "You said: grüße dich.\n"
        probe = subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True)
        if probe.returncode != 0:
            return
        result = subprocess.run(["unshare", "-n", tree.program, "chat", "hello you"], env=tree.environment, capture_output=True,
                                text=True, timeout=60, check=False)
        assert result.stdout == "You said: hello you.\n", result


def test_relative_folder():
    with Tree() as tree:
        tree.environment["BOTERNITY_DATA_DIR"] = "data"
        assert tree.run("chat", "hello you", cwd=tree.folder).stdout == "You said: hello you.\n"
        assert tree.starts()[0][1] == tree.data
        tree.environment["BOTERNITY_DATA_DIR"] = tree.data


def test_folder_is_made_private():
    with Tree() as tree:
        os.rmdir(tree.data)
        tree.run("bot", "list")
        assert stat.S_IMODE(os.stat(tree.data).st_mode) == 0o700


def test_token_starts_once():
    with Tree() as tree:
        assert tree.run("token").stdout == "fake-token\n" and len(tree.starts()) == 1
        tree.run("stop")
        assert tree.run("token").stdout == "fake-token\n" and len(tree.starts()) == 1


def test_after_a_kill():
    """The socket's file is still there, but nobody listens."""
    with Tree() as tree:
        tree.run("bot", "list")
        pid = int(tree.starts()[0][0])
        os.kill(pid, 9)
        wait_until(lambda: tree.json("status")["running"] is False, "its end")
        assert os.path.exists(harness.fake_daemon.socket_path(tree.data))
        os.unlink(harness.fake_daemon.socket_path(tree.data))
        assert tree.run("chat", "hello you").stdout == "You said: hello you.\n"
        assert len(tree.starts()) == 2


if __name__ == "__main__":
    tap.main(globals())
