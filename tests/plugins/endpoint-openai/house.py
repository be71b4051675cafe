# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon with a provider whose models are the shapes of tests/http, and a bot that one of them speaks for."""

import http.client
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(os.path.dirname(HERE))
KEY = "sk-test-canary-0123456789"


class Upstream:
    """The model server."""

    def __init__(self, script="upstream.py"):
        self.process = subprocess.Popen([sys.executable, os.path.join(TESTS, "http", script)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def ask(self, method):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, "/_requests")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def requests(self):
        return self.ask("GET")

    def forget(self):
        self.ask("DELETE")

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


class House:
    def __init__(self, environment=None):
        from boternity_daemon import Daemon
        self.upstream = Upstream()
        self.daemon = Daemon(environment)

    def __enter__(self):
        self.daemon.start()
        self.add_provider("up")
        self.bot = self.daemon.post("/bots", {"name": "Up", "route": ["up/text"]}).json["slug"]
        return self

    def __exit__(self, *_):
        code = self.daemon.stop()
        log = self.daemon.read_log()
        self.daemon.__exit__()
        self.upstream.close()
        if code != 0 or " critical " in log or "Sanitizer" in log:   # which TAP would not tell
            sys.stderr.write(log)
            os._exit(1)

    def add_provider(self, name, key=KEY):
        made = self.daemon.post("/providers", {"name": name, "url": f"http://127.0.0.1:{self.upstream.port}/v1", "key": key,
                                               "default_model": "text"})
        assert made.status == 201, made.body

    def wait_until_gone(self, model):
        """Until the model server has seen its client go in the middle of an answer of this model."""
        from boternity_daemon import wait_for

        def is_gone():
            found = [request for request in self.upstream.requests() if (request["body"] or {}).get("model") == model]
            return found and all(request["gone"] for request in found)
        assert wait_for(is_gone, 20), self.upstream.requests()

    def post(self, path, body, headers=None):
        """Status, headers and text of an answer; body: JSON, or bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=60)
        send = {"Authorization": "Bearer " + self.daemon.token, "Content-Type": "application/json", **(headers or {})}
        connection.request("POST", "/v1" + path, body if isinstance(body, bytes) else json.dumps(body),
                           {name: value for name, value in send.items() if value is not None})
        response = connection.getresponse()
        answer = response.status, response.headers, response.read().decode()
        connection.close()
        return answer

    def chat(self, model, **more):
        return self.post("/chat/completions", {"model": model, "messages": [{"role": "user", "content": "Hello"}], **more})
