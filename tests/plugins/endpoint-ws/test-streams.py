# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams over a WebSocket: items, credits, resuming, giving up, fairness, lagging."""

import sys

import door
from websocket import WebSocket, quiet

MIB = 1 << 20


def numbers(items):
    return [i['number'] for i in items]


def test_a_stream():
    with door.Server() as server, WebSocket(server) as ws:
        call = ws.start('tick.watch', {'count': 3})
        assert ws.answer(call)['result'] == {'cancelled': 0, 'running': 0}
        items = ws.items(call)
        assert numbers(items) == [1, 2, 3] and items[0]['item']['text'] == 'bbbb' and items[0]['item']['number'] == 1
        call = ws.start('tick.send', {'count': 2, 'delay': 5, 'fail': 'DATA_LOSS'})
        assert ws.answer(call)['error']['data']['code'] == 'DATA_LOSS'
        assert numbers(ws.items(call)) == [1, 2]
        call = ws.start('tick.watch', {'count': 0})
        assert ws.answer(call)['result'] and not ws.items(call)


def test_tokens_come_as_runs():
    with door.Server() as server, WebSocket(server) as ws:
        call = ws.start('tick.say', {'count': 20000})
        ws.answer(call)
        items = ws.items(call)
        assert ''.join(i['item']['text'] for i in items) == 'token ' * 20000
        assert items[-1]['number'] == 20000 and len(items) < 100
        # However much piles up, no message is beyond what clients take.
        call = ws.start('tick.say', {'count': 100000})
        ws.answer(call)
        texts = [i['item']['text'] for i in ws.items(call)]
        assert ''.join(texts) == 'token ' * 100000 and max(len(t) for t in texts) <= 64 * 1024


def test_credits():
    with door.Server('ws.credit=4') as server, WebSocket(server) as ws:
        call = ws.start('tick.watch', {'count': 10})
        assert numbers(m['params'] for m in (ws.recv() for _ in range(4))) == [1, 2, 3, 4]
        assert ws.result('stats.get') and not ws.items(call) and quiet(ws.sock)
        assert ws.result('$/credit', {'id': call, 'add': 2}) == {}
        assert numbers(m['params'] for m in (ws.recv() for _ in range(2))) == [5, 6]
        assert quiet(ws.sock)
        ws.send({'jsonrpc': '2.0', 'method': '$/credit', 'params': {'id': call, 'add': 1000}})
        assert ws.answer(call)['result'] and numbers(ws.items(call)) == [7, 8, 9, 10]
        # The end needs no credit of its own, and comes when the last item is through.
        call = ws.start('tick.watch', {'count': 4})
        assert ws.answer(call)['result'] and len(ws.items(call)) == 4
        call = ws.start('tick.watch', {'count': 10}, credit=10)
        assert ws.answer(call)['result'] and len(ws.items(call)) == 10
        call = ws.start('tick.watch', {'count': 3, 'delay': 10}, credit=1)
        assert ws.recv()['params']['number'] == 1
        assert ws.result('$/credit', {'id': call, 'add': 1}) == {} and ws.recv()['params']['number'] == 2
        ws.result('$/credit', {'id': call, 'add': 1})
        assert ws.answer(call)['result'] and numbers(ws.items(call)) == [3]
        # One that stands still is given up like any other.
        call = ws.start('tick.watch', {'count': 1000, 'delay': 1}, credit=1)
        ws.recv()
        ws.result('$/cancel', {'id': call})
        ws.result('$/credit', {'id': call, 'add': 1000})
        assert ws.answer(call)['error']['data']['code'] == 'CANCELLED'


def test_resuming():
    with door.Server() as server:
        with WebSocket(server) as ws:
            ws.start('tick.share', {'count': 300, 'delay': 5})
            seen = [ws.recv()['params'] for _ in range(10)]
        with WebSocket(server) as ws:
            call = ws.start('tick.share', {'count': 300, 'delay': 1}, after=seen[-1]['number'], credit=1000)
            ws.answer(call)
            seen += ws.items(call)
        assert numbers(seen) == list(range(1, 301))
        with WebSocket(server) as ws:
            for after in (5, 0):
                call = ws.start('tick.watch', {'count': 8, 'after': 1}, after=after)
                ws.answer(call)
                assert numbers(ws.items(call)) == list(range(after + 1, 9))
            assert ws.error('thing.list', {}, after=3) == (-32602, 'INVALID_ARGUMENT')


def test_many_streams_on_one_socket():
    with door.Server('ws.max_pending=20000', 'ws.credit=100000') as server, WebSocket(server) as ws:
        calls = [ws.start('tick.watch', {'count': 300, 'size': 1000}) for _ in range(20)]
        order = []
        while len(order) < 20 * 300:
            message = ws.recv()
            if 'method' in message:
                order.append(message['params']['call'])
                ws.kept.append(message)
        for call in calls:
            assert numbers(ws.items(call)) == list(range(1, 301))


def test_long_streams_do_not_hold_up_others():
    """While one stream fills all that a slow reader takes, another call is answered long before its end."""
    with door.Server('ws.credit=100000') as server, WebSocket(server) as ws:
        long = ws.start('tick.watch', {'count': 300, 'size': 100000})
        ws.recv()
        other = ws.start('tick.watch', {'count': 3})
        ws.answer(other)
        before = len(ws.items(long))
        assert before < 290, before
        ws.answer(long)
        assert before + len(ws.items(long)) == 299


def test_a_full_socket_is_heard():
    """A stream without end that fills all that its client takes can still be given up."""
    with door.Server('ws.credit=1000000') as server, WebSocket(server) as ws:
        endless = ws.start('tick.share', {'count': 1000000, 'size': 100000, 'delay': 1})
        for _ in range(200):
            ws.recv()
        ws.send({'jsonrpc': '2.0', 'method': '$/cancel', 'params': {'id': endless}})
        assert ws.answer(endless)['error']['data']['code'] == 'CANCELLED'


def test_closing_gives_up():
    with door.Server() as server, WebSocket(server) as other:
        with WebSocket(server) as ws:
            for _ in range(5):
                ws.start('tick.watch', {'count': 100000, 'delay': 1})
            for _ in range(20):
                ws.recv()
            assert other.result('stats.get')['running'] == 5
        door.wait_until(lambda: other.result('stats.get') == {'cancelled': 5, 'running': 0})


def test_subscribers_that_never_read():
    """Fifty of one log, none of which reads: the log is held once, and nothing piles up for them."""
    with door.Server() as server, WebSocket(server) as ws:
        lazy = [WebSocket(server) for _ in range(50)]
        for other in lazy:
            other.start('tick.share', {'count': 2000, 'size': 10000, 'delay': 1}, credit=1000000)
        call = ws.start('tick.share', {'count': 2000, 'size': 10000, 'delay': 1}, credit=1000000)
        ws.answer(call)
        assert numbers(ws.items(call)) == list(range(1, 2001))
        held = server.rss() / MIB
        assert held < (140 if not door.is_sanitized() else 500), held   # 20 of the log, 50 x (256 KiB and a frame), and slack
        for other in lazy:
            other.drop()
        door.wait_until(lambda: ws.result('stats.get')['running'] == 0)


if __name__ == '__main__':
    sys.exit(door.run([v for k, v in list(globals().items()) if k.startswith('test_')]))
