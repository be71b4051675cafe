# SPDX-License-Identifier: LGPL-2.1-or-later
"""Too much, too slow, too many: each a clear refusal, and no memory taken."""

import socket
import sys
import time

import door

STATS = '/api/v1/stats'
MIB = 1024 * 1024


def make_head(path, *lines):
    head = [f'POST {path} HTTP/1.1', 'Host: localhost', f'Authorization: Bearer {door.TOKEN}', 'Content-Type: application/json', *lines]
    return '\r\n'.join(head).encode() + b'\r\n\r\n'


def test_declared_body_too_large():
    with door.Server() as server:
        for line in ('Content-Length: 104857600', 'Content-Length: 16777217', 'Content-Length: 999999999999999999'):
            for extra in ((), ('Expect: 100-continue',)):
                with server.connect() as s:
                    s.sendall(make_head('/api/v1/things', line, *extra))
                    answer = door.read_answer(s.makefile('rb'))
                    assert (answer.status, answer.code()) == (413, 'OUT_OF_RANGE'), answer
        assert server.request('GET', STATS).status == 200


def send_while_it_goes(s, piece, total):
    sent = 0
    try:
        while sent < total:
            s.sendall(piece)
            sent += len(piece)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return sent


def test_100_mb_are_not_kept():
    with door.Server() as server:
        server.request('GET', STATS)
        before = server.rss()
        for head, piece in ((make_head('/api/v1/things', 'Content-Length: 104857600'), b'x' * MIB),
                            (make_head('/api/v1/things', 'Transfer-Encoding: chunked'), b'100000\r\n' + b'x' * MIB + b'\r\n')):
            with server.connect() as s:
                s.sendall(head)
                send_while_it_goes(s, piece, 100 * MIB)
                answer = door.read_answer(s.makefile('rb'))
                assert answer.status == 413, answer
        assert server.rss() - before < (40 if not door.is_sanitized() else 90) * MIB, (before, server.rss())  # a chunked body is kept up to the limit of 16 MiB
        with server.connect() as s:  # a client that reads before it has written all gets the answer too
            s.sendall(make_head('/api/v1/things', 'Content-Length: 104857600') + b'x' * 1000)
            assert door.read_answer(s.makefile('rb')).status == 413


def test_bodies_up_to_the_limit():
    with door.Server('http.max_body=100000') as server:
        def with_size(size):
            frame = b'{"name":"big","note":""}'
            return frame[:-2] + b'x' * (size - len(frame)) + b'"}'
        assert server.request('POST', '/api/v1/things', with_size(100000)).status == 201
        assert server.request('POST', '/api/v1/things', with_size(100001)).status == 413
        for size, status in ((100000, 409), (100001, 413)):
            with server.connect() as s:
                body = with_size(size)
                pieces = [body[i:i + 777] for i in range(0, len(body), 777)]
                s.sendall(make_head('/api/v1/things', 'Transfer-Encoding: chunked') +
                          b''.join(b'%x\r\n%s\r\n' % (len(p), p) for p in pieces) + b'0\r\n\r\n')
                assert door.read_answer(s.makefile('rb')).status == status, size


def test_all_bodies_together():
    with door.Server('http.max_body=1000000', 'http.max_bodies=1500000') as server:
        with server.connect() as first, server.connect() as second:
            for s in (first, second):
                s.sendall(make_head('/api/v1/things', 'Content-Length: 1000000') + b' ' * 900000)
            answers = []
            for s in (first, second):
                s.settimeout(0.5)
                try:
                    answers.append(door.read_answer(s.makefile('rb')).status)
                except TimeoutError:
                    answers.append(None)
            assert sorted(answers, key=str) == [503, None], answers
        body = b'{"name":"a","note":"' + b'x' * 900000 + b'"}'
        door.wait_until(lambda: server.request('POST', '/api/v1/things', body).status == 201)


def test_heads_too_large():
    with door.Server('http.max_headers=32768') as server:
        assert server.request('GET', STATS, headers={'X-Long': 'x' * 30000}).status == 200
        for headers in ({'X-Long': 'x' * 33000}, {f'X-{i}': 'y' * 20 for i in range(2000)}):
            answer = server.request('GET', STATS, headers=headers)
            assert (answer.status, answer.code()) == (431, 'OUT_OF_RANGE'), answer
        answer = server.request('GET', '/' + 'x' * 40000)
        assert answer.status == 431, answer
        with server.connect() as s:  # a line without end
            send_while_it_goes(s, b'x' * MIB, 20 * MIB)
            assert door.read_answer(s.makefile('rb')).status == 431
        with server.connect() as s:  # the limit holds for each head, not for a connection
            f = s.makefile('rb')
            for _ in range(5):
                s.sendall(door.make_request('POST', '/api/v1/call/stats.get', b'{}' + b' ' * 30000, {'X-Long': 'x' * 20000}))
                assert door.read_answer(f).status == 200


def test_small_limit_with_a_body_behind():
    with door.Server('http.max_headers=1024') as server:
        body = b'{"name":"a","note":"' + b'x' * 20000 + b'"}'
        assert server.request('POST', '/api/v1/things', body).status == 201
        assert server.request('POST', '/api/v1/things', body, {'X-Long': 'x' * 1000}).status == 431


def test_slow_heads():
    with door.Server('http.header_timeout=300') as server:
        begin = time.monotonic()
        with server.connect() as s, server.connect() as silent:
            s.sendall(b'GET /api/v1/stats HTTP/1.1\r\n')
            f = s.makefile('rb')
            s.settimeout(5)
            for i in range(100):  # a line now and then does not help
                try:
                    s.sendall(b'X-%d: y\r\n' % i)
                except OSError:
                    break
                time.sleep(0.02)
                if time.monotonic() - begin > 1:
                    break
            answer = door.read_answer(f)
            assert (answer.status, answer.code()) == (408, 'DEADLINE_EXCEEDED'), answer
            assert silent.recv(100) == b''
        assert time.monotonic() - begin < 3
        assert server.request('GET', STATS).status == 200


def test_slow_bodies():
    with door.Server('http.body_timeout=300') as server:
        with server.connect() as s:
            s.sendall(make_head('/api/v1/things', 'Content-Length: 100') + b'{"name"')
            answer = door.read_answer(s.makefile('rb'))
            assert answer.status == 408, answer
        assert server.request('GET', STATS).status == 200


def test_idle_connections():
    with door.Server('http.idle_timeout=300', 'http.header_timeout=5000') as server:
        count = server.settled_descriptors()
        with server.connect() as s:
            f = s.makefile('rb')
            for _ in range(3):
                s.sendall(door.make_request('GET', STATS))
                assert door.read_answer(f).status == 200
                time.sleep(0.1)
            begin = time.monotonic()
            assert f.read() == b''
            assert 0.1 < time.monotonic() - begin < 2
        door.wait_until(lambda: server.descriptors() == count)


def test_answer_that_is_not_read():
    with door.Server('http.idle_timeout=500') as server:
        note = 'x' * 8000000
        assert server.request('POST', '/api/v1/things', {'name': 'big', 'note': note}).status == 201
        with server.connect() as s:  # read slowly, but read
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            s.sendall(door.make_request('GET', '/api/v1/things/big'))
            with s.makefile('rb') as f:
                status, headers = door.read_head(f)
                left = int(headers['content-length'])
                while left > 0:
                    left -= len(f.read(min(left, 400000)))
                    time.sleep(0.02)
            assert status == 200 and left == 0
        count = server.settled_descriptors()
        with server.connect() as s:  # not read at all
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            s.sendall(door.make_request('GET', '/api/v1/things/big'))
            time.sleep(0.2)
            assert server.descriptors() == count + 1
            door.wait_until(lambda: server.descriptors() == count)


def test_too_many_connections():
    with door.Server('http.max_connections=10') as server:
        count = server.settled_descriptors()
        idle = [server.connect() for _ in range(5)]
        for s in idle:
            s.sendall(door.make_request('GET', STATS))
            assert door.read_answer(s.makefile('rb')).status == 200
        busy = [server.connect() for _ in range(5)]
        for s in busy:
            s.sendall(door.make_request('POST', '/api/v1/sleepers'))
        door.wait_until(lambda: server.request('GET', STATS).json()['running'] == 5)  # an idle one makes room
        more = []
        statuses = []
        for _ in range(8):
            s = server.connect()
            s.sendall(door.make_request('POST', '/api/v1/sleepers'))
            s.settimeout(0.3)
            try:
                statuses.append(door.read_answer(s.makefile('rb')).status)
            except (TimeoutError, ConnectionResetError):
                statuses.append(None)
            more.append(s)
        assert 503 in statuses, statuses
        for s in idle + busy + more:
            s.close()
        door.wait_until(lambda: server.descriptors() == count)
        assert server.request('GET', STATS).json()['cancelled'] >= 5


sys.exit(door.run([test_declared_body_too_large, test_100_mb_are_not_kept, test_bodies_up_to_the_limit, test_all_bodies_together,
                   test_heads_too_large, test_small_limit_with_a_body_behind, test_slow_heads, test_slow_bodies,
                   test_idle_connections, test_answer_that_is_not_read, test_too_many_connections]))
