# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon of the build tree in a folder of its own, and a small client of its REST door, for whole-system tests."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

# The programs of the build tree, or installed ones.
BUILD = os.environ.get("BOTERNITY_TEST_BUILD", "")
PROGRAMS = os.environ.get("BOTERNITY_TEST_PROGRAMS")
DAEMON = os.path.join(PROGRAMS or os.path.join(BUILD, "src", "daemon"), "boternityd")
CTL = os.path.join(PROGRAMS or os.path.join(BUILD, "src", "ctl"), "boternity-ctl")


class Answer:
    """Status, headers and JSON of one answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.json = json.loads(self.body) if self.body else None


class Events:
    """Server-sent events of one answer, as (id, event, data)."""

    def __init__(self, connection, response):
        self.connection = connection
        self.response = response

    def __iter__(self):
        fields = {}
        for line in self.response:
            text = line.decode("utf-8").rstrip("\n")
            if text == "":
                if "data" in fields:
                    yield fields.get("id"), fields.get("event"), json.loads(fields["data"])
                fields = {}
            elif not text.startswith(":"):
                name, _, value = text.partition(":")
                fields[name] = value.removeprefix(" ")

    def close(self):
        # close() alone leaves the socket open while the response holds it.
        if self.connection.sock is not None:
            self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.response.close()
        self.connection.close()


class Daemon:
    """Starts, kills, restarts; everything it leaves lies in its folder."""

    def __init__(self, environment=None):
        self.folder = tempfile.mkdtemp(prefix="boternity-test-")
        self.data = os.path.join(self.folder, "data")
        self.process = None
        self.extra = environment or {}
        self.port = None

    def environment(self):
        keep = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
        keep.update({"BOTERNITY_DATA_DIR": self.data, "BOTERNITY_CONFIG_DIR": os.path.join(self.folder, "config"),
                     "BOTERNITY_STATE_DIR": os.path.join(self.folder, "state"),
                     "BOTERNITY_HTTP_PORT": "0", "XDG_RUNTIME_DIR": self.folder, "TMPDIR": self.folder})
        keep.update(self.extra)
        return keep

    def start(self):
        reader, writer = os.pipe()
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen([DAEMON, "--ready-fd", str(writer)], env=self.environment(), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, pass_fds=(writer,))
        os.close(writer)
        with os.fdopen(reader, "rb") as ready:
            line = ready.readline()
        if not line:
            self.process.wait(10)
            raise RuntimeError("the daemon did not start: " + self.read_log())
        status = json.loads(self.ctl("status", "--json").stdout)
        self.port = int(status["http_url"].rsplit(":", 1)[1].rstrip("/"))
        with open(os.path.join(self.data, "token"), encoding="ascii") as token:
            self.token = token.read().strip()
        return self

    def read_log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def ctl(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL if "input" not in options else None)
        if "input" in options:
            options.pop("stdin", None)
        return subprocess.run([CTL, *arguments], env=self.environment(), capture_output=True, text=True, timeout=60, check=False, **options)

    def request(self, method, path, body=None, headers=None, stream=False, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        send = {"Authorization": "Bearer " + self.token}
        send.update(headers or {})
        data = None
        if body is not None:
            data = body if isinstance(body, (bytes, str)) else json.dumps(body)
            send.setdefault("Content-Type", "application/json")
        connection.request(method, path, data, {name: value for name, value in send.items() if value is not None})
        response = connection.getresponse()
        if stream and response.status == 200:
            return Events(connection, response)
        answer = Answer(response)
        connection.close()
        return answer

    def get(self, path, **options):
        return self.request("GET", "/api/v1" + path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", "/api/v1" + path, body if body is not None else {}, **options)

    def chat(self, slug, message, headers=None, **fields):
        """One whole turn: (text, items, end) where end is ("end" | "error", data)."""
        stream = self.request("POST", f"/api/v1/bots/{slug}/chat", {"message": message, **fields}, headers, stream=True)
        if isinstance(stream, Answer):
            return None, [], ("error", stream.json)
        return self.collect(stream)

    @staticmethod
    def collect(stream):
        items, text, end = [], "", None
        for number, event, data in stream:
            if event == "item":
                items.append((int(number), data))
                if data["type"] == "text":
                    text += data["text"]
            else:
                end = (event, data)
        stream.close()
        return text, items, end

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.log.close()
        return code

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if self.process and self.process.poll() is None:
                self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)


def wait_for(condition, seconds=10):
    """Until condition() is true; what it gave, or None when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    return None
