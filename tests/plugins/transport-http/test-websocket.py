# SPDX-License-Identifier: LGPL-2.1-or-later
"""The handshake of WebSockets, who may come in, frames, and goodbyes."""

import socket
import struct
import sys

import door
from websocket import BINARY, CLOSE, HEADERS, PATH, PING, PONG, TEXT, Closed, WebSocket, frame

STATS = b'{"jsonrpc":"2.0","id":1,"method":"stats.get"}'


def test_handshake():
    with door.Server() as server:
        with WebSocket(server) as ws:
            assert ws.headers['upgrade'] == 'websocket' and 'sec-websocket-protocol' not in ws.headers
            assert ws.result('stats.get') == {'cancelled': 0, 'running': 0}
        with WebSocket(server, {'Upgrade': 'WebSocket', 'Connection': 'keep-alive, upgrade'}) as ws:
            assert ws.result('stats.get')['running'] == 0
        with WebSocket(server, {'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits'}) as ws:
            assert ws.result('stats.get')['running'] == 0


def test_handshakes_that_are_none():
    with door.Server() as server:
        for change, status in (({'Upgrade': None}, 426), ({'Upgrade': 'h2c'}, 426), ({'Connection': 'keep-alive'}, 426),
                               ({'Connection': None}, 426), ({'Sec-WebSocket-Version': '8'}, 426),
                               ({'Sec-WebSocket-Version': None}, 426), ({'Sec-WebSocket-Version': '13, 8'}, 426),
                               ({'Sec-WebSocket-Key': None}, 400), ({'Sec-WebSocket-Key': 'abc'}, 400),
                               ({'Sec-WebSocket-Key': 'x' * 24}, 400), ({'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ=!'}, 400),
                               ({'Sec-WebSocket-Protocol': 'chat, soap'}, 400)):
            answer = server.request('GET', PATH, headers={**HEADERS, **change})
            assert answer.status == status, (change, answer)
            answer.code()
            if status == 426:
                assert answer.headers['sec-websocket-version'] == '13' and answer.headers['upgrade'] == 'websocket', answer
        assert server.request('POST', PATH, {}, HEADERS).status == 426
        assert server.request('GET', PATH + '/deeper', headers=HEADERS).status == 404
        # A connection that was refused is as good as before.
        with server.connect() as s:
            s.sendall(door.make_request('GET', PATH, headers={**HEADERS, 'Sec-WebSocket-Version': '7'}))
            f = s.makefile('rb')
            assert door.read_answer(f).status == 426
            s.sendall(door.make_request('GET', '/api/v1/stats'))
            assert door.read_answer(f).status == 200


def test_who_may_come_in():
    with door.Server('http.cors_origins=https://app.example') as server:
        for token, protocols, status in ((None, None, 401), ('wrong', None, 401), (door.TOKEN, None, 101),
                                         (None, f'bearer.{door.TOKEN}', 101), (None, f'boternity.v1, bearer.{door.TOKEN}', 101),
                                         (None, f'bearer.{door.TOKEN},boternity.v1', 101), (None, 'boternity.v1, bearer.wrong', 401),
                                         (None, 'boternity.v1', 401), (None, 'bearer.', 401),
                                         ('wrong', f'boternity.v1, bearer.{door.TOKEN}', 401)):
            ws = WebSocket(server, {'Sec-WebSocket-Protocol': protocols}, token=token)
            assert ws.status == status, (token, protocols, ws.status)
            chosen = ws.headers.get('sec-websocket-protocol')
            assert chosen == ('boternity.v1' if status == 101 and protocols and 'boternity.v1' in protocols else None), chosen
            assert door.TOKEN not in str(ws.headers)
            ws.drop()
        # Only a handshake may show its token so.
        answer = server.request('GET', '/api/v1/stats', headers={'Sec-WebSocket-Protocol': f'bearer.{door.TOKEN}'}, token=None)
        assert answer.status == 401, answer
        with WebSocket(server, token=None, sock=server.connect_unix()) as ws:
            assert ws.result('stats.get')['running'] == 0
        for origin, status in (('https://evil.example', 403), ('null', 403), ('https://app.example', 101), ('http://localhost', 101)):
            ws = WebSocket(server, {'Origin': origin})
            assert ws.status == status, (origin, ws.status)
            ws.drop()
        assert WebSocket(server, {'Host': 'evil.example'}).status == 403


def test_no_token_in_the_log():
    server = door.Server(env={'G_MESSAGES_DEBUG': 'all'}).start()
    for protocols in (f'boternity.v1, bearer.{door.TOKEN}', 'boternity.v1, bearer.not-the-right-one'):
        ws = WebSocket(server, {'Sec-WebSocket-Protocol': protocols}, token=None)
        if ws.status == 101:
            ws.send_raw(frame(3))
            assert ws.closed() == 1002
        ws.drop()
    server.process.stdin.close()
    said = server.process.stdout.read()
    code, errors = server.stop()
    assert code == 0 and 'closed a WebSocket' in said, said
    assert door.TOKEN not in said + errors and 'not-the-right-one' not in said + errors, said + errors


def test_early_frames():
    """A client that does not wait for the answer to its handshake is heard all the same."""
    with door.Server() as server:
        with WebSocket(server, early=frame(TEXT, STATS) + frame(TEXT, STATS)[:20]) as ws:
            assert ws.recv()['id'] == 1
            ws.send_raw(frame(TEXT, STATS)[20:])
            assert ws.recv()['id'] == 1


def test_frames():
    with door.Server() as server, WebSocket(server) as ws:
        ws.send_raw(frame(PING, b'are you there'))
        assert ws.recv_frame() == (PONG, b'are you there')
        ws.send_raw(frame(PONG, b'unasked'))
        ws.send_raw(frame(TEXT, STATS[:10], final=False) + frame(PING, b'x') + frame(0, STATS[10:11], final=False) +
                    frame(0, STATS[11:]))
        assert ws.recv_frame() == (PONG, b'x')
        assert ws.recv()['result']['running'] == 0
        for i, byte in enumerate(frame(TEXT, STATS)):
            ws.send_raw(bytes([byte]))
        assert ws.recv()['id'] == 1
        ws.send_raw(b''.join(frame(TEXT, STATS.replace(b'1,', b'%d,' % i)) for i in range(1000)))
        assert [ws.recv()['id'] for _ in range(1000)] == list(range(1000))
        # Answers of all the forms of length.
        for size in (1, 60, 125, 126, 1000, 70000):
            assert ws.result('tick.watch', {'count': 1, 'size': size}) and len(ws.items(ws.next_id)[0]['item']['text']) == size


def test_frames_that_are_none():
    with door.Server('http.websocket_max_message=1000', 'http.websocket_max_fragments=4') as server:
        for data, code in ((frame(TEXT, STATS, mask=None), 1002), (frame(3), 1002), (frame(11), 1002), (frame(TEXT, b'x', reserved=4), 1002),
                           (frame(PING, b'x' * 126), 1002), (frame(PING, b'x', final=False), 1002), (frame(0, b'x'), 1002),
                           (frame(TEXT, b'x', final=False) + frame(TEXT, b'y'), 1002), (frame(CLOSE, b'x'), 1002),
                           (frame(CLOSE, struct.pack('>H', 1006)), 1002), (frame(BINARY, b'x'), 1003), (frame(TEXT, b'\xff'), 1007),
                           (frame(TEXT, b'', length=1001), 1009), (frame(TEXT, b'', length=1 << 40), 1009),
                           (frame(TEXT, b'x' * 600, final=False) + frame(0, b'x' * 600), 1009),
                           (frame(TEXT, b'x', final=False) + frame(0, b'', final=False) * 4, 1008)):
            with WebSocket(server) as ws:
                ws.send_raw(data)
                assert ws.closed() == code, (data[:20], code)
        with WebSocket(server) as ws:
            assert ws.result('stats.get')['running'] == 0


def test_goodbyes():
    with door.Server('http.websocket_close_time=300') as server:
        for payload, code in ((b'', 1000), (struct.pack('>H', 1000) + b'done', 1000), (struct.pack('>H', 4321), 4321)):
            with WebSocket(server) as ws:
                ws.start('sleeper.sleep')
                ws.send_raw(frame(CLOSE, payload))
                opcode, answered = ws.recv_frame()
                assert opcode == CLOSE and ws.parse_close(answered)[0] == code, answered
                assert ws.file.read() == b''
        # What follows a goodbye is not heard.
        with WebSocket(server) as ws:
            ws.send_raw(frame(CLOSE) + frame(TEXT, STATS))
            assert ws.recv_frame()[0] == CLOSE and ws.file.read() == b''
        # A client that does not answer ours is left.
        with WebSocket(server) as ws:
            ws.send_raw(frame(PING, b'x', final=False))
            assert ws.recv_frame()[0] == CLOSE and ws.file.read() == b''
        # One that just goes, while calls run, or in the middle of a frame.
        for data in (b'', frame(TEXT, STATS)[:9], frame(TEXT, b'x', final=False)):
            with WebSocket(server) as ws:
                ws.start('sleeper.sleep')
                assert ws.result('stats.get')['running'] >= 1
                ws.send_raw(data)
        with WebSocket(server) as ws:
            door.wait_until(lambda: ws.result('stats.get')['running'] == 0)
            assert ws.result('stats.get')['cancelled'] == 6


def test_stop():
    with door.Server() as server:
        sockets = [WebSocket(server) for _ in range(5)]
        call = sockets[0].start('sleeper.sleep')
        assert call == 1 and sockets[0].result('stats.get')['running'] == 1
        server.tell('stop')
        for ws in sockets[:4]:
            assert ws.closed() == 1001
        # The last one never answers.
        assert server.process.stdout.readline() == 'stopped\n'
        try:
            sockets[4].recv()
            raise AssertionError
        except Closed as end:
            assert end.code == 1001 and 'stops' in end.reason, end
        for ws in sockets:
            ws.drop()


def test_half_closed():
    """Whoever closes only its own side has what it sent carried out, and counts as gone."""
    with door.Server() as server:
        with WebSocket(server) as ws:
            ws.send_raw(frame(TEXT, b'{"jsonrpc":"2.0","method":"thing.create","params":{"name":"last"}}'))
            ws.sock.shutdown(socket.SHUT_WR)
            assert ws.file.read() == b''
        with WebSocket(server) as ws:
            assert ws.result('thing.get', {'slug': 'last'})['name'] == 'last'


if __name__ == '__main__':
    sys.exit(door.run([v for k, v in list(globals().items()) if k.startswith('test_')]))
