# SPDX-License-Identifier: LGPL-2.1-or-later
"""For the tests of plugins: a daemon of their own in a folder of its own, called as users call it.

    import boternity_kit as kit

    with kit.Daemon() as daemon:
        answer = daemon.call("hello.greet", name="Ada")

Reads from the environment: BOTERNITY_BINDIR (where the installed boternityd and boternity-ctl are; else those on PATH) and
BOTERNITY_TEST_PLUGINS (folder of the built plugins). Needs Python 3.9 and nothing else.
"""
import http.client
import json
import os
import shutil
import subprocess
import tempfile

KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")


class Failed(Exception):
    """An operation failed. code: such as NOT_FOUND; the text is what a person would read."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def program(name):
    folder = os.environ.get("BOTERNITY_BINDIR")
    path = os.path.join(folder, name) if folder else shutil.which(name)
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError(f"{name} is not in {folder or 'PATH'}: install Boternity, or set BOTERNITY_BINDIR")
    return path


class Daemon:
    """Runs from its making until close(). settings: further variables, such as BOTERNITY_HELLO_WORDS=3 for [hello] words."""

    def __init__(self, settings=None, plugins=None):
        self.folder = tempfile.mkdtemp(prefix="boternity-kit-")
        self.data = os.path.join(self.folder, "data")
        self.settings = dict(settings or {})
        self.plugins = os.path.join(self.folder, "plugins")
        self.process = None
        self._copy(plugins or os.environ["BOTERNITY_TEST_PLUGINS"])
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def _copy(self, plugins):
        """Into a folder that nobody else can write to, whatever the build folder is like."""
        os.mkdir(self.plugins, 0o700)
        for name in sorted(os.listdir(plugins)):
            if name.endswith(".so"):
                path = os.path.join(self.plugins, name)
                shutil.copyfile(os.path.join(plugins, name), path)
                os.chmod(path, 0o755)

    def environment(self):
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return {"LANG": "C.UTF-8", **kept, "HOME": self.folder, "TMPDIR": self.folder, "XDG_RUNTIME_DIR": self.folder,
                "BOTERNITY_DATA_DIR": self.data, "BOTERNITY_CONFIG_DIR": os.path.join(self.folder, "config"),
                "BOTERNITY_PLUGIN_PATH": self.plugins, "BOTERNITY_HTTP_PORT": "0", **self.settings}

    def start(self):
        reader, writer = os.pipe()
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([program("boternityd"), "--ready-fd", str(writer)], env=self.environment(),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(writer,))
        os.close(writer)
        with os.fdopen(reader, "rb") as ready:
            if not ready.readline():
                self.process.wait()
                self.process = None
                raise RuntimeError("the daemon did not start:\n" + self.log())

    def stop(self):
        """Ends the daemon; RuntimeError with its log when it crashed, or crashes at that."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.terminate()
        try:
            code = process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code != 0:
            raise RuntimeError(f"the daemon ended with {code}:\n{self.log()}")

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def ctl(self, *words, text=None):
        """Runs boternity-ctl; returns what subprocess.run() does."""
        return subprocess.run([program("boternity-ctl"), *words], env=self.environment(), input=text or "",
                              capture_output=True, text=True, timeout=60, check=False)

    def _call(self, operation, request):
        done = self.ctl("call", "--json", operation, "-", text=json.dumps(request))
        if done.returncode == 0:
            return done.stdout
        lines = done.stderr.strip().splitlines()
        problem = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
        raise Failed(problem.get("code", "INTERNAL"), problem.get("detail", done.stderr))

    def call(self, operation, **request):
        """Carries out an operation; its answer, or Failed."""
        text = self._call(operation, request)
        return json.loads(text) if text.strip() else None

    def stream(self, operation, **request):
        """Carries out an operation that streams; (items, answer), or Failed."""
        lines = [json.loads(line) for line in self._call(operation, request).splitlines()]
        return ([line["data"] for line in lines if line["event"] == "item"],
                next(line["data"] for line in lines if line["event"] == "end"))

    def plugin(self, name):
        """What the daemon says of a plugin, with its state, features and the reason why something of it was not taken."""
        plugins = self.call("plugin.list")["items"]
        return next(plugin for plugin in plugins if plugin["name"] == name)

    def http(self, method, path, body=None, headers=None):
        """One request to the daemon's HTTP port, as its owner; (status, JSON or bytes)."""
        status = self.call("daemon.status")
        with open(os.path.join(self.data, "token"), encoding="ascii") as file:
            token = file.read().strip()
        sent = {"Authorization": "Bearer " + token}
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        connection = http.client.HTTPConnection(status["http_url"].split("//", 1)[1].rstrip("/"), timeout=60)
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        kind = response.headers.get("Content-Type", "")
        return response.status, json.loads(data) if "json" in kind and data else data
