# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients of WebSockets that mean harm: every limit holds, and memory stays flat."""

import sys
import time

import door
from websocket import CLOSE, PING, PONG, TEXT, Closed, WebSocket, frame

MIB = 1 << 20
ASAN = door.is_sanitized()
STATS = b'{"jsonrpc":"2.0","id":1,"method":"stats.get"}'


def grown_at_most(server, before, most):
    grown = server.rss() - before
    assert grown < most * (6 if ASAN else 1), f'{grown / MIB:.1f} MiB more'


def warm_up(server):
    with WebSocket(server) as ws:
        for _ in range(20):
            ws.result('tick.watch', {'count': 3, 'size': 1000})
    return server.rss()


def send_until_closed(ws, chunks):
    """Gives the close code, and the bytes that went before it came."""
    sent = 0
    try:
        for chunk in chunks:
            ws.send_raw(chunk)
            sent += len(chunk)
    except OSError:
        pass
    return ws.closed(), sent


def test_endless_fragments():
    with door.Server() as server:
        before = warm_up(server)
        with WebSocket(server) as ws:
            first = frame(TEXT, b'x', final=False)
            code, _ = send_until_closed(ws, (first if i == 0 else frame(0, b'', final=False) * 100 for i in range(100000)))
            assert code in (1008, 1006), code
        grown_at_most(server, before, 8 * MIB)


def test_unfinished_messages_in_all():
    with door.Server('http.max_bodies=4194304', 'http.websocket_max_message=1048576') as server:
        before = warm_up(server)
        sockets = [WebSocket(server) for _ in range(40)]
        refused = 0
        for ws in sockets:
            ws.send_raw(frame(TEXT, b'x' * 500000, final=False) + frame(PING, b'here'))
            opcode, payload = ws.recv_frame()
            refused += opcode == CLOSE and ws.parse_close(payload)[0] == 1013
        assert refused >= 30, refused
        grown_at_most(server, before, 16 * MIB)
        for ws in sockets:
            ws.drop()
        # The room is given back.
        with WebSocket(server) as ws:
            ws.send_raw(frame(TEXT, STATS + b' ' * 900000))
            assert ws.recv()['id'] == 1


def test_too_much_unfinished():
    with door.Server('http.max_bodies=100000', 'http.websocket_max_message=1048576') as server:
        with WebSocket(server) as ws:
            ws.send_raw(frame(TEXT, b'x' * 500000, final=False))
            assert ws.closed() == 1013
        with WebSocket(server) as ws:
            assert ws.result('stats.get')['running'] == 0


def test_message_that_never_ends():
    with door.Server('http.websocket_message_time=200') as server:
        for data in (frame(TEXT, STATS, final=False), frame(TEXT, STATS)[:1], frame(TEXT, STATS)[:20]):
            with WebSocket(server) as ws:
                ws.send_raw(data)
                assert ws.closed() == 1008
        # Pings between do not save it; and one that says nothing has time.
        with WebSocket(server) as quiet, WebSocket(server) as ws:
            ws.send_raw(frame(TEXT, STATS, final=False))
            end = time.monotonic() + 10
            code = None
            while code is None and time.monotonic() < end:
                ws.send_raw(frame(PING))
                opcode, payload = ws.recv_frame()
                code = ws.parse_close(payload)[0] if opcode == CLOSE else None
                time.sleep(0.06)
            assert code == 1008
            assert quiet.result('stats.get')['running'] == 0


def test_ping_flood():
    with door.Server('http.websocket_pings=50') as server:
        before = warm_up(server)
        with WebSocket(server) as ws:
            code, _ = send_until_closed(ws, (frame(PING, b'x' * 125) * 10 for _ in range(20)))
            assert code == 1008
        with WebSocket(server) as ws:
            assert send_until_closed(ws, (frame(PONG) * 10 for _ in range(20)))[0] == 1008
        grown_at_most(server, before, 2 * MIB)


def test_message_flood():
    with door.Server('http.websocket_messages=100') as server:
        with WebSocket(server) as ws:
            code, _ = send_until_closed(ws, (frame(TEXT, STATS) * 10 for _ in range(30)))
            assert code == 1008
        with WebSocket(server) as ws:
            for _ in range(90):
                ws.result('stats.get')


def test_silence():
    """A client that is there says so; one that is not is left."""
    with door.Server('http.websocket_ping_interval=100', 'http.websocket_pong_time=400') as server:
        with WebSocket(server) as there, WebSocket(server) as dead:
            for _ in range(10):
                opcode, payload = there.recv_frame()
                assert opcode == PING
                there.send_raw(frame(PONG, payload))
            assert dead.recv_frame()[0] == PING
            opcode, payload = dead.recv_frame()
            assert opcode == CLOSE and dead.parse_close(payload)[0] == 1011
            assert there.result('stats.get')['running'] == 0


def test_never_reads():
    """Whoever asks and does not read: what waits for it is bounded, and it is not listened to either."""
    with door.Server('http.websocket_messages=1000000') as server:
        before = warm_up(server)
        with WebSocket(server) as ws:
            ws.start('tick.watch', {'count': 100, 'size': 100000}, credit=1000000)
            ws.sock.settimeout(2)
            sent = 0
            request = frame(TEXT, b'{"jsonrpc":"2.0","id":"%s","method":"stats.get"}' % (b'x' * 100)) * 100
            try:
                while sent < 64 * MIB:
                    sent += ws.sock.send(request)
                    time.sleep(0.002)
            except TimeoutError:
                pass
            assert sent < 32 * MIB, 'it is still listened to'
            grown_at_most(server, before, 24 * MIB)  # the 10 MB of the stream itself, and no queue
            ws.sock.settimeout(20)
            items, message = 0, {}
            while message.get('id') != 1:
                message = ws.recv()
                items += message.get('method') == 'item'
            assert items == 100


def test_never_reads_and_stalls():
    """What makes no progress for http.idle_timeout is let go."""
    with door.Server('http.idle_timeout=300') as server:
        with WebSocket(server) as watcher, WebSocket(server) as ws:
            ws.start('sleeper.sleep')
            ws.start('tick.watch', {'count': 300, 'size': 100000}, credit=1000000)
            door.wait_until(lambda: watcher.result('stats.get')['cancelled'] == 1)
            messages = 0
            try:
                while ws.recv():
                    messages += 1
            except (Closed, ConnectionResetError):
                pass
            assert messages < 300


def test_thousand_sockets():
    """Each that says nothing costs little, and all come and go without a trace."""
    with door.Server('http.max_connections=2000') as server:
        warm_up(server)
        descriptors, before = server.settled_descriptors(), server.rss()
        sockets = [WebSocket(server) for _ in range(1000)]
        for ws in sockets:
            ws.start('tick.share', {'count': 1, 'delay': 1})
        for ws in sockets:
            ws.answer(1)
        grown_at_most(server, before, 12 * MIB)
        for ws in sockets:
            ws.drop()
        door.wait_until(lambda: server.settled_descriptors() == descriptors)


if __name__ == '__main__':
    sys.exit(door.run([v for k, v in list(globals().items()) if k.startswith('test_')]))
