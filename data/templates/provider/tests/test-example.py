# SPDX-License-Identifier: LGPL-2.1-or-later
import http.server
import json
import threading
import unittest

import boternity_kit as kit


class Service(http.server.BaseHTTPRequestHandler):
    """Stands in for the service: answers with what it was asked, in two pieces."""

    requests = []
    broken = False

    def answer(self, lines):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        for line in lines:
            self.wfile.write(json.dumps(line).encode() + b"\n")

    def do_GET(self):
        self.answer([{"models": ["small", "large"]}])

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append((self.path, self.headers["Authorization"], asked))
        if Service.broken:
            self.answer(["nonsense"])
            return
        said = asked["messages"][-1]["text"]
        self.answer([{"text": "You said: "}, {"text": said, "novelty": 1}, {"done": True, "input_tokens": 3, "output_tokens": 5}])

    def log_message(self, *_):
        pass


class Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        cls.addClassCleanup(cls.server.server_close)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.shutdown)
        cls.daemon = kit.Daemon()
        cls.addClassCleanup(cls.daemon.close)
        url = f"http://127.0.0.1:{cls.server.server_port}"
        cls.daemon.call("provider.add", name="mine", kind="example", url=url, key="sesame")
        cls.daemon.call("bot.update", slug="bo", route=["mine/small"])

    def setUp(self):
        Service.broken = False
        Service.requests.clear()

    def test_models(self):
        models = self.daemon.call("model.list", provider="mine")["items"]
        self.assertEqual([model["name"] for model in models], ["mine/small", "mine/large"])

    def test_chat(self):
        items, end = self.daemon.stream("chat.send", slug="bo", message="Hello")
        self.assertEqual("".join(item.get("text") or "" for item in items if item["type"] == "text"), "You said: Hello")
        path, key, asked = Service.requests[0]
        self.assertEqual((path, key, asked["model"]), ("/generate", "Bearer sesame", "small"))

    def test_not_the_protocol(self):
        Service.broken = True
        with self.assertRaises(kit.Failed):
            self.daemon.stream("chat.send", slug="bo", message="Hello")


if __name__ == "__main__":
    unittest.main()
