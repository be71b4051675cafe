# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams as server-sent events: beginning, resuming, sharing, lagging, ending."""

import itertools
import socket
import sys
import threading
import time

import door

TICKS = '/api/v1/ticks'
MIB = 1024 * 1024


def read_all(server, path, **more):
    events = door.Events(server, path, **more)
    seen = list(events)
    events.close()
    return events, seen


def test_a_stream():
    with door.Server() as server:
        events, seen = read_all(server, TICKS + '?count=3')
        assert events.status == 200 and events.retry == 1000 and events.headers['cache-control'] == 'no-store'
        assert [e.get('id') for e in seen] == ['1', '2', '3', None]
        assert [e['event'] for e in seen] == ['item', 'item', 'item', 'end']
        assert [e['data']['number'] for e in seen[:3]] == [1, 2, 3] and seen[3]['data'] == {'cancelled': 0, 'running': 0}
        _, seen = read_all(server, TICKS + '?count=0')
        assert [e['event'] for e in seen] == ['end']
        _, seen = read_all(server, TICKS, method='POST', body={'count': 2, 'delay': 5})
        assert [e['event'] for e in seen] == ['item', 'item', 'end']
        with server.connect() as s:  # HTTP/1.0 knows no chunks
            s.sendall(b'GET /api/v1/ticks HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\n\r\n')
            f = s.makefile('rb')
            status, headers = door.read_head(f)
            assert status == 200 and 'transfer-encoding' not in headers and f.read().count(b'event: item') == 3


def test_one_connection_for_many_streams():
    ask = b'GET /api/v1/ticks?count=2 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\n'
    with door.Server() as server, server.connect() as s:
        file = s.makefile('rb')
        for _ in range(5):
            s.sendall(ask + b'Accept: text/event-stream\r\n\r\n')
            status, headers = door.read_head(file)
            assert status == 200 and 'connection' not in headers, headers
            assert b''.join(door.read_chunks(file)).count(b'event: item') == 2
            s.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')  # and plain answers in between
            status, headers = door.read_head(file)
            assert status == 200 and file.read(int(headers['content-length'])) == b'{"status":"ok"}'
        s.sendall(ask + b'Accept: text/event-stream\r\nConnection: close\r\n\r\n')
        status, headers = door.read_head(file)
        assert status == 200 and headers['connection'] == 'close'
        assert b''.join(door.read_chunks(file)).count(b'event: end') == 1
        assert file.read() == b''


def test_request_that_comes_before_the_stream_ends():
    ask = b'GET /api/v1/ticks?count=3&delay=20 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\n\r\n'
    with door.Server() as server, server.connect() as s:
        file = s.makefile('rb')
        s.sendall(ask)
        assert door.read_head(file)[0] == 200
        s.sendall(ask)
        assert b''.join(door.read_chunks(file)).count(b'event: item') == 3
        assert door.read_head(file)[0] == 200
        assert b''.join(door.read_chunks(file)).count(b'event: item') == 3


def test_tokens_come_as_runs():
    with door.Server() as server:
        _, seen = read_all(server, '/api/v1/tokens?count=20000')
        items = [e for e in seen if e['event'] == 'item']
        assert ''.join(e['data']['text'] for e in items) == 'token ' * 20000
        assert items[-1]['id'] == '20000' and len(items) < 100, len(items)


def test_as_a_whole():
    with door.Server() as server:
        for accept in ('application/json', 'application/json, text/html;q=0.5'):
            answer = server.request('GET', TICKS + '?count=3&delay=5', headers={'Accept': accept})
            assert answer.status == 200 and answer.headers['content-type'] == 'application/json'
            assert [t['number'] for t in answer.json()['items']] == [1, 2, 3] and answer.json()['running'] == 0
        answer = server.request('GET', TICKS + '?fail=DATA_LOSS', headers={'Accept': 'application/json'})
        assert (answer.status, answer.code()) == (500, 'DATA_LOSS')
        events, _ = read_all(server, TICKS, headers={'Accept': 'application/json, text/event-stream'})
        assert events.headers['content-type'] == 'text/event-stream'


def test_long_streams_do_not_hold_up_others():
    """While a stream whose items are all there goes to a reader that takes all of them at once, a call is answered before its end."""
    total, read = 300 * 100000, 0

    def read_on(sock):
        nonlocal read
        while data := sock.recv(1 << 16):
            read += len(data)

    with door.Server() as server, server.connect() as s:
        s.sendall(door.make_request('GET', TICKS + '?count=300&size=100000'))
        read += len(s.recv(1 << 16))
        reader = threading.Thread(target=read_on, args=(s,))
        reader.start()
        assert server.request('GET', '/api/v1/stats').status == 200
        before = read
        reader.join()
        assert read > total and before < 0.9 * read, (before, read)


def test_failures():
    with door.Server() as server:
        for query in ('count=x', 'count=-1', 'after=-1', 'nope=1'):
            answer = server.request('GET', f'{TICKS}?{query}')
            assert (answer.status, answer.code()) == (400, 'INVALID_ARGUMENT'), answer
        for delay in (0, 50):  # what fails before the first item has a status of its own
            answer = server.request('GET', f'{TICKS}?count=0&fail=NOT_FOUND&delay={delay}')
            assert (answer.status, answer.code()) == (404, 'NOT_FOUND'), answer
        for delay in (0, 5):
            _, seen = read_all(server, f'{TICKS}?count=2&fail=NOT_FOUND&delay={delay}')
            assert [e['event'] for e in seen] == ['item', 'item', 'error']
            assert 'id' not in seen[2] and seen[2]['data']['code'] == 'NOT_FOUND' and seen[2]['data']['status'] == 404


def test_beginning_and_heartbeats():
    with door.Server('rest.begin_wait=100', 'rest.heartbeat=50', 'rest.retry=77') as server:
        begin = time.monotonic()
        events = door.Events(server, TICKS + '?count=1&delay=600')
        assert time.monotonic() - begin < 0.5, 'it did not begin before its first item'
        seen = list(events)
        assert [e['event'] for e in seen] == ['item', 'end'] and events.retry == 77
        assert 4 <= events.comments <= 12, events.comments
        events.close()
        events, _ = read_all(server, TICKS + '?count=40&delay=10')
        assert events.comments <= 2, 'a stream that speaks needs no heartbeat'


def read_some(server, path, last, numbers):
    """Reads up to 13 items on from last; gives the id of the last one, or None when the stream has ended."""
    events = door.Events(server, path, headers={'Last-Event-ID': last} if last else {})
    try:
        for event in events:
            if event['event'] == 'end':
                return None
            numbers.append(event['data']['number'])
            last = event['id']
            if len(numbers) % 13 == 0:
                break
        return last
    finally:
        events.close()


def test_resuming_exactly_once():
    with door.Server() as server:
        numbers, last, rounds = [], '0', 0
        while last is not None:
            last = read_some(server, TICKS + '?count=60&delay=5', last, numbers)
            rounds += 1
        assert numbers == list(range(1, 61)) and rounds > 3, (numbers, rounds)
        _, seen = read_all(server, TICKS + '?count=5&after=3')
        assert [e.get('id') for e in seen] == ['4', '5', None]
        _, seen = read_all(server, TICKS + '?count=5&after=1', headers={'Last-Event-ID': '4'})
        assert [e.get('id') for e in seen] == ['5', None], 'what the client has last counts, not where it first began'
        _, seen = read_all(server, TICKS + '?count=5', headers={'Last-Event-ID': '5'})
        assert [e['event'] for e in seen] == ['end']
        for value in ('x', '-1', '1.5', '99999999999999999999'):
            assert server.request('GET', TICKS, headers={'Last-Event-ID': value}).status == 400, value
        assert server.request('GET', '/api/v1/stats', headers={'Last-Event-ID': 'x'}).status == 200


def test_two_read_one_call():
    with door.Server() as server:
        path = '/api/v1/shared-ticks?count=50&delay=5'
        first = door.Events(server, path)
        early = []
        for event in first:
            early.append(event)
            if len(early) == 10:
                break
        second = door.Events(server, path)
        third = door.Events(server, path, headers={'Last-Event-ID': '20'})
        all_three = [early + list(first), list(second), list(third)]
        for events in (first, second, third):
            events.close()
        items = [[(e['id'], e['data']['text']) for e in seen if e['event'] == 'item'] for seen in all_three]
        assert [n for n, _ in items[0]] == [str(n) for n in range(1, 51)]
        assert items[1] == items[0] and items[2] == items[0][20:]


def test_client_that_vanishes():
    with door.Server() as server:
        for headers in ({}, {'Accept': 'application/json'}):
            before = server.request('GET', '/api/v1/stats').json()['cancelled']
            s = server.connect()
            s.sendall(door.make_request('GET', TICKS + '?count=100000&delay=10', headers=headers))
            time.sleep(0.1)
            assert server.request('GET', '/api/v1/stats').json()['running'] == 1
            s.close()
            door.wait_until(lambda: server.request('GET', '/api/v1/stats').json() == {'cancelled': before + 1, 'running': 0})
        s = server.connect()
        s.sendall(door.make_request('POST', '/api/v1/sleepers'))
        time.sleep(0.1)
        s.close()
        door.wait_until(lambda: server.request('GET', '/api/v1/stats').json()['running'] == 0)


def test_reader_that_only_lags():
    with door.Server() as server:
        read_all(server, TICKS + '?count=10&size=1000')
        before = server.rss()
        with server.connect() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            events = door.Events(server, TICKS + '?count=400&size=100000', sock=s)  # 40 MB, which the call's log holds once
            time.sleep(0.5)
            grown = server.rss() - before
            assert grown < (55 if not door.is_sanitized() else 150) * MIB, grown
            assert server.request('GET', '/healthz').status == 200
            seen = list(events)
            assert [e.get('id') for e in seen] == [str(n) for n in range(1, 401)] + [None]
            assert all(len(e['data']['text']) == 100000 for e in seen[:-1])


def test_reader_that_lags_behind_a_small_limit():
    with door.Server('rest.max_pending=1024') as server:
        for size in (4, 3000, 100000):
            with server.connect() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
                events = door.Events(server, f'{TICKS}?count={4000000 // max(size, 1000)}&size={size}', sock=s)
                time.sleep(0.3)
                seen = list(events)
                assert seen[-1]['event'] == 'end'
                assert [int(e['id']) for e in seen[:-1]] == list(range(1, 4000000 // max(size, 1000) + 1))


def open_live(server, number, **more):
    streams = [door.Events(server, '/api/v1/live-ticks', **more) for _ in range(number)]
    door.wait_until(lambda: server.request('GET', '/api/v1/stats').json()['running'] == number)
    return streams


def test_many_follow_one_log():
    with door.Server('rest.begin_wait=10') as server:
        streams = open_live(server, 100)
        readers = [iter(events) for events in streams]
        for count, size in ((1, 100), (70, 100), (3, 70000)):  # one item, more than frames are kept, frames too large to be kept
            assert server.request('POST', '/api/v1/live-ticks', {'count': count, 'size': size}).status == 200
            wanted = None
            for reader in readers:
                seen = [(e['id'], e['data']['number'], len(e['data']['text'])) for e in itertools.islice(reader, count)]
                wanted = wanted or seen
                assert seen == wanted and len(seen) == count and {s for _, _, s in seen} == {size}
        for events in streams:
            events.close()
        door.wait_until(lambda: server.request('GET', '/api/v1/stats').json() == {'cancelled': 100, 'running': 0})


def test_items_that_piled_up_go_out_together():
    with door.Server('rest.begin_wait=10') as server:
        events, = open_live(server, 1)
        assert server.request('POST', '/api/v1/live-ticks', {'count': 50, 'size': 10}).status == 200
        chunks = door.read_chunks(events.file)
        next(chunks)  # retry
        assert next(chunks).count(b'event: item') == 50
        events.close()


def test_clients_that_never_read():
    with door.Server('rest.begin_wait=10') as server:
        streams = []
        for _ in range(20):
            sock = server.connect()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            streams.append(door.Events(server, '/api/v1/live-ticks', sock=sock))
        door.wait_until(lambda: server.request('GET', '/api/v1/stats').json()['running'] == 20)
        before = server.rss()
        for _ in range(30):  # 30 MB, which the log of the test holds once
            assert server.request('POST', '/api/v1/live-ticks', {'count': 10, 'size': 100000}).status == 200
        grown = server.rss() - before
        assert grown < (55 if not door.is_sanitized() else 150) * MIB, grown
        for events in streams:
            events.close()


def test_stop_while_nobody_reads():
    with door.Server('rest.begin_wait=10', 'http.drain_time=100') as server:
        deaf, = open_live(server, 1)
        deaf.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        assert server.request('POST', '/api/v1/live-ticks', {'count': 200, 'size': 100000}).status == 200
        server.tell('stop')
        assert server.process.stdout.readline() == 'stopped\n'
        deaf.close()


def test_many_streams():
    with door.Server() as server:
        streams = [door.Events(server, TICKS + '?count=30&delay=10') for _ in range(200)]
        for events in streams:
            assert [int(e['id']) for e in events if e['event'] == 'item'] == list(range(1, 31))
            events.close()
        door.wait_until(lambda: server.descriptors() < 20)


sys.exit(door.run([test_a_stream, test_one_connection_for_many_streams, test_request_that_comes_before_the_stream_ends,
                   test_tokens_come_as_runs, test_as_a_whole, test_failures, test_beginning_and_heartbeats,
                   test_resuming_exactly_once, test_two_read_one_call, test_client_that_vanishes, test_reader_that_only_lags,
                   test_reader_that_lags_behind_a_small_limit, test_many_follow_one_log,
                   test_items_that_piled_up_go_out_together, test_long_streams_do_not_hold_up_others, test_clients_that_never_read,
                   test_stop_while_nobody_reads, test_many_streams]))
