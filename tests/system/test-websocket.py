# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole program over a WebSocket, with a client of the field: a bot, a chat, coming back to a turn, stop."""

import json

import tap
from boternity_daemon import Daemon

try:
    import websockets.sync.client as client
    from websockets.exceptions import ConnectionClosed
except ImportError:
    client = None

ATTACH = "chat.attach"


class Rpc:
    def __init__(self, daemon):
        self.ws = client.connect(f"ws://127.0.0.1:{daemon.port}/api/v1/ws", subprotocols=["boternity.v1", f"bearer.{daemon.token}"], proxy=None)
        self.next_id = 0

    def start(self, method, params=None, **members):
        self.next_id += 1
        self.ws.send(json.dumps({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params or {}, **members}))
        return self.next_id

    def finish(self, number):
        items = []
        while True:
            message = json.loads(self.ws.recv(30))
            if message.get("method") == "item":
                items.append(message["params"])
            elif message["id"] == number:
                return message, items

    def call(self, method, params=None, **members):
        return self.finish(self.start(method, params, **members))


def start(daemon):
    if client is None:
        raise tap.Skip("the package websockets is not installed")
    return Rpc(daemon)


def test_records_and_errors_are_those_of_rest():
    rpc = start(DAEMON)
    assert rpc.call("bot.create", {"name": "Ada"})[0]["result"]["slug"] == "ada"
    assert rpc.call("bot.get", {"slug": "ada"})[0]["result"] == DAEMON.get("/bots/ada").json
    assert rpc.call("bot.list")[0]["result"] == DAEMON.get("/bots").json
    missing = rpc.call("bot.get", {"slug": "nobody"})[0]["error"]
    assert missing["data"] == DAEMON.get("/bots/nobody").json and missing["code"] == -32005, missing
    for _ in range(2):
        made = rpc.call("bot.create", {"name": "Bea"}, idempotency_key="only-once")[0]
        assert made["result"]["slug"] == "bea", made
    rpc.ws.close()


def test_what_never_ends_needs_an_id():
    if client is None:
        raise tap.Skip("the package websockets is not installed")
    with Daemon({"BOTERNITY_WS_MAX_CALLS": "1"}) as daemon:
        rpc = Rpc(daemon)
        for _ in range(3):
            rpc.ws.send(json.dumps({"jsonrpc": "2.0", "method": "event.subscribe", "params": {}}))
        answer, items = rpc.call("bot.list")
        assert answer["result"]["items"] and items == [], answer
        number = rpc.start("event.subscribe")
        assert json.loads(rpc.ws.recv(30))["params"]["call"] == number
        assert "ws.max_calls" in rpc.call("bot.list")[0]["error"]["message"]
        rpc.ws.close()


def test_a_turn_and_coming_back_to_it():
    rpc = start(DAEMON)
    end, items = rpc.call("chat.send", {"slug": "bo", "message": "Hello"}, credit=1000)
    assert end["result"]["state"] == "done", end
    numbers = [i["number"] for i in items]
    assert numbers == sorted(set(numbers)) and items[0]["item"]["type"] == "start"
    rpc.ws.close()
    rpc = start(DAEMON)
    again, rest = rpc.call(ATTACH, {"turn": items[0]["item"]["turn"]}, after=numbers[1], credit=1000)
    assert again["result"]["id"] == end["result"]["id"] and rest[0]["number"] > numbers[1], (again, rest)
    assert rest[-1]["number"] == numbers[-1]
    rpc.ws.close()


def test_calls_run_side_by_side():
    rpc = start(DAEMON)
    calls = [rpc.start("chat.send", {"slug": "bo", "message": f"Hello {i}"}, credit=1000) for i in range(5)]
    calls += [rpc.start("bot.get", {"slug": "bo"}) for _ in range(5)]
    ended = {}
    while len(ended) < len(calls):
        message = json.loads(rpc.ws.recv(30))
        if "id" in message:
            ended[message["id"]] = message
    assert all("result" in m for m in ended.values()) and sorted(ended) == calls, ended
    rpc.ws.close()


def test_a_daemon_that_stops_says_goodbye():
    rpc = start(DAEMON)
    DAEMON.stop()
    try:
        rpc.ws.recv(10)
        raise AssertionError
    except ConnectionClosed as closed:
        assert closed.rcvd.code == 1001, closed
    DAEMON.start()


DAEMON = Daemon().start()
try:
    tap.main(dict(globals()))
finally:
    DAEMON.__exit__()
