# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many WebSockets, each with a live subscription, against a bare libsoup server that echoes messages of the same size: CPU a message and
memory a socket, in one run. bench-websocket.py BARE PLUGIN_FOLDER: prints one JSON object. By environment: BTY_BENCH_SOCKETS,
BTY_BENCH_EVENTS, and BTY_BENCH_STREAM: `event.subscribe` (what happens are changes of a bot) or `feed.follow` (of the plugin in that folder)."""

import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))

from boternity_daemon import Daemon  # noqa: E402

BARE, PLUGINS = (os.path.abspath(path) for path in sys.argv[1:3])
SOCKETS = int(os.environ.get("BTY_BENCH_SOCKETS", "1000"))
EVENTS = int(os.environ.get("BTY_BENCH_EVENTS", "200"))
SIZE = 200
# What to follow, how many items greet a follower, what gives all of them an item, how often that is to be said for EVENTS of them.
STREAMS = {
    "event.subscribe": (1, {"method": "bot.update", "params": {"slug": "bo"}}, EVENTS),
    "feed.follow": (0, {"method": "feed.push", "params": {"count": EVENTS, "size": SIZE}}, 1),
}
FOLLOW = os.environ.get("BTY_BENCH_STREAM", "event.subscribe")
GREETINGS, PUSH, PUSHES = STREAMS[FOLLOW]


def frame(text):
    length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack(">H", len(text))
    return b"\x81" + length + b"\0\0\0\0" + text


def request(**members):
    return frame(json.dumps({"jsonrpc": "2.0", **members}).encode())


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1])


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connect(port, token):
    s = socket.create_connection(("127.0.0.1", port), 20)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    s.sendall((f"GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{authorization}"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += s.recv(1)
    assert b" 101 " in head, head
    return s


class Reader:
    """Counts the messages that come on all of many sockets."""

    def __init__(self, sockets):
        self.poll = select.epoll()
        self.bytes = 0
        self.rest = {s.fileno(): [s, b""] for s in sockets}
        for s in sockets:
            s.setblocking(False)
            self.poll.register(s, select.EPOLLIN)

    def wait_for(self, count):
        end = time.monotonic() + 120
        while count > 0:
            assert time.monotonic() < end, f"{count} messages did not come"
            for fd, _ in self.poll.poll(1):
                count -= self.take(self.rest[fd])
        return count

    def take(self, state):
        data = state[1] + state[0].recv(1 << 18)
        at = taken = 0
        while len(data) - at >= 4:
            length, head = data[at + 1], 2
            if length == 126:
                length, head = data[at + 2] << 8 | data[at + 3], 4
            if len(data) - at < head + length:
                break
            taken += data[at] == 0x81
            self.bytes += length
            at += head + length
        state[1] = data[at:]
        return taken


def push(s, reader, first):
    """Has all that follow get EVENTS items; the answers to the requests for that are small and may wait."""
    for number in range(first, first + PUSHES):
        params = dict(PUSH["params"])
        if PUSHES > 1:
            params["description"] = f"{number} {'x' * SIZE}"
        s.sendall(request(id=number, method=PUSH["method"], params=params))
        reader.wait_for(EVENTS * SOCKETS // PUSHES)


def measure_ours():
    with Daemon({"BOTERNITY_PLUGIN_PATH": PLUGINS, "BOTERNITY_HTTP_MAX_CONNECTIONS": str(SOCKETS * 2 + 10)}) as daemon:
        pid = daemon.process.pid
        daemon.ctl("plugin", "list")   # opens them all
        with open(os.path.join(daemon.data, "token"), encoding="ascii") as f:
            token = f.read().strip()
        pusher = connect(daemon.port, token)
        warm = [connect(daemon.port, token) for _ in range(10)]
        time.sleep(0.5)
        before_kb = resident_kb(pid)
        sockets = [connect(daemon.port, token) for _ in range(SOCKETS)]
        for number, s in enumerate(sockets):
            s.sendall(request(id=number, credit=1000000, method=FOLLOW))
        reader = Reader(sockets)
        reader.wait_for(GREETINGS * SOCKETS)
        push(pusher, reader, 1)   # when all have come, all are subscribed
        kb = resident_kb(pid) - before_kb
        before = cpu_seconds(pid)
        reader.bytes = 0
        push(pusher, reader, 1 + PUSHES)
        cpu = cpu_seconds(pid) - before
        for s in sockets + warm + [pusher]:
            s.close()
    return cpu, kb, reader.bytes // (EVENTS * SOCKETS)


def echo_all(sockets, reader, message, rounds):
    for _ in range(rounds):
        for s in sockets:
            s.send(message)
        reader.wait_for(len(sockets))


def measure_bare(size):
    process = subprocess.Popen([BARE], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    port = int(process.stdout.readline())
    warm = [connect(port, None) for _ in range(10)]
    time.sleep(0.5)
    before_kb = resident_kb(process.pid)
    sockets = [connect(port, None) for _ in range(SOCKETS)]
    reader = Reader(sockets)
    message = frame(b"x" * size)
    echo_all(sockets, reader, message, 3)
    kb = resident_kb(process.pid) - before_kb
    before = cpu_seconds(process.pid)
    echo_all(sockets, reader, message, EVENTS)
    cpu = cpu_seconds(process.pid) - before
    for s in sockets + warm:
        s.close()
    process.terminate()
    process.wait(20)
    return cpu, kb


def compare(ours, bare, digits):
    return {"ours": round(ours, digits), "bare": round(bare, digits), "ratio": round(ours / max(bare, 1e-9), 3)}


def main():
    ours, ours_kb, size = measure_ours()
    bare, bare_kb = measure_bare(size)
    total = SOCKETS * EVENTS
    print(json.dumps({"sockets": SOCKETS, "events": EVENTS, "follow": FOLLOW, "bytes_a_message": size,
                      "cpu_us_a_message": compare(ours / total * 1e6, bare / total * 1e6, 2),
                      "kb_a_socket": compare(ours_kb / SOCKETS, bare_kb / SOCKETS, 2)}))


main()
