# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plugins of Gemini and Ollama against the official clients: our requests are what the clients send for the same conversation; and
the clients read the shapes of the tests as our readers do."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(SOURCE, "tests", "system")]

import tap  # noqa: E402

MODULES = os.path.join(os.environ["BOTERNITY_TEST_CLIENTS"], "node_modules")
NODE = shutil.which("node")
FAMILIES = {
    "gemini": (os.environ.get("BOTERNITY_TEST_GEMINI"), "upstream-gemini.py", "text/event-stream",
               'data: {"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}\n\n'),
    "ollama": (os.environ.get("BOTERNITY_TEST_OLLAMA"), "upstream-ollama.py", "application/x-ndjson",
               '{"message":{"role":"assistant","content":"x"},"done":true,"done_reason":"stop"}\n'),
}
GREETING = "Grüße aus der Ferne: \"quoted\" and\nnew line 🎈."


def missing():
    """Why nothing can be tried here, or None."""
    if NODE is None:
        return "node is not installed"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        return f"node is {version.strip()}; the clients need 20 or later"
    if not os.path.exists(os.path.join(MODULES, "ollama")):
        return f"the official clients are not in {MODULES}; ./test fetches them where npm is"
    return None


class Capture(http.server.BaseHTTPRequestHandler):
    """Keeps what is sent, and says that the answer is over."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        data = self.server.end.encode()
        self.send_response(200)
        self.send_header("Content-Type", self.server.kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *arguments):
        pass


FOLDER = None


def node(*arguments):
    done = subprocess.run([NODE, os.path.join(FOLDER, "client.mjs"), *arguments], capture_output=True, text=True, timeout=240,
                          check=False, env={"PATH": os.environ["PATH"], "NODE_NO_WARNINGS": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def capture(family):
    server = http.server.HTTPServer(("127.0.0.1", 0), Capture)
    server.requests, server.kind, server.end = [], *FAMILIES[family][2:]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        names = node(family, "send", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    return names, server.requests


def normal(value):
    """What both sides leave out or put in without meaning anything by it."""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {name: normal(item) for name, item in value.items()}
    if isinstance(result.get("systemInstruction"), dict):
        result["systemInstruction"].pop("role", None)
    if result.get("options") == {}:
        del result["options"]
    return result


def check_requests(family, refused):
    ours = json.loads(subprocess.run([FAMILIES[family][0]], capture_output=True, text=True, check=True).stdout)
    names, sent = capture(family)
    assert {name for name, body in ours.items() if body is None} == refused, ours
    assert sorted(names) == sorted(set(ours) - refused), set(names) ^ set(ours)
    for name, (_, _, body) in zip(names, sent):
        assert normal(body) == normal(ours[name]), f"{name}: theirs {json.dumps(body)}\nours {json.dumps(ours[name])}"
    return sent


def ask_server(family, *arguments):
    server = subprocess.Popen([sys.executable, "-B", os.path.join(SOURCE, "tests", "http", FAMILIES[family][1])],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        deed, *names = arguments
        return node(family, deed, f"http://127.0.0.1:{int(server.stdout.readline())}", *names)
    finally:
        server.stdin.close()
        server.wait()


def test_gemini_requests():
    for path, headers, _ in check_requests("gemini", set()):
        assert path == "/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse", path
        assert headers["x-goog-api-key"] == "test-key", headers


def test_gemini_shapes():
    answers = ask_server("gemini", "read", "text", "text-split", "text-crlf", "thinking", "tools", "length", "safety", "blocked")
    for name in ("text", "text-split", "text-crlf"):
        assert answers[name] == {"text": GREETING, "reasoning": "", "signatures": [], "calls": [], "stop": "STOP",
                                 "usage": [25, 16, 4, 7]}, answers[name]
    thinking = answers["thinking"]
    assert (thinking["text"], thinking["reasoning"], thinking["signatures"]) == ("42.", "Let me think…", ["c2lnbmF0dXJl"]), thinking
    assert answers["tools"]["calls"] == [["weather", {"city": "Köln"}], ["clock", {"zone": "UTC"}]]
    assert [answers[name]["stop"] for name in ("length", "safety", "blocked")] == ["MAX_TOKENS", "SAFETY", "PROHIBITED_CONTENT"]


def test_gemini_lists_and_embeddings():
    models = ask_server("gemini", "list")
    assert models[0] == ["models/gemini-3-flash", 1048576, 65536] and len(models) == 4, models
    assert ask_server("gemini", "embed") == [[0.75, 1.5], [0.5, 0]]


def test_ollama_requests():
    for path, _, _ in check_requests("ollama", {"images", "files", "choice-required", "choice-name"}):
        assert path == "/api/chat", path


def test_ollama_shapes():
    answers = ask_server("ollama", "read", "text", "text-split", "text-crlf", "thinking", "tools", "length")
    for name in ("text", "text-split", "text-crlf"):
        assert answers[name] == {"text": GREETING, "reasoning": "", "calls": [], "stop": "stop", "usage": [25, 11]}, answers[name]
    assert (answers["thinking"]["text"], answers["thinking"]["reasoning"]) == ("42.", "Let me think…"), answers["thinking"]
    assert answers["tools"]["calls"] == [["weather", {"city": "Köln"}], ["clock", {"zone": "UTC"}]]
    assert answers["length"]["stop"] == "length"


def test_ollama_lists_and_embeddings():
    assert ask_server("ollama", "list") == ["qwen3:8b", "llava:7b", "nomic-embed-text:latest", "gone:1b"]
    assert ask_server("ollama", "embed") == [[0.75, 1.5], [0.5, 0]]


def test_lock_file_names_no_place():
    with open(os.path.join(HERE, "package-lock.json"), encoding="utf-8") as file:
        text = file.read()
    assert "resolved" not in text and "://" not in text


def run():
    global FOLDER
    reason = missing()
    if reason is not None:
        print(f"1..0 # SKIP {reason}")
        return
    FOLDER = tempfile.mkdtemp(prefix="bty-clients-")
    try:
        os.symlink(MODULES, os.path.join(FOLDER, "node_modules"))
        for name in os.listdir(HERE):
            if name.endswith(".mjs"):
                shutil.copy(os.path.join(HERE, name), FOLDER)
        tap.main(globals())
    finally:
        shutil.rmtree(FOLDER)


run()
