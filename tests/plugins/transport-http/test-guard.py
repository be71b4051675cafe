# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a request must be like: its host, its origin, its path and its form."""

import sys

import door

STATS = '/api/v1/stats'


def test_health():
    with door.Server() as server:
        for path in ('/healthz', '/readyz'):
            assert server.request('GET', path, token=None).json() == {'status': 'ok'}
            assert server.request('HEAD', path, token=None).status == 200
            answer = server.request('POST', path, {}, token=None)
            assert answer.status == 405 and answer.headers['allow'] == 'GET, HEAD', answer
        server.tell('ready 0')
        door.wait_until(lambda: server.request('GET', '/readyz', token=None).status == 503)
        assert server.request('GET', '/readyz').headers['retry-after'] == '1'
        assert server.request('GET', '/healthz').status == 200


def test_unknown_paths():
    with door.Server() as server:
        for path in ('/', '/api', '/api/v2/things', '/api/v1things', '/healthz/x'):
            answer = server.request('GET', path)
            assert (answer.status, answer.code()) == (404, 'NOT_FOUND'), (path, answer)


def test_hosts():
    with door.Server('http.allowed_hosts=bots.example.org, other.example') as server:
        for host in ('localhost', 'LOCALHOST:80', '127.0.0.1', '127.0.0.9:1', '[::1]', '[::1]:7717', 'bots.example.org', 'Other.Example:9'):
            answer = server.request('GET', STATS, headers={'Host': host})
            assert answer.status == 200, (host, answer)
        for host in ('evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', '0x7f000001', 'x@evil.example'):
            answer = server.request('GET', STATS, headers={'Host': host})
            assert (answer.status, answer.code()) == (403, 'PERMISSION_DENIED'), (host, answer)
        assert server.request('GET', 'http://evil.example' + STATS).status == 403
        assert server.request('GET', STATS, headers={'Host': None}).status == 400
        assert server.request('POST', '/api/v1/things', {'name': 'x'}, headers={'Host': 'evil.example'}).status == 403
        assert server.request('GET', '/healthz', headers={'Host': 'evil.example'}).status == 403


def test_origins():
    with door.Server() as server:
        same = {'Host': f'localhost:{server.port}', 'Origin': f'http://localhost:{server.port}'}
        answer = server.request('GET', STATS, headers=same)
        assert answer.status == 200 and 'access-control-allow-origin' not in answer.headers
        for origin in ('http://evil.example', 'null', f'http://localhost:{server.port + 1}', 'ftp://localhost', 'localhost', ''):
            answer = server.request('GET', STATS, headers={'Origin': origin})
            assert (answer.status, answer.code()) == (403, 'PERMISSION_DENIED'), (origin, answer)
        answer = server.request('OPTIONS', STATS, headers={'Origin': 'http://evil.example', 'Access-Control-Request-Method': 'GET'})
        assert answer.status == 403 and 'access-control-allow-origin' not in answer.headers


def test_cors_when_set():
    with door.Server('http.cors_origins=https://page.example') as server:
        headers = {'Origin': 'https://page.example', 'Access-Control-Request-Method': 'PATCH'}
        answer = server.request('OPTIONS', STATS, headers=headers, token=None)
        assert answer.status == 204 and 'PATCH' in answer.headers['access-control-allow-methods'], answer
        assert answer.headers['access-control-allow-origin'] == 'https://page.example'
        assert 'Authorization' in answer.headers['access-control-allow-headers']
        answer = server.request('GET', STATS, headers={'Origin': 'https://page.example'})
        assert answer.status == 200 and answer.headers['access-control-allow-origin'] == 'https://page.example'
        assert answer.headers['vary'] == 'Origin'
        assert server.request('GET', STATS, headers={'Origin': 'https://page.example'}, token=None).status == 401
        assert server.request('GET', STATS, headers={'Origin': 'https://page.example.evil'}).status == 403


def test_path_tricks():
    with door.Server() as server:
        for path in ('/api//v1/stats', '//api/v1/stats', '/api/v1/things/..%2fstats', '/api/v1/things/%2e%2e%2fstats',
                     '/api/v1/things/x%2f..', '/api/v1/things/x%2f.%2fy', '/api/v1/things/%00', '/api/v1/things/a%0ab', '/api/v1/things/a%5cb',
                     '/api/v1/things/%7f', '/api/v1/things/%zz', '/api/v1/things/%4', '/api/v1/things/%'):
            answer = server.request('GET', path)
            assert (answer.status, answer.code()) == (400, 'INVALID_ARGUMENT'), (path, answer)
        for path in ('/api/v1/things/...', '/api/v1/things/.hidden', '/api/v1/things/a..b', '/api/v1/things/%2fetc%2fpasswd'):
            assert server.request('GET', path).status == 404, path
        for path in ('/api/v1/../v1/stats', '/api/v1/x/%2e%2e/stats', '/api/v1/./stats', '/api/v1/../../stats', '/api/v1/%2e%2e/stats',
                     '/api/v1/%2E./stats', '/api/v1/stats/..', '/../../../etc/passwd', '/healthz/.', '/./healthz'):
            answer = server.request('GET', path)  # libsoup would take the dots away without a word
            assert (answer.status, answer.code()) == (400, 'INVALID_ARGUMENT'), (path, answer)


def test_methods():
    with door.Server() as server:
        for method in ('TRACE', 'CONNECT'):
            with server.connect() as s:
                s.sendall(f'{method} {"localhost:1" if method == "CONNECT" else STATS} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
                assert door.read_answer(s.makefile('rb')).status == 405
        answer = server.request('BREW', STATS)
        assert (answer.status, answer.code()) == (405, 'UNIMPLEMENTED')


def test_malformed_requests():
    head = b'Host: localhost\r\nAuthorization: Bearer test-token\r\n'
    bad = {
        b'nonsense\r\n\r\n': 400,
        b'GET\r\n\r\n': 400,
        b'GET /api/v1/stats HTTP/9.9\r\n' + head + b'\r\n': 505,
        b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n': 400,
        b'GET /api/v1/stats HTTP/1.1\r\n' + head + b'X: a\x00b\r\n\r\n': 400,
        b'POST /api/v1/things HTTP/1.1\r\n' + head + b'Content-Length: -1\r\n\r\n': 400,
        b'POST /api/v1/things HTTP/1.1\r\n' + head + b'Content-Length: 2x\r\n\r\n{}': 400,
        b'POST /api/v1/things HTTP/1.1\r\n' + head + b'Content-Length: 18446744073709551617\r\n\r\n{}': 400,
        b'POST /api/v1/things HTTP/1.1\r\n' + head + b'Content-Length: +2\r\n\r\n{}': 400,
        b'POST /api/v1/things HTTP/1.1\r\n' + head + b'Content-Length: 4\r\nContent-Length: 2\r\n\r\n{}': 400,
        b'POST /api/v1/things HTTP/1.1\r\n' + head + b'Transfer-Encoding: gzip\r\n\r\n': 501,
        b'POST /api/v1/things HTTP/1.1\r\n' + head + b'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n': 400,
    }
    with door.Server() as server:
        for text, status in bad.items():
            with server.connect() as s:
                s.sendall(text)
                f = s.makefile('rb')
                answer = door.read_answer(f)
                assert answer.status in (status, 400), (text, answer)
                assert answer.code(), text
                assert f.read() == b'', text
        assert server.request('GET', STATS).status == 200


def test_cut_heads_are_not_carried_out():
    with door.Server() as server:
        assert server.request('POST', '/api/v1/things', {'name': 'ada'}).status == 201
        for cut in (b'', b'X-Other: y'):
            with server.connect() as s:
                s.sendall(b'DELETE /api/v1/things/ada HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\n' + cut)
                s.shutdown(1)
                assert b'204' not in s.makefile('rb').read()
        with server.connect() as s:
            f = s.makefile('rb')
            s.sendall(door.make_request('GET', STATS) + b'DELETE /api/v1/things/ada HTTP/1.1\r\nHost: localhost\r\n'
                      b'Authorization: Bearer test-token\r\n')
            assert door.read_answer(f).status == 200
            s.shutdown(1)
            assert b'204' not in f.read()
        with server.connect() as s:
            s.sendall(b'POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\n'
                      b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":"cut"}')
            s.shutdown(1)
            s.makefile('rb').read()
        assert server.request('GET', '/api/v1/things/ada').status == 200
        assert server.request('GET', '/api/v1/things/cut').status == 404


sys.exit(door.run([test_health, test_unknown_paths, test_hosts, test_origins, test_cors_when_set, test_path_tricks, test_methods,
                   test_malformed_requests, test_cut_heads_are_not_carried_out]))
