# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls over a WebSocket: JSON-RPC 2.0, strictly; many at once; errors by code and by name."""

import sys

import door
from websocket import Closed, WebSocket

ANSWER = {'jsonrpc': '2.0'}


def test_records_and_lists():
    with door.Server() as server, WebSocket(server) as ws:
        made = ws.result('thing.create', {'name': 'ada', 'note': 'line\n“two” 🍌'})
        assert made['slug'] == 'ada' and made['revision'] == 1
        assert ws.result('thing.get', {'slug': 'ada'}) == made
        assert made == server.request('GET', '/api/v1/things/ada').json()
        assert ws.result('thing.update', {'slug': 'ada', 'revision': 1, 'note': None})['revision'] == 2
        ws.result('thing.create', {'name': 'bob'})
        for params in (None, {}, {'limit': 1}):
            whole = server.request('POST', '/api/v1/call/thing.list', params or {}).json()
            assert ws.result('thing.list', params) == whole and whole['items'][0]['slug'] == 'ada'
        assert ws.result('thing.delete', {'slug': 'bob'}) == {}
        assert ws.result('thing.list', {'limit': 100})['items'][-1]['slug'] == 'ada'


def test_errors():
    with door.Server() as server, WebSocket(server) as ws:
        assert ws.error('thing.get', {'slug': 'nobody'}) == (-32005, 'NOT_FOUND')
        assert ws.error('thing.get', {}) == (-32602, 'INVALID_ARGUMENT')
        assert ws.error('thing.get', {'slug': 'x', 'more': 1}) == (-32602, 'INVALID_ARGUMENT')
        assert ws.error('stats.get', {'more': 1}) == (-32602, 'INVALID_ARGUMENT')
        assert ws.result('stats.get', {}) == {'cancelled': 0, 'running': 0}
        assert ws.error('no.such') == (-32601, 'NOT_FOUND')
        assert ws.error('$/no-such') == (-32601, 'NOT_FOUND')
        numbers = {'INTERNAL': -32603, 'ALREADY_EXISTS': -32006, 'FAILED_PRECONDITION': -32009, 'ABORTED': -32010, 'OUT_OF_RANGE': -32011,
                   'RESOURCE_EXHAUSTED': -32008, 'UNIMPLEMENTED': -32012, 'DATA_LOSS': -32015, 'UNAVAILABLE': -32014, 'CANCELLED': -32001,
                   'DEADLINE_EXCEEDED': -32004, 'PERMISSION_DENIED': -32007, 'UNAUTHENTICATED': -32016, 'INVALID_ARGUMENT': -32602}
        for name, number in numbers.items():
            error = ws.call('failure.make', {'code': name, 'delay': 1})['error']
            problem = server.request('POST', '/api/v1/failures', {'code': name}).json()
            assert error['code'] == number and error['data'] == problem and error['message'] == problem['detail'], error


def test_what_is_no_request():
    with door.Server() as server, WebSocket(server) as ws:
        for message, code, number in ((b'', -32700, None), (b'{', -32700, None), (b'nonsense', -32700, None), (b"{'a':1}", -32700, None),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get"}x', -32700, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"id":6,"method":"stats.get"}', -32700, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get",}', -32700, 5),
                                      (b'[' * 100 + b']' * 100, -32700, None), (b'1', -32600, None), (b'"x"', -32600, None), (b'null', -32600, None),
                                      (b'[]', -32600, None), (b'[{"jsonrpc":"2.0","id":5,"method":"stats.get"}]', -32600, None),
                                      (b'{}', -32600, None), (b'{"jsonrpc":"2.0","id":5}', -32600, 5), (b'{"id":5,"method":"stats.get"}', -32600, 5),
                                      (b'{"jsonrpc":"1.0","id":5,"method":"stats.get"}', -32600, None),
                                      (b'{"jsonrpc":2.0,"id":5,"method":"stats.get"}', -32600, None),
                                      (b'{"jsonrpc":"2.0","id":5,"method":7}', -32600, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get","params":[]}', -32602, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get","params":null}', -32600, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get","extra":1}', -32600, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats\\u0000.get"}', -32600, 5),
                                      (b'{"jsonrpc":"2.0","id":null,"method":"stats.get"}', -32600, None),
                                      (b'{"jsonrpc":"2.0","id":1.5,"method":"stats.get"}', -32600, None),
                                      (b'{"jsonrpc":"2.0","id":[1],"method":"stats.get"}', -32600, None),
                                      (b'{"jsonrpc":"2.0","id":9007199254740992,"method":"stats.get"}', -32600, None),
                                      (b'{"jsonrpc":"2.0","id":"' + b'x' * 129 + b'","method":"stats.get"}', -32600, None),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get","timeout_ms":0}', -32600, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get","credit":0}', -32600, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get","after":-1}', -32600, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"tick.watch","credit":1000001}', -32602, 5),
                                      (b'{"jsonrpc":"2.0","id":5,"method":"stats.get","after":1}', -32602, 5)):
            ws.send(message)
            answer = ws.recv()
            assert (answer['error']['code'], answer['id']) == (code, number), (message, answer)
            assert answer['error']['data']['code'] == 'INVALID_ARGUMENT'
        assert ws.result('stats.get') == {'cancelled': 0, 'running': 0}


def test_ids():
    with door.Server() as server, WebSocket(server) as ws:
        for text, echoed in ((b'1', 1), (b'-9007199254740991', -9007199254740991), (b'"a"', 'a'), (b'""', ''), (b'"1"', '1'), (b'0', 0),
                             (b'"\\u0061\\n\\u0000\\ud83c\\udf4c"', 'a\n\0🍌'), (b'"' + b'x' * 128 + b'"', 'x' * 128)):
            ws.send(b'{"jsonrpc":"2.0","method":"stats.get","id":' + text + b'}')
            assert ws.recv()['id'] == echoed
        # One that is still running may not be used again, however it is written; once it has ended it may.
        ws.send({**ANSWER, 'id': 'a', 'method': 'sleeper.sleep'})
        ws.send(b'{"jsonrpc":"2.0","id":"\\u0061","method":"stats.get"}')
        answer = ws.recv()
        assert answer['id'] is None and answer['error']['code'] == -32600, answer
        ws.send({**ANSWER, 'method': '$/cancel', 'params': {'id': 'a'}})
        answer = ws.recv()
        assert answer['id'] == 'a' and answer['error']['data']['code'] == 'CANCELLED', answer
        ws.send({**ANSWER, 'id': 'a', 'method': 'stats.get'})
        assert ws.recv()['result'] == {'cancelled': 1, 'running': 0}


def test_notifications():
    with door.Server() as server, WebSocket(server) as ws:
        ws.send({**ANSWER, 'method': 'thing.create', 'params': {'name': 'quiet'}})
        ws.send({**ANSWER, 'method': 'thing.create', 'params': {'name': 'quiet'}})
        ws.send({**ANSWER, 'method': 'no.such'})
        ws.send({**ANSWER, 'method': 'tick.watch', 'params': {'count': 1000}})
        ws.send({**ANSWER, 'method': '$/cancel', 'params': {'id': 77}})
        ws.send({**ANSWER, 'method': '$/cancel', 'params': {}})
        assert ws.result('thing.get', {'slug': 'quiet'})['revision'] == 1
        assert not ws.kept, ws.kept


def test_controls():
    with door.Server() as server, WebSocket(server) as ws:
        assert ws.error('$/cancel', {'id': 77}) == (-32005, 'NOT_FOUND')
        for method, params in (('$/cancel', {}), ('$/cancel', None), ('$/cancel', {'id': 1, 'more': 1}), ('$/cancel', {'id': 1, 'add': 1}),
                               ('$/credit', {'id': 1}), ('$/credit', {'id': 1, 'add': 0}), ('$/credit', {'id': 1, 'add': -5})):
            assert ws.error(method, params) == (-32602, 'INVALID_ARGUMENT'), (method, params)
        sleeper = ws.start('sleeper.sleep')
        assert ws.result('$/cancel', {'id': sleeper}) == {}
        assert ws.answer(sleeper)['error']['data']['code'] == 'CANCELLED'


def test_many_at_once():
    with door.Server('ws.max_calls=50') as server, WebSocket(server) as ws:
        slow = [ws.start('failure.make', {'code': 'ABORTED', 'delay': 300 - i * 5}) for i in range(49)]
        assert ws.result('stats.get')['running'] == 0
        sleeper = ws.start('sleeper.sleep')
        assert ws.error('stats.get') == (-32008, 'RESOURCE_EXHAUSTED')
        for number in reversed(slow):
            assert ws.answer(number)['error']['code'] == -32010
        assert ws.result('stats.get')['running'] == 1
        with WebSocket(server) as other:
            ws.close()
            try:
                ws.recv()
            except Closed as end:
                assert end.code == 1000
            door.wait_until(lambda: other.result('stats.get') == {'cancelled': 1, 'running': 0})
        assert sleeper == 51


def test_large_answers_and_requests():
    with door.Server() as server, WebSocket(server) as ws:
        note = 'ü' * 2000000
        assert ws.result('thing.create', {'name': 'big', 'note': note})['note'] == note
        for _ in range(3):
            ws.start('thing.get', {'slug': 'big'})
        for number in (ws.next_id - 2, ws.next_id - 1, ws.next_id):
            assert ws.answer(number)['result']['note'] == note


if __name__ == '__main__':
    sys.exit(door.run([v for k, v in list(globals().items()) if k.startswith('test_')]))
