# SPDX-License-Identifier: LGPL-2.1-or-later
"""A stand-in for boternityd that speaks to boternity-ctl over a unix socket and does as it is told.

As a program (it is copied to where boternity-ctl looks for boternityd) it takes --ready-fd N and runs until daemon.stop.
"""

import http.server
import json
import os
import socket
import socketserver
import sys
import threading
import time

VERSION = "0.1.0"


class Problem(Exception):
    """A failure, as the daemon tells it."""

    def __init__(self, code, detail, status=400):
        super().__init__(detail)
        self.document = {"type": "about:blank", "title": code.title(), "status": status, "detail": detail, "code": code}


class Drop(Exception):
    """Breaks the connection."""


def schema(**properties):
    return {"type": "object", "properties": properties}


STRING = {"type": "string"}
OPERATIONS = {
    "bot.create": (schema(name=STRING, description=STRING, route={"type": "array", "items": STRING},
                          temperature={"type": ["number", "null"]}, max_output={"type": "integer"}), ["write"]),
    "bot.list": (schema(cursor=STRING, limit={"type": "integer"}), ["read"]),
    "chat.send": (schema(slug=STRING, message=STRING, session=STRING, interrupt={"type": "boolean"}), ["write", "streaming"]),
    "echo": (schema(text=STRING, number={"type": "integer"}, ratio={"type": "number"}, flag={"type": "boolean"},
                    words={"type": "array", "items": STRING}, shape={"type": "object"}), ["read"]),
}


class State:
    """What the daemon knows, and what a test wants it to do."""

    def __init__(self, data_dir):
        self.data_dir = data_dir
        self.version = VERSION
        self.bots = {"boternity": self.bot("boternity", "Boternity")}
        self.providers = {"builtin": {"name": "builtin", "kind": "builtin", "enabled": True, "key_state": "not_needed"}}
        self.settings = {"http.port": None}
        self.sessions = []
        self.messages = []
        self.requests = []         # (operation, request) in order
        self.keys = []             # idempotency keys that came, in order
        self.turns = {}            # id -> list of (event, data)
        self.resumed = []          # events that chat.resume adds to its turn, one list a time
        self.drop_after = []       # one number a stream: how many events are sent before the connection breaks
        self.chunk_pause = 0.0
        self.script = None         # events in place of the echo
        self.hangs = False         # takes requests and does not answer
        self.cancelled = threading.Event()
        self.stopping = threading.Event()
        self.lock = threading.Lock()

    @staticmethod
    def bot(slug, name, **more):
        return {"id": f"00000000-0000-7000-8000-{abs(hash(slug)) % 10**12:012d}", "revision": 1,
                "created_at": "2026-11-01T10:00:00Z", "updated_at": "2026-11-01T10:00:00Z", "name": name, "slug": slug,
                "state": "running", "route": [], "temperature": None, "max_output": 0, **more}

    def status(self):
        return {"running": True, "version": self.version, "pid": os.getpid(), "started_at": "2026-11-01T10:00:00Z",
                "http_url": "http://127.0.0.1:1/", "data_dir": self.data_dir, "default_bot": "boternity", "plugins": ["fake"],
                "problems": [], "calls": len(self.requests), "memory_kb": 1}

    def find_bot(self, slug):
        if slug not in self.bots:
            raise Problem("NOT_FOUND", f"no bot is called “{slug}”", 404)
        return self.bots[slug]


def page(items, request=None):
    """One page of at most request['limit'] items; the cursor is the place."""
    request = request or {}
    start, limit = int(request.get("cursor") or 0), request.get("limit") or 100
    answer = {"items": items[start:start + limit]}
    if start + limit < len(items):
        answer["next_cursor"] = str(start + limit)
    return answer


def bot_create(state, request):
    slug = request["name"].lower().replace(" ", "-")
    if slug in state.bots:
        raise Problem("ALREADY_EXISTS", f"a bot “{slug}” exists", 409)
    fields = {key: value for key, value in request.items() if key != "name"}
    state.bots[slug] = state.bot(slug, request["name"]) | fields
    return state.bots[slug]


def bot_update(state, request):
    bot = state.find_bot(request["slug"])
    bot.update({key: value for key, value in request.items() if key != "slug"})
    return bot


def bot_state(state, request, value):
    bot = state.find_bot(request["slug"])
    bot["state"] = value
    return bot


def bot_delete(state, request):
    state.find_bot(request["slug"])
    del state.bots[request["slug"]]


def provider_write(state, request):
    public = {key: value for key, value in request.items() if key != "key"}
    old = state.providers.get(request["name"], {"enabled": True, "kind": "openai"})
    state.providers[request["name"]] = {**old, **public, "key_state": "ready" if "key" in request else
                                        old.get("key_state", "not_needed")}
    return state.providers[request["name"]]


def provider_test(state, request):
    if request["name"] == "broken":
        return {"name": "broken", "ok": False, "error_code": "UNAUTHENTICATED", "error": "the key was refused"}
    return {"name": request["name"], "ok": True, "model": "m", "models": 1, "first_token_ms": 5, "total_ms": 9, "answer": "hi"}


def config_set(state, request):
    if request["name"] not in state.settings:
        raise Problem("NOT_FOUND", f"no setting is called “{request['name']}”", 404)
    state.settings[request["name"]] = request["value"]
    return setting(state, request["name"])


def setting(state, name):
    value = state.settings.get(name)
    return {"name": name, "value": value or "0", "fallback": "0", "source": "file" if value else "default", "summary": "A port"}


def operation_get(state, request):
    if request["name"] not in OPERATIONS:
        raise Problem("NOT_FOUND", f"no operation is called “{request['name']}”", 404)
    request_schema, effects = OPERATIONS[request["name"]]
    return {"name": request["name"], "summary": "x", "effects": effects, "request": request_schema}


def daemon_stop(state, request):
    state.stopping.set()
    return None


def session_change(state, request, value):
    for session in state.sessions:
        if session["id"] == request["id"]:
            session["state"] = value
            return session
    raise Problem("NOT_FOUND", "no such session", 404)


def slow(state, request):
    time.sleep(30)
    return {}


def budget_set(state, request):
    scope = "bot" if request.get("slug") else "installation"
    slug = {"slug": request["slug"]} if request.get("slug") else {}
    return {"id": "c", "revision": 1, "key": "k", "scope": scope, **slug, "period": request["period"],
            "unit": request["unit"], "amount": request.get("amount") or 0}


CALLS = {
    "daemon.status": lambda s, r: s.status(),
    "daemon.stop": daemon_stop,
    "bot.create": bot_create, "bot.update": bot_update, "bot.delete": bot_delete,
    "bot.get": lambda s, r: s.find_bot(r["slug"]),
    "bot.list": lambda s, r: page(list(s.bots.values()), {"limit": 2, **r}),
    "bot.start": lambda s, r: bot_state(s, r, "running"), "bot.stop": lambda s, r: bot_state(s, r, "stopped"),
    "session.list": lambda s, r: page([x for x in s.sessions if r.get("slug") in (None, x["slug"])], r),
    "session.get": lambda s, r: session_change(s, r, "open"), "session.close": lambda s, r: session_change(s, r, "closed"),
    "message.list": lambda s, r: page(s.messages[::-1] if r.get("newest_first") else s.messages, r),
    "message.search": lambda s, r: page([m for m in s.messages if r["words"] in m["text"]]),
    "provider.list": lambda s, r: page(list(s.providers.values())),
    "provider.get": lambda s, r: s.providers[r["name"]], "provider.add": provider_write, "provider.update": provider_write,
    "provider.test": provider_test,
    "model.list": lambda s, r: page([{"name": "builtin/docs", "provider": "builtin", "title": "Docs", "abilities": ["text"]}]),
    "config.list": lambda s, r: page([setting(s, name) for name in s.settings]),
    "config.get": lambda s, r: setting(s, r["name"]), "config.set": config_set,
    "plugin.list": lambda s, r: page([{"name": "bad", "state": "refused", "reason": "writable by others"}]),
    "operation.list": lambda s, r: page([operation_get(s, {"name": name}) for name in OPERATIONS]),
    "budget.set": budget_set,
    "operation.get": operation_get, "echo": lambda s, r: r, "slow": slow,
    "chat.cancel": lambda s, r: s.cancelled.set(),
}


def default_script(state, request):
    """The events of a turn that says back what was said."""
    session = request.get("session") or f"session-{len(state.sessions) + 1}"
    if session not in [x["id"] for x in state.sessions]:
        state.sessions.insert(0, {"id": session, "revision": 1, "bot": "b", "slug": request["slug"], "title": request["message"],
                                  "state": "open", "active_at": "2026-11-01T10:00:00Z", "turns": 1})
    turn = f"turn-{len(state.turns) + 1}"
    words = ["You ", "said: ", request["message"], "."]
    events = [("item", {"type": "start", "session": session, "turn": turn}), ("item", {"type": "model", "model": "fake/echo"})]
    events += [("item", {"type": "text", "text": word}) for word in words]
    return turn, events + [("end", turn_record(turn, session, "done"))]


def turn_record(turn, session, state, **more):
    return {"id": turn, "revision": 1, "session": session, "bot": "b", "state": state, "stop_reason": "end", **more}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "unix"

    def log_message(self, *arguments):
        pass

    def answer(self, status, document, content_type="application/json"):
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(204 if document is None else status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        state = self.server.state
        operation = self.path.removeprefix("/api/v1/call/")
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "Idempotency-Key" in self.headers:
            self.server.state.keys.append(self.headers["Idempotency-Key"])
        state.requests.append((operation, request))
        while state.hangs and not state.stopping.is_set():
            time.sleep(0.05)
        try:
            if operation == "chat.send":
                self.send(state, request)
            elif operation == "chat.attach":
                self.stream(state, request["turn"], request.get("after", 0))
            elif operation == "chat.resume":
                said = [event for event in state.turns[request["turn"]] if event[0] == "item"]
                state.turns[request["turn"]] = said + state.resumed.pop(0)
                self.stream(state, request["turn"], request.get("after", 0))
            elif operation in CALLS:
                with state.lock:
                    answer = CALLS[operation](state, request)
                self.answer(200, answer)
            else:
                raise Problem("NOT_FOUND", f"no operation is called “{operation}”", 404)
        except Problem as problem:
            self.answer(problem.document["status"], problem.document, "application/problem+json")
        except (Drop, BrokenPipeError):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        if state.stopping.is_set():
            threading.Thread(target=self.server.shutdown).start()

    def send(self, state, request):
        state.find_bot(request["slug"])
        state.cancelled.clear()
        turn, events = (state.script or default_script)(state, request)
        state.turns[turn] = events
        self.stream(state, turn, 0)

    def stream(self, state, turn, after):
        if turn not in state.turns:
            raise Problem("NOT_FOUND", "no such turn", 404)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        left = state.drop_after.pop(0) if state.drop_after else None
        for number, (event, data) in enumerate(state.turns[turn], 1):
            if number <= after and event == "item":
                continue
            if left == 0:
                raise Drop()
            left = left - 1 if left is not None else None
            if state.cancelled.is_set() and event != "error":
                event, data = "end", turn_record(turn, "session-1", "cancelled")
            text = f"id: {number}\nevent: {event}\ndata: {json.dumps(data)}\n\n"
            self.wfile.write(text.encode())
            if event in ("end", "error"):
                return
            if state.cancelled.wait(state.chunk_pause) and state.chunk_pause == 0:
                continue


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, BrokenPipeError)):
            super().handle_error(request, client_address)


def socket_path(data_dir):
    return os.path.join(data_dir, "run", "ctl.sock")


class FakeDaemon:
    """The stand-in in a thread of the test's own process."""

    def __init__(self, data_dir):
        self.state = State(data_dir)
        os.makedirs(os.path.join(data_dir, "run"), mode=0o700, exist_ok=True)
        with open(os.path.join(data_dir, "token"), "w", encoding="ascii") as token:
            token.write("fake-token\n")
        self.server = Server(socket_path(data_dir), Handler)
        self.server.state = self.state
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.state.hangs = False
        self.server.shutdown()
        self.server.server_close()
        os.unlink(socket_path(self.state.data_dir))

    def calls(self, operation):
        return [request for name, request in self.state.requests if name == operation]


def main():
    """Runs as boternityd: one at a time a folder, as the real one."""
    data_dir = os.environ["BOTERNITY_DATA_DIR"]
    with open(os.path.join(data_dir, "starts"), "a", encoding="ascii") as starts:
        starts.write(f"{os.getpid()} {os.getcwd()} {os.getsid(0) == os.getpid()} {sys.stdin.read() == ''}\n")
    if os.environ.get("FAKE_REASON"):
        print(os.environ["FAKE_REASON"], file=sys.stderr)
        sys.exit(7)
    time.sleep(float(os.environ.get("FAKE_PAUSE", "0")))
    fake = FakeDaemon(data_dir)
    ready = int(sys.argv[sys.argv.index("--ready-fd") + 1])
    os.write(ready, b"ready\n")
    os.close(ready)
    fake.server.serve_forever(poll_interval=0.02)
    fake.server.server_close()
    os.unlink(socket_path(data_dir))


if __name__ == "__main__":
    main()
