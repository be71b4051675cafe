# SPDX-License-Identifier: LGPL-2.1-or-later
"""A model server that fails in every way that is known, keeps count of what it was asked, and of what it would bill for it."""

import collections
import http.server
import json
import random
import socket
import threading
import time
import zlib

from chaos_wires import OpenAI

MICRO = 1_000_000
# How often each behaviour is drawn, of the sum of all. The first four are answers as they should be.
WEIGHTS = {
    "good": 500, "whole": 40, "gzip": 30, "no-length": 30,
    "429": 25, "429-wait": 25, "500": 30, "503-html": 25, "slow": 20, "silent": 6, "cut": 40, "cut-at-once": 15, "garbage": 20,
    "garbage-later": 10, "wrong-type": 20, "endless": 4, "huge-event": 4, "redirect": 15, "doubled": 15, "no-usage": 30,
    "negative-usage": 15, "error-in-band": 25, "refuse": 15, "stall": 6, "comments": 10, "split": 15, "crlf": 10,
}
WELL = {"good", "whole", "gzip", "no-length", "slow", "doubled", "no-usage", "negative-usage", "comments", "split", "crlf"}
MOST_ENDLESS = 4000         # deltas
MOST_SILENCE = 5            # s
N_WORDS = 24


def price(tokens, dollars):
    """Micro-dollars, rounded up, of tokens at so many dollars for a million."""
    return -(-tokens * int(dollars * MICRO) // MICRO)


def text_of(content):
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


class Ask:
    """One request: what was drawn for it, what was said, and what it costs."""

    def __init__(self, number, kind, request, most):
        self.number, self.kind, self.most = number, kind, most
        texts = [text_of(message["content"]) for message in request["messages"]]
        self.question = texts[-1]
        texts.append(text_of(request.get("system", "")))
        self.input = sum(len(text.encode()) // 4 + 4 for text in texts)
        self.output = 0
        self.said = ""
        self.is_whole = False
        self.billed = 0


class Upstream(http.server.ThreadingHTTPServer):
    """Three of these stand for three services. `kinds` may be set to draw from other behaviours than all."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, name, seed, dollars=(3.0, 15.0), weights=None, on_billed=None, wire=OpenAI):
        super().__init__(("127.0.0.1", 0), Handler)
        self.name, self.dollars, self.on_billed = name, dollars, on_billed
        self.wire = wire()
        self.random = random.Random(seed)
        self.weights = weights or WEIGHTS
        self.lock = threading.Lock()
        self.asks = []
        self.billed = 0
        self.is_open = True
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def draw(self, request):
        with self.lock:
            kind = self.random.choices(list(self.weights), list(self.weights.values()))[0]
            ask = Ask(len(self.asks), kind, request, self.wire.most(request))
            self.asks.append(ask)
        return ask

    def bill(self, ask, input_tokens, output_tokens):
        """Adds to what a request costs; never more output than it allowed."""
        if ask.most is not None:
            output_tokens = min(output_tokens, ask.most - ask.output)
        ask.output += max(output_tokens, 0)
        cost = price(input_tokens, self.dollars[0]) + price(max(output_tokens, 0), self.dollars[1])
        with self.lock:
            ask.billed += cost
            self.billed += cost
        if self.on_billed is not None:
            self.on_billed(cost)

    def count(self):
        return collections.Counter(ask.kind for ask in self.asks)

    def handle_error(self, request, client_address):
        """Clients go away in the middle."""

    def get_url(self):
        return f"http://127.0.0.1:{self.server_port}{self.wire.base}"

    def close(self):
        self.is_open = False
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    # Pieces of an answer.

    @property
    def wire(self):
        return self.server.wire

    def begin(self, status=200, content_type=None, headers=(), length=None):
        self.send_response(status)
        self.send_header("Content-Type", content_type or self.wire.stream_type)
        for name, value in headers:
            self.send_header(name, value)
        self.is_chunked = length is None
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        elif length >= 0:
            self.send_header("Content-Length", str(length))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def put(self, data):
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if self.is_chunked else data)
        self.wfile.flush()

    def end(self):
        if self.is_chunked:
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()

    def drop(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def wait_until_left(self):
        """Says nothing more until the client has gone, or is too patient."""
        self.close_connection = True
        self.connection.settimeout(MOST_SILENCE)
        try:
            while self.connection.recv(4096):
                pass
        except OSError:
            pass

    def answer(self, status, value, content_type="application/json", headers=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.begin(status, content_type, headers, len(body))
        self.wfile.write(body)

    # What is said.

    def words(self, ask):
        """The answer to a question, of this service and no other."""
        return [f"{self.server.name} {ask.number} says:"] + [f" w{i}" for i in range(N_WORDS)] + [f" to {ask.question[:40]}"]

    def limit(self, ask, words):
        return words if ask.most is None else words[:max(ask.most, 0)]

    def stream(self, ask, until=None, put=None, end="\n", double=False, usage=1):
        """A whole answer, or its first `until` words. A word is a token."""
        put = put or self.put
        put(self.wire.start(ask, end))
        self.server.bill(ask, ask.input, 0)
        words = self.words(ask)
        said = self.limit(ask, words)
        for number, word in enumerate(said):
            if number == until:
                return
            self.server.bill(ask, 0, 1)
            for _ in range(2 if double and number == 3 else 1):
                ask.said += word
                put(self.wire.word(word, end))
        ask.is_whole = True
        for piece in self.wire.finish(ask, said == words, usage, end):
            put(piece)

    # The behaviours.

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ask = self.server.draw(request)
        try:
            if ask.kind.startswith("429"):
                self.be_busy(ask)
            else:
                getattr(self, "be_" + ask.kind.replace("-", "_").replace("500", "broken").replace("503", "down"))(ask)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_GET(self):
        one = {"id": "m", "name": "m", "model": "m", "object": "model", "type": "model", "created": 1, "owned_by": "test", "display_name": "m"}
        self.answer(200, {"object": "list", "data": [one], "models": [one], "has_more": False, "first_id": "m", "last_id": "m"})

    def be_good(self, ask):
        self.begin()
        self.stream(ask)
        self.end()

    def be_whole(self, ask):
        """One document in place of a stream."""
        said = self.limit(ask, self.words(ask))
        self.server.bill(ask, ask.input, len(said))
        ask.said, ask.is_whole = "".join(said), True
        self.answer(200, self.wire.whole(ask))

    def be_gzip(self, ask):
        squeeze = zlib.compressobj(wbits=31)
        self.begin(headers=[("Content-Encoding", "gzip")])
        self.stream(ask, put=lambda data: self.put(squeeze.compress(data) + squeeze.flush(zlib.Z_SYNC_FLUSH)))
        self.put(squeeze.flush())
        self.end()

    def be_no_length(self, ask):
        self.begin(length=-1)
        self.stream(ask)

    def be_busy(self, ask):
        headers = [("Retry-After", "0")] if ask.kind == "429-wait" else []
        self.answer(429, {"error": {"message": "slow down", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}, headers=headers)

    def be_broken(self, ask):
        self.answer(500, {"error": {"message": "oh no", "type": "server_error"}})

    def be_down_html(self, ask):
        self.answer(503, b"<html><body><h1>Bad gateway</h1></body></html>", "text/html")

    def be_slow(self, ask):
        self.begin()
        time.sleep(0.2)
        self.stream(ask)
        self.end()

    def be_silent(self, ask):
        self.wait_until_left()

    def be_stall(self, ask):
        self.begin()
        self.stream(ask, until=5)
        self.wait_until_left()

    def be_cut(self, ask):
        self.begin()
        self.stream(ask, until=self.server.random.randrange(1, N_WORDS))
        self.drop()

    def be_cut_at_once(self, ask):
        self.begin()
        self.server.bill(ask, ask.input, 0)
        self.drop()

    def be_garbage(self, ask):
        self.begin()
        self.server.bill(ask, ask.input, 0)
        self.put(b"data: {\"choices\": [\xff\xfe{]]\n\n")
        self.end()

    def be_garbage_later(self, ask):
        self.begin()
        self.stream(ask, until=7)
        self.put(b"data: {not JSON\n\n")
        self.end()

    def be_wrong_type(self, ask):
        self.answer(200, b"<html>welcome to the hotel, please log in</html>", "text/html")

    def be_endless(self, ask):
        """Asks nobody how much is wanted; it bills what was allowed."""
        self.begin()
        self.server.bill(ask, ask.input, 0)
        for number in range(MOST_ENDLESS):
            self.server.bill(ask, 0, 1)
            ask.said += f" e{number}"
            self.put(self.wire.word(f" e{number}", "\n"))
        self.drop()

    def be_huge_event(self, ask):
        self.begin()
        self.server.bill(ask, ask.input, 0)
        self.put(b"data: ")
        for _ in range(160):
            self.put(b"x" * 65536)
        self.drop()

    def be_redirect(self, ask):
        self.answer(307, b"", headers=[("Location", "http://127.0.0.2:9/v1/chat/completions")])

    def be_doubled(self, ask):
        self.begin()
        self.stream(ask, double=True)
        self.end()

    def be_no_usage(self, ask):
        self.begin()
        self.stream(ask, usage=0)
        self.end()

    def be_negative_usage(self, ask):
        self.begin()
        self.stream(ask, usage=-1)
        self.end()

    def be_error_in_band(self, ask):
        self.begin()
        self.stream(ask, until=2)
        self.put(self.wire.fail("\n"))
        self.end()

    def be_refuse(self, ask):
        """The connection is closed without a word."""
        self.drop()

    def be_comments(self, ask):
        self.begin()
        self.put(self.wire.comment)
        self.stream(ask)
        self.end()

    def be_split(self, ask):
        """In pieces of seven bytes, wherever that cuts."""
        self.begin()
        self.stream(ask, put=lambda data: [self.put(data[i:i + 7]) for i in range(0, len(data), 7)])
        self.end()

    def be_crlf(self, ask):
        self.begin()
        self.stream(ask, end="\r\n")
        self.end()
