# SPDX-License-Identifier: LGPL-2.1-or-later
"""Request lines and heads as nobody means well writes them, over a real socket: each is refused clearly, and the next client is served."""

import socket
import sys

import door

OK_AFTER = ('GET', '/api/v1/things/known')
LONG = 64 * 1024

# What stands between the verb and the version: the statuses that are fair. A refusal by the transport or by the endpoint is as good.
TARGETS = (
    (b'/api/v1/things/a%00b', {400}),
    (b'/api/v1/things/%00', {400}),
    (b'/api/v1/things/a\x00b', {400}),
    (b'/api/v1/things/a%2fb', {400, 404}),
    (b'/api/v1/things/..%2f..%2fetc%2fpasswd', {400}),
    (b'/api/v1/things/%2e%2e', {400}),
    (b'/api/v1/things/%c0%af', {400}),
    (b'/api/v1/things/%c0%80', {400}),
    (b'/api/v1/things/%e0%80%af', {400}),
    (b'/api/v1/things/%f8%88%80%80%80', {400}),
    (b'/api/v1/things/%ed%a0%80', {400}),
    (b'/api/v1/things/%ff', {400}),
    (b'/api/v1/things/\xff\xfe', {400}),
    (b'/api/v1/things/%zz', {400}),
    (b'/api/v1/things/%', {400}),
    (b'/api/v1/things/%4', {400}),
    (b'/api/v1/things/%u0041', {400}),
    (b'/api/v1/things/%2500', {404}),
    (b'/api/v1/things/%27%3B%20DROP%20TABLE%20things%3B--', {404}),
    (b'/api/v1//things', {400, 404}),
    (b'//api/v1/things', {400, 404}),
    (b'//things', {400, 404}),
    (b'/api/v1/things/..', {400}),
    (b'/api/v1/../../../../etc/passwd', {400}),
    (b'/api/v1/%2e%2e/%2e%2e/etc/passwd', {400}),
    (b'/../../../etc/passwd', {400}),
    (b'/api/v1/things;x=1', {404}),
    (b'/api/v1/things/known/', {400, 404}),
    (b'api/v1/things', {400, 404}),
    (b'*', {400, 404, 405}),
    (b'http://evil.example/api/v1/things', {400, 403, 404}),
    (b'http://[/', {400}),
    (b'/api/v1/things?limit=%00', {400}),
    (b'/api/v1/things?limit=1%20', {400}),
    (b'/api/v1/things?limit=+1', {400}),
    (b'/api/v1/things?limit=1%0a', {400}),
    (b'/api/v1/things?limit=%zz', {400}),
    (b'/api/v1/things?limit=%c0%b1', {400}),
    (b'/api/v1/things?%6cimit=1&limit=2', {400}),
    (b'/api/v1/things?limit=1&limit=2', {400}),
    (b'/api/v1/things?limit=1&limit=', {400}),
    (b'/api/v1/things?limit', {400}),
    (b'/api/v1/things?limit=0x10', {400}),
    (b'/api/v1/things?limit=99999999999999999999', {400}),
    (b'/api/v1/things?=1', {400}),
    (b'/api/v1/things?__proto__=1', {400}),
    (b'/api/v1/things?cursor=' + b'x' * 101, {400}),
    (b'/api/v1/things?cursor=' + b'x' * LONG, {400, 414, 431}),
    (b'/api/v1/things?' + b'&' * LONG, {400, 414, 431}),
    (b'/api/v1/things?' + b'limit=1&' * (LONG // 8), {400, 414, 431}),
    (b'/' + b'a/' * (LONG // 2), {400, 404, 414, 431}),
    (b'/api/v1/things/' + b'%41' * 4000, {400, 404, 414, 431}),
)

# Paths that would lead to what is there if dots were taken away: who stands before us may read them otherwise.
DOTTED = (
    b'/api/v1/../v1/things', b'/api/v1/./things', b'/api/v1/things/%2e%2e/things', b'/%2e%2e/%2E./api/v1/things', b'/api/v1/things/.',
    b'/api/v1/things/known/..', b'/api/v1/things/known/%2E', b'/api/v1/things/known/..?limit=1', b'/api/v1/things/known/.%2e#x',
    b'http://localhost/api/v1/../v1/things', b'/api/v1/..%2fv1/things',
)
PLAIN = (b'/api/v1/things/known?name=/../', b'/api/v1/things/...', b'/api/v1/things/.known', b'/api/v1/things/..known')

HEADS = (
    b'GET /api/v1/things HTTP/1.1\r\nHost: localhost\r\n' + b''.join(b'X-%d: y\r\n' % i for i in range(20000)) + b'\r\n',
    b'GET /api/v1/things HTTP/1.1\r\nHost: localhost\r\nX: ' + b'y' * 1000000 + b'\r\n\r\n',
    b'GET /api/v1/things HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
    b'GET /api/v1/things HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    b'GET /api/v1/things HTTP/1.1\r\n\r\n',
    b'GET /api/v1/things HTTP/9.9\r\nHost: localhost\r\n\r\n',
    b'GET  /api/v1/things  HTTP/1.1\r\nHost: localhost\r\n\r\n',
    b'GET /api/v1/things\r\n\r\n',
    b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + b'x' * 40 + b'\r\n\r\n',
    b'A' * 100000 + b'\r\n\r\n',
    b'POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    b'POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    b'POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n',
)


def send_raw(server, data):
    """The status of the answer, its head and its body; None when the connection was only closed."""
    with server.connect() as s:
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent; the answer is there all the same
        try:
            answer = door.read_answer(s.makefile('rb'))
        except (AssertionError, ConnectionResetError):
            return None
    return answer


def check_alive(server):
    answer = server.request(*OK_AFTER)
    assert answer.status == 200 and answer.json()['name'] == 'known', answer


def test_targets():
    with door.Server() as server:
        assert server.request('POST', '/api/v1/things', {'name': 'known'}).status == 201
        for target, statuses in TARGETS:
            head = b' HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ' + door.TOKEN.encode() + b'\r\n\r\n'
            with server.connect() as s:
                s.sendall(b'GET ' + target + head)
                answer = door.read_answer(s.makefile('rb'))
            assert answer.status in statuses, (target[:80], answer)
            answer.code()  # a problem document
            assert len(answer.body) < 2000, 'a refusal does not repeat all that it refuses'
            assert b'/etc/passwd' not in answer.body and b'root:' not in answer.body, answer
            check_alive(server)
        assert [t['name'] for t in server.request('GET', '/api/v1/things').json()['items']] == ['known']


def test_dots():
    """However the bytes of the request come: whole or one by one."""
    with door.Server() as server:
        assert server.request('POST', '/api/v1/things', {'name': 'known'}).status == 201
        for target in DOTTED:
            for token in (door.TOKEN, 'wrong'):
                answer = server.request('GET', target.decode(), token=token)
                assert answer.status == 400 and b'dotted' in answer.body, (target, token, answer)
            with server.connect() as s:
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for byte in b'\r\nGET ' + target:
                    s.send(bytes((byte,)))
                s.send(b' HTTP/1.1\r\n')
                answer = door.read_answer(s.makefile('rb'))
                assert answer.status == 400 and b'dotted' in answer.body, (target, answer)
        for target in PLAIN:
            assert b'dotted' not in server.request('GET', target.decode()).body
        check_alive(server)


def test_dots_in_a_pipeline():
    with door.Server() as server:
        assert server.request('POST', '/api/v1/things', {'name': 'known'}).status == 201
        head = b' HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ' + door.TOKEN.encode() + b'\r\n'
        known, things, dotted = (b'GET /api/v1/things' + t + head + b'\r\n' for t in (b'/known', b'', b'/../things'))
        post = b'POST /api/v1/things' + head + b'Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{"name":"next"}'
        for first in (known, things, post):
            with server.connect() as s:
                s.sendall(first + things + dotted)
                stream = s.makefile('rb')
                assert door.read_answer(stream).status in (200, 201)
                assert door.read_answer(stream).status == 200
                answer = door.read_answer(stream)
                assert answer.status == 400 and b'dotted' in answer.body, answer
        check_alive(server)


def test_heads():
    with door.Server() as server:
        assert server.request('POST', '/api/v1/things', {'name': 'known'}).status == 201
        before = server.rss()
        for head in HEADS:
            answer = send_raw(server, head)
            assert answer is None or 400 <= answer.status <= 505, (head[:80], answer)
            check_alive(server)
        if not door.is_sanitized():
            assert server.rss() - before < 8 * 1024 * 1024, 'a flood is not kept'


sys.exit(door.run([test_targets, test_dots, test_dots_in_a_pipeline, test_heads]))
