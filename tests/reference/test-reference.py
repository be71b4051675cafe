# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wire families against the official clients: the bodies of our requests keep to the clients' types, and are what the clients
send for the same conversation; and the clients read the shapes of the tests as our readers do."""

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

MODULES = os.path.join(os.environ["BOTERNITY_TEST_REFERENCE"], "node_modules")
NODE = shutil.which("node")
OPTIONS = {"target": "es2022", "lib": ["es2023", "dom", "dom.iterable", "dom.asynciterable"], "module": "nodenext",
           "moduleResolution": "nodenext", "types": ["node"], "strict": True, "skipLibCheck": True, "noEmit": True}
FAMILIES = {
    "anthropic": {
        "bodies": os.environ.get("BOTERNITY_TEST_ANTHROPIC"),
        "model": "claude-opus-5-5",
        "type": ("import type Anthropic from '@anthropic-ai/sdk';", "Anthropic.MessageCreateParamsStreaming"),
        "server": "upstream-messages.py",
        "end": "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n"
               "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    },
    "openai": {
        "bodies": os.environ.get("BOTERNITY_TEST_RESPONSES"),
        "model": "gpt-5.6",
        "type": ("import type OpenAI from 'openai';", "OpenAI.Responses.ResponseCreateParamsStreaming"),
        "server": "upstream-responses.py",
        "end": "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":0,\"response\":{}}\n\n",
    },
}


def missing():
    """Why nothing can be tried here, or None."""
    if NODE is None:
        return "node is not installed"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        return f"node is {version.strip()}; the clients need 20 or later"
    if not os.path.exists(os.path.join(MODULES, "openai")):
        return f"the official clients are not in {MODULES}; ./test fetches them where npm is"
    return None


class Capture(http.server.BaseHTTPRequestHandler):
    """Keeps what is sent, and says that the answer is over."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        data = self.server.end.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *arguments):
        pass


class Workshop:
    """A folder with the scripts and the packages side by side, as Node wants it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="bty-reference-")
        os.symlink(MODULES, os.path.join(self.folder, "node_modules"))
        for name in os.listdir(HERE):
            if name.endswith(".mjs"):
                shutil.copy(os.path.join(HERE, name), self.folder)
        self.write("package.json", '{"type": "module"}')

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def compile(self, text):
        """Returns: what the compiler finds wrong."""
        self.write("bodies.ts", text)
        self.write("tsconfig.json", json.dumps({"compilerOptions": OPTIONS, "files": ["bodies.ts"]}))
        return subprocess.run([NODE, os.path.join(MODULES, "typescript", "bin", "tsc"), "-p", self.folder],
                              capture_output=True, text=True, timeout=240, check=False).stdout

    def node(self, *arguments):
        done = subprocess.run([NODE, os.path.join(self.folder, "client.mjs"), *arguments], capture_output=True, text=True,
                              timeout=240, check=False, env={"PATH": os.environ["PATH"], "NODE_NO_WARNINGS": "1"})
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def close(self):
        shutil.rmtree(self.folder)


SHOP = None


def bodies(family, *arguments):
    done = subprocess.run([FAMILIES[family]["bodies"], *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def check_types(family):
    made = bodies(family)
    head, kind = FAMILIES[family]["type"]
    lines = [f"export const body{i}: {kind} = {json.dumps(body)};" for i, body in enumerate(made.values())]
    wrong = SHOP.compile("\n".join([head, *lines]))
    assert wrong == "", wrong
    # The types must be able to refuse.
    lines.append(f"export const wrong: {kind} = {json.dumps({**next(iter(made.values())), 'sparkle': 1})};")
    assert "sparkle" in SHOP.compile("\n".join([head, *lines]))


def normal(value):
    """A text and a list of one text part are the same on these wires."""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {name: normal(item) for name, item in value.items()}
    if isinstance(result.get("content"), str) and "role" in result:
        result["content"] = [{"type": "text", "text": result["content"]}]
    if isinstance(result.get("content"), list) and "role" in result:
        result["content"] = [{**part, "type": part["type"].removeprefix("input_")} for part in result["content"]]
    return result


def capture(family):
    server = http.server.HTTPServer(("127.0.0.1", 0), Capture)
    server.requests, server.end = [], FAMILIES[family]["end"]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        names = SHOP.node(family, "send", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    return names, server.requests


def check_requests(family):
    ours = {name.split()[0]: body for name, body in bodies(family).items() if name.endswith(" " + FAMILIES[family]["model"])}
    names, sent = capture(family)
    assert sorted(names) == sorted(ours), set(names) ^ set(ours)
    for name, (_, _, body) in zip(names, sent):
        assert normal(body) == normal(ours[name]), f"{name}: theirs {json.dumps(body)}\nours {json.dumps(ours[name])}"
    return sent


def read_shapes(family, *shapes):
    server = subprocess.Popen([sys.executable, "-B", os.path.join(SOURCE, "tests", "http", FAMILIES[family]["server"])],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        return SHOP.node(family, "read", f"http://127.0.0.1:{int(server.stdout.readline())}", *shapes)
    finally:
        server.stdin.close()
        server.wait()


def test_anthropic_types():
    check_types("anthropic")


def test_anthropic_requests():
    for path, headers, _ in check_requests("anthropic"):
        assert path == "/v1/messages" and headers["anthropic-version"] == "2026-10-21", (path, headers)


def test_anthropic_shapes():
    answers = read_shapes("anthropic", "text", "text-split", "thinking", "tools", "length", "refusal")
    greeting = "Grüße aus der Ferne: \"quoted\" and\nnew line 🎈."
    assert answers["text"] == answers["text-split"] == {"text": greeting, "reasoning": "", "signatures": [], "calls": [],
                                                        "stop": "end_turn", "usage": [5, 16, 4, 11]}, answers["text"]
    assert (answers["thinking"]["reasoning"], answers["thinking"]["signatures"]) == ("Let me think…", ["EqQBCgIYAhIM"])
    assert answers["tools"]["calls"] == [["toolu_a1", "weather", {"city": "Köln"}], ["toolu_b2", "clock", {"zone": "UTC"}]]
    assert (answers["length"]["stop"], answers["refusal"]["stop"]) == ("max_tokens", "refusal")


def test_openai_types():
    check_types("openai")


def test_openai_requests():
    for path, headers, _ in check_requests("openai"):
        assert path == "/v1/responses" and headers["authorization"] == "Bearer test-key", (path, headers)


def test_openai_shapes():
    answers = read_shapes("openai", "text", "text-split", "reasoning", "tools", "length")
    greeting = "Grüße aus der Ferne: \"quoted\" and\nnew line 🎈."
    assert answers["text"] == answers["text-split"] == {"text": greeting, "reasoning": "", "signatures": [], "calls": [],
                                                        "stop": "completed", "usage": [25, 16, 4, 11]}, answers["text"]
    assert (answers["reasoning"]["reasoning"], answers["reasoning"]["signatures"]) == ("**Plan**\n\nDo it.", ["gAAAAAB1"])
    assert answers["tools"]["calls"] == [["call_a1", "weather", {"city": "Köln"}], ["call_b2", "clock", {"zone": "UTC"}]]
    assert answers["length"]["stop"] == "incomplete"


def test_lock_file_names_no_place():
    with open(os.path.join(HERE, "package-lock.json"), encoding="utf-8") as file:
        text = file.read()
    assert "resolved" not in text and "http" not in text


def run():
    global SHOP
    reason = missing()
    if reason is not None:
        print(f"1..0 # SKIP {reason}")
        return
    SHOP = Workshop()
    try:
        tap.main(globals())
    finally:
        SHOP.close()


run()
