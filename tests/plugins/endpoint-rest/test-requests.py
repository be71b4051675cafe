# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests that are wrong, each with a clear answer."""

import sys

import door

THINGS = '/api/v1/things'


def check(server, method, path, body, words, status=400, headers=None):
    answer = server.request(method, path, body, headers)
    assert answer.status == status and answer.code() == 'INVALID_ARGUMENT', (path, body, answer)
    detail = answer.json()['detail']
    assert all(word in detail for word in words), (detail, words)


def test_bodies():
    with door.Server() as server:
        for body, words in ((b'', ['name']), (b'{', []), (b'[]', []), (b'null', []), (b'{"name":"x"} x', []), (b'{"name":"x",}', []),
                            (b"{'name':'x'}", []), (b'{"name":1}', ['/name']), (b'{"name":"x","size":"7"}', ['/size']),
                            (b'{"name":"x","size":1001}', ['/size', '1000']), (b'{"name":"x","size":1.5}', ['/size']),
                            (b'{"name":"x","size":99999999999999999999}', []), (b'{"name":"x","nmae":"y"}', ['nmae']),
                            (b'{"name":"x","name":"y"}', ['name']), (b'{"name":"x","slug":"y"}', ['slug']), (b'{"name":"x","id":"y"}', ['id']),
                            (b'{"name":null}', ['/name']), (b'{"name":"' + b'x' * 61 + b'"}', ['/name', '60']), (b'{"name":"a\\u0000b"}', []),
                            (b'{"name":"\xff"}', []), (b'{"name":"\\ud800"}', []), (b'\xef\xbb\xbf{"name":"x"}', []),
                            (b'[' * 100000, []), (b'{"a":' * 100000, []), (b'{"name":"x","note":' + b'[' * 1000 + b']' * 1000 + b'}', [])):
            check(server, 'POST', THINGS, body, words)
        assert server.request('GET', THINGS).json()['items'] == []


def test_content_types():
    with door.Server() as server:
        for i, value in enumerate(('application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8', None)):
            answer = server.request('POST', THINGS, {'name': f'x{i}'}, {'Content-Type': value})
            assert answer.status == 201, (value, answer)
        for value in ('text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', 'x', 'application/json-patch+json'):
            answer = server.request('POST', THINGS, {'name': 'y'}, {'Content-Type': value})
            assert answer.status == 415, (value, answer)
        check(server, 'GET', THINGS, {}, ['body'])


def test_labels():
    with door.Server() as server:
        server.request('POST', THINGS, {'name': 'a b+c%'})
        assert server.request('GET', THINGS + '/a%20b+c%25').status == 200
        assert server.request('GET', THINGS + '/a+b+c%25').status == 404, 'a plus is a plus in a path'
        for path in ('/%ff', '/%c0%af', '/%ed%a0%80', '/a%ffb'):
            answer = server.request('GET', THINGS + path)
            assert answer.status == 400 and answer.code() == 'INVALID_ARGUMENT', (path, answer)
        check(server, 'GET', THINGS + '/' + 'x' * 61, None, ['slug', '60'])
        for path in ('/..%2f..%2fx', '/%2e%2e%2fx'):
            assert server.request('GET', THINGS + path).status == 400
        assert server.request('PATCH', THINGS + '/a%20b+c%25', {'slug': 'a b+c%', 'size': 3}).status == 200
        check(server, 'PATCH', THINGS + '/a%20b+c%25', {'slug': 'other', 'size': 4}, ['slug', 'twice'])
        check(server, 'PATCH', THINGS + '/a%20b+c%25?slug=other', {'size': 4}, ['slug', 'twice'])
        assert server.request('GET', THINGS + '/a%20b+c%25').json()['size'] == 3


def test_queries():
    with door.Server() as server:
        server.request('POST', THINGS, {'name': 'ä ö'})
        server.request('POST', THINGS, {'name': 'ü'})
        page = server.request('GET', THINGS + '?cursor=%C3%A4+%C3%B6').json()
        assert [t['slug'] for t in page['items']] == ['ü'], page
        for query in ('cursor=%ff', 'cursor=%00', 'cursor=%4', 'cursor=%zz', '%ff=1', 'limit=1&cursor=%c3'):
            answer = server.request('GET', THINGS + '?' + query)
            assert answer.status == 400 and answer.code() == 'INVALID_ARGUMENT', (query, answer)
        check(server, 'GET', THINGS + '/x?limit=3', None, ['limit'])
        check(server, 'GET', '/api/v1/stats?x=1', None, [])
        check(server, 'GET', THINGS + '?' + 'x' * 5000 + '=1', None, ['xxx'])
        check(server, 'GET', THINGS + '?cursor=' + 'x' * 5000, None, ['cursor', '100'])


def test_timeouts_of_callers():
    with door.Server() as server:
        for value in ('0', '-1', 'x', '1.5', '86401', '999999999999999999999'):
            check(server, 'GET', THINGS, None, ['X-Request-Timeout'], headers={'X-Request-Timeout': value})
        assert server.request('GET', THINGS, headers={'X-Request-Timeout': '5'}).status == 200


sys.exit(door.run([test_bodies, test_content_types, test_labels, test_queries, test_timeouts_of_callers]))
