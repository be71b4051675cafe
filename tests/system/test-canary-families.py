# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services of all five families that repeat the key wherever they can: it is in no answer, no recording, no export and no file."""

import csv
import io
import json
import os
import http.server
import secrets
import socket
import stat
import threading

import tap
from boternity_daemon import Answer, Daemon, wait_for

MARK = "[secret]"
FAMILIES = ("openai", "anthropic", "openai-responses", "gemini", "ollama")
KINDS = ("good", "said", "cut-in-two", "bad-400", "bad-401", "bad-403", "bad-404", "bad-413", "bad-429", "bad-500", "html", "header",
         "in-band", "not-json", "cut", "redirect")
TELLS = {"said", "cut-in-two", "in-band", "cut", "not-json"}
KEY_HEADERS = ("Authorization", "x-api-key", "x-goog-api-key")
STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 413: "OUT_OF_RANGE",
            429: "RESOURCE_EXHAUSTED", 500: "INTERNAL"}


def frame(data, event=None):
    return ((f"event: {event}\n" if event else "") + "data: " + json.dumps(data) + "\n\n").encode()


def typed(data):
    return frame(data, data["type"])


class OpenAI:
    stream_type = "text/event-stream"

    @staticmethod
    def refuse(status, message, key):
        return {"error": {"message": message, "type": "invalid_request_error", "code": key, "param": key}}

    def begin(self):
        return b""

    def word(self, text):
        return frame({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                      "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})

    def end(self):
        return frame({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                      "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}) + b"data: [DONE]\n\n"

    def fail(self, message, key):
        return frame(self.refuse(500, message, key))


class Anthropic(OpenAI):
    @staticmethod
    def refuse(status, message, key):
        return {"type": "error", "error": {"type": "authentication_error", "message": message}, "request_id": key}

    def begin(self):
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
                   "stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 1}}
        return typed({"type": "message_start", "message": message}) + typed(
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})

    def word(self, text):
        return typed({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})

    def end(self):
        return typed({"type": "content_block_stop", "index": 0}) + typed(
            {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 3}}) + typed(
            {"type": "message_stop"})

    def fail(self, message, key):
        return typed(self.refuse(500, message, key))


class Responses(OpenAI):
    @staticmethod
    def response(status, **more):
        return {"id": "resp_1", "object": "response", "created_at": 1, "status": status, "error": None, "model": "m", "output": [],
                "incomplete_details": None, "usage": None, **more}

    def begin(self):
        return typed({"type": "response.created", "sequence_number": 0, "response": self.response("in_progress")}) + typed(
            {"type": "response.output_item.added", "sequence_number": 1, "output_index": 0,
             "item": {"id": "msg_1", "type": "message", "status": "in_progress", "role": "assistant", "content": []}})

    def word(self, text):
        return typed({"type": "response.output_text.delta", "sequence_number": 4, "item_id": "msg_1", "output_index": 0, "content_index": 0,
                      "delta": text})

    def end(self):
        return typed({"type": "response.completed", "sequence_number": 9, "response": self.response(
            "completed", usage={"input_tokens": 3, "output_tokens": 3, "total_tokens": 6})})

    def fail(self, message, key):
        return typed({"type": "response.failed", "sequence_number": 9,
                      "response": self.response("failed", error={"code": key, "message": message})})


class Gemini(OpenAI):
    @staticmethod
    def refuse(status, message, key):
        return {"error": {"code": status, "message": message, "status": STATUSES[status], "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": key, "domain": key, "metadata": {"consumer": key}}]}}

    def word(self, text):
        return frame({"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}]})

    def end(self):
        return frame({"candidates": [{"content": {"parts": [{"text": "."}], "role": "model"}, "index": 0, "finishReason": "STOP"}],
                      "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 3, "totalTokenCount": 6}})


class Ollama(OpenAI):
    stream_type = "application/x-ndjson"

    @staticmethod
    def refuse(status, message, key):
        return {"error": message}

    @staticmethod
    def line(text, **more):
        return json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": text},
                           **more}).encode() + b"\n"

    def word(self, text):
        return self.line(text, done=False)

    def end(self):
        return self.line("", done=True, done_reason="stop", prompt_eval_count=3, eval_count=3)

    def fail(self, message, key):
        return json.dumps({"error": message}).encode() + b"\n"


WIRES = dict(zip(FAMILIES, (OpenAI(), Anthropic(), Responses(), Gemini(), Ollama())))


class Service(http.server.BaseHTTPRequestHandler):
    """Its family is the beginning of the path, what it does the model's name."""

    protocol_version = "HTTP/1.1"
    keys = []

    def log_message(self, *_):
        pass

    def answer(self, status, body, content_type="application/json", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def put(self, data):
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()

    def take_key(self):
        key = next((self.headers[name] for name in KEY_HEADERS if name in self.headers), "").removeprefix("Bearer ")
        self.keys.append(key)
        return key

    def words_of(self, key):
        return f"Incorrect API key provided: {key}. Also as {key[:20]} {key[20:]}, {key[:6]}…{key[-6:]}"

    def do_GET(self):
        key = self.take_key()
        wire = WIRES[self.path.split("/")[1]]
        self.answer(401, json.dumps(wire.refuse(401, self.words_of(key), key)).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key, family = self.take_key(), self.path.split("/")[1]
        kind = self.path.split("/models/")[1].split(":")[0] if family == "gemini" else json.loads(body)["model"]
        self.be(WIRES[family], kind, key)

    def be(self, wire, kind, key):
        if kind.startswith("bad-"):
            self.answer(int(kind[4:]), json.dumps(wire.refuse(int(kind[4:]), self.words_of(key), key)).encode(), headers=[("X-Your-Key", key)])
        elif kind == "html":
            self.answer(502, f"<html><title>{key}</title><body>{self.words_of(key)}</body></html>".encode(), "text/html")
        elif kind == "redirect":
            self.answer(307, b"", headers=[("Location", f"http://127.0.0.1:9/{key}?key={key}")])
        else:
            self.stream(wire, kind, key)

    def stream(self, wire, kind, key):
        self.send_response(200)
        self.send_header("Content-Type", wire.stream_type)
        self.send_header("Transfer-Encoding", "chunked")
        for name in ("X-Request-Id", "request-id", "Server-Timing") if kind == "header" else ():
            self.send_header(name, key)
        self.end_headers()
        self.put(wire.begin() + wire.word("Hello. "))
        if kind == "said":
            self.put(wire.word(f"Your key is {key}, is it not?"))
        elif kind == "cut-in-two":
            self.put(wire.word("Your key is " + key[:13]))
            self.put(wire.word(key[13:] + ", is it not?"))
        elif kind == "in-band":
            self.put(wire.fail(self.words_of(key), key))
        elif kind == "not-json":
            self.put(f"data: {{\"key\": {key}\n\n".encode())
        elif kind == "cut":
            self.put(wire.word("Your key is " + key[:30]))
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.put(wire.end())
        self.wfile.write(b"0\r\n\r\n")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients go away in the middle."""


class House:
    """A daemon, the services, and everything that anybody was told."""

    def __init__(self, daemon, port):
        self.daemon, self.port, self.told = daemon, port, []
        self.keys = {family: "Cn" + secrets.token_hex(24) for family in FAMILIES}
        self.texts = {}

    def hear(self, answer):
        self.told.append(json.dumps(list(answer), ensure_ascii=False, default=str) if not isinstance(answer, Answer) else
                         str(answer.headers) + answer.body.decode())
        return answer

    def set_up(self):
        for family in FAMILIES:
            base = {"openai": "/v1", "openai-responses": "/v1"}.get(family, "")
            made = self.hear(self.daemon.post("/providers", {"name": family, "kind": family, "url": f"http://127.0.0.1:{self.port}/{family}{base}",
                                                             "key": self.keys[family], "default_model": "good"}))
            assert made.status == 201, made.body
            for kind in KINDS:
                made = self.hear(self.daemon.post("/bots", {"name": f"{family}-{kind}", "route": [f"{family}/{kind}"]}))
                assert made.status == 201, made.body

    def ask_v1(self, path, body):
        """The whole answer of the door for OpenAI's programs, a stream's bytes included."""
        answer = self.daemon.request("POST", "/v1" + path, body, stream=True)
        if isinstance(answer, Answer):
            self.told.append(str(answer.headers) + answer.body.decode())
            return
        self.told.append(answer.response.read().decode())
        answer.close()

    def talk(self, family, kind):
        model = f"{family}/{kind}"
        text, items, end = self.hear(self.daemon.chat(f"{family}-{kind}", "Hello"))
        self.texts[family, kind] = text
        for stream in (False, True):
            self.ask_v1("/chat/completions", {"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hello"}]})
            self.ask_v1("/responses", {"model": f"bot:{family}-{kind}", "stream": stream, "input": "Hello"})
        self.ask_v1("/embeddings", {"model": model, "input": "Hello"})
        if items:
            wait_for(lambda: self.daemon.get("/cassettes/" + items[0][1]["turn"]).status == 200, 2 if kind not in TELLS else 0.1)
            self.hear(self.daemon.get("/cassettes/" + items[0][1]["turn"]))

    def look_around(self):
        rows = list(csv.DictReader(io.StringIO(self.daemon.ctl("usage", "export").stdout)))
        assert len(rows) > len(FAMILIES) * len(KINDS), len(rows)
        for words in (["usage", "export"], ["usage", "list", "--json"], ["usage", "summary", "--by", "model"], ["budget", "show"],
                      ["budget", "history"], ["provider", "list"], ["provider", "status"], ["audit", "list", "--json"], ["cassette", "list"],
                      *[["provider", "test", family] for family in FAMILIES], *[["model", "list", family] for family in FAMILIES]):
            done = self.daemon.ctl(*words)
            self.told.append(done.stdout + done.stderr)
        for path in ("/providers", "/models", "/usage", "/cassettes?limit=1000"):
            self.hear(self.daemon.get(path))

    def forms(self):
        import base64
        for key in self.keys.values():
            raw = key.encode()
            yield from (raw, raw[:20], raw[20:44], raw.hex().encode(), base64.b64encode(raw)[:-4], raw[::-1])

    def find(self, data):
        return [form for form in self.forms() if form in data]


def assert_nowhere_on_disk(house):
    seen = 0
    for folder, _, names in os.walk(house.daemon.folder):
        for name in names:
            path = os.path.join(folder, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                with open(path, "rb") as file:
                    found = house.find(file.read())
                assert not found, (path, found)
                seen += 1
    cassettes = os.listdir(os.path.join(house.daemon.data, "cassettes"))
    assert len(cassettes) >= len(FAMILIES) * (len(KINDS) - len(TELLS)), len(cassettes)
    return seen


def test_no_family_tells_a_key():
    server = Server(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {"BOTERNITY_LOG": "debug", "BOTERNITY_CASSETTE_RECORD": "true", "BOTERNITY_CASSETTE_KEEP": "2000", "BOTERNITY_ROUTE_RETRIES": "0",
                   "BOTERNITY_ROUTE_BREAKER_FAILURES": "100000", "BOTERNITY_ROUTE_MAX_WAIT_MS": "0",
                   "BOTERNITY_BUDGET_DAY_USD": "1000", "BOTERNITY_BUDGET_BOT_DAY_USD": "1000"}
    try:
        with Daemon(environment) as daemon:
            house = House(daemon, server.server_port)
            house.set_up()
            for family in FAMILIES:
                for kind in KINDS:
                    house.talk(family, kind)
            house.look_around()
            for family in FAMILIES:
                assert Service.keys.count(house.keys[family]) > len(KINDS), (family, "was not asked with its key")
                assert house.texts[family, "good"].startswith("Hello."), (family, house.texts[family, "good"])
                for kind in ("said", "cut-in-two"):
                    assert f"Your key is {MARK}, is it not?" in house.texts[family, kind], (family, kind, house.texts[family, kind])
            for told in house.told:
                assert not house.find(told.encode()), told
            files = assert_nowhere_on_disk(house)
            print(f"# {len(Service.keys)} requests with a key, {len(house.told)} answers and {files} files without one", flush=True)
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    tap.main(globals())
