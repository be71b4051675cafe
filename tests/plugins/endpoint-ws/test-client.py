# SPDX-License-Identifier: LGPL-2.1-or-later
"""The endpoint with a client of the field: the `websockets` package."""

import json
import sys

import door

try:
    import websockets.sync.client as client
    from websockets.exceptions import ConnectionClosed, InvalidStatus
except ImportError:
    client = None


def connect(server, **options):
    if client is None:
        raise door.Skip('the package websockets is not installed')
    options = {'additional_headers': {'Authorization': f'Bearer {door.TOKEN}'}, 'proxy': None, **options}
    return client.connect(f'ws://127.0.0.1:{server.port}/api/v1/ws', **options)


def ask(ws, method, number=1, **members):
    ws.send(json.dumps({'jsonrpc': '2.0', 'id': number, 'method': method, **members}))


def test_calls_and_streams():
    with door.Server() as server, connect(server) as ws:
        assert ws.subprotocol is None and not ws.protocol.extensions
        ask(ws, 'thing.create', params={'name': 'ada'})
        assert json.loads(ws.recv(10))['result']['slug'] == 'ada'
        ask(ws, 'tick.watch', params={'count': 500, 'size': 300}, credit=500)
        messages = [json.loads(ws.recv(10)) for _ in range(501)]
        assert [m['params']['number'] for m in messages[:500]] == list(range(1, 501)) and messages[500]['id'] == 1
        ws.ping().wait(10)


def test_fragments():
    with door.Server() as server, connect(server) as ws:
        ws.send(iter(['{"jsonrpc":"2.0",', '"id":"a",', '"method":"stats.get"', '}']))
        assert json.loads(ws.recv(10))['result']['running'] == 0


def test_as_a_browser():
    with door.Server() as server:
        with connect(server, additional_headers=None, subprotocols=['boternity.v1', f'bearer.{door.TOKEN}'],
                     origin=f'http://127.0.0.1:{server.port}') as ws:
            assert ws.subprotocol == 'boternity.v1'
            ask(ws, 'stats.get')
            assert json.loads(ws.recv(10))['result']['running'] == 0
        for options, status in (({'origin': 'https://evil.example'}, 403), ({'additional_headers': None}, 401),
                                ({'subprotocols': ['graphql-transport-ws']}, 400)):
            try:
                connect(server, **options)
                raise AssertionError(options)
            except InvalidStatus as refusal:
                assert refusal.response.status_code == status


def test_goodbyes():
    with door.Server('http.websocket_max_message=1000') as server:
        with connect(server) as ws:
            ws.close(4001, 'enough')
            assert ws.close_code == 4001
        for message, code in ((b'binary', 1003), ('x' * 1001, 1009)):
            with connect(server) as ws:
                ws.send(message)
                try:
                    ws.recv(10)
                    raise AssertionError
                except ConnectionClosed as end:
                    assert end.rcvd.code == code
        ws = connect(server)
        server.tell('stop')
        try:
            ws.recv(10)
            raise AssertionError
        except ConnectionClosed as end:
            assert end.rcvd.code == 1001


if __name__ == '__main__':
    sys.exit(door.run([v for k, v in list(globals().items()) if k.startswith('test_')]))
