# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of boternity-ctl share: a folder, the stand-in daemon in it, the program run against it, and a terminal."""

import contextlib
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "system"))
sys.path.insert(0, HERE)

import fake_daemon  # noqa: E402
import tap  # noqa: E402,F401

BUILD = os.environ["BOTERNITY_TEST_BUILD"]
CTL = os.path.join(BUILD, "src", "ctl", "boternity-ctl")
KEPT = ("PATH", "LSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH", "TMPDIR")
PATIENCE = 20


class Place:
    """A data folder of its own, and an environment that knows of nothing else."""

    def __init__(self, daemon=True, **environment):
        self.folder = tempfile.mkdtemp(prefix="bty-ctl-")
        self.data = os.path.join(self.folder, "data")
        os.mkdir(self.data, 0o700)
        self.environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment.update({"BOTERNITY_DATA_DIR": self.data, "LANG": "C.UTF-8", **environment})
        self.program = CTL
        self.fake = fake_daemon.FakeDaemon(self.data).start() if daemon else None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.fake is not None:
            self.fake.stop()
        shutil.rmtree(self.folder)

    @property
    def state(self):
        return self.fake.state

    def run(self, *words, code=0, **options):
        """Runs the program; its exit code must be @code."""
        options.setdefault("input", "")
        result = subprocess.run([self.program, *words], env=self.environment, capture_output=True, text=True, timeout=60,
                                check=False, **options)
        assert result.returncode == code, f"{words}: exit {result.returncode}, not {code}: {result.stdout!r} {result.stderr!r}"
        assert "\033" not in result.stdout + result.stderr, "colours without a terminal"
        return result

    def json(self, *words, **options):
        return json.loads(self.run("--json", *words, **options).stdout)

    def popen(self, *words, **options):
        return subprocess.Popen([self.program, *words], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **options)

    @contextlib.contextmanager
    def terminal(self, *words, columns=80, **environment):
        terminal = Terminal([self.program, *words], {**self.environment, "TERM": "xterm", **environment}, columns)
        try:
            yield terminal
        finally:
            terminal.close()


class Terminal:
    """A program on a terminal."""

    def __init__(self, command, environment, columns):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        self.resize(columns)
        self.seen = ""
        self.all = ""
        self.status = None

    def resize(self, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def type(self, text):
        os.write(self.fd, text.encode())

    def read_some(self, timeout):
        """Returns: False at the end."""
        if not select.select([self.fd], [], [], timeout)[0]:
            return True
        try:
            piece = os.read(self.fd, 65536)
        except OSError:
            return False
        self.seen += piece.decode("utf-8", "replace")
        self.all += piece.decode("utf-8", "replace")
        return bool(piece)

    def until(self, text):
        """Waits for a text, and takes everything up to its end."""
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            if not self.read_some(0.1) or time.monotonic() > end:
                assert text in self.seen, f"no {text!r} came, but {self.seen!r}"
        before, _, self.seen = self.seen.partition(text)
        return before + text

    def wait(self):
        """Waits for the end of the program. Returns: its exit code"""
        end = time.monotonic() + PATIENCE
        while self.read_some(0.1):
            assert time.monotonic() < end, f"it does not end; it said {self.seen!r}"
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)
