# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations as REST: what they answer, and how they fail."""

import sys

import door

THINGS = '/api/v1/things'
STATUSES = {'INVALID_ARGUMENT': 400, 'UNAUTHENTICATED': 401, 'PERMISSION_DENIED': 403, 'NOT_FOUND': 404, 'ALREADY_EXISTS': 409,
            'ABORTED': 409, 'RESOURCE_EXHAUSTED': 429, 'UNIMPLEMENTED': 501, 'UNAVAILABLE': 503, 'INTERNAL': 500,
            'DEADLINE_EXCEEDED': 504, 'DATA_LOSS': 500}


def test_who_it_is():
    with door.Server() as server:
        for path in (THINGS, '/api/v1/nowhere', '/api/v1/openapi.json', '/api/v1/call/none', '/api/v1'):
            for method in ('GET', 'POST', 'OPTIONS'):
                answer = server.request(method, path, token=None)
                assert (answer.status, answer.code()) == (401, 'UNAUTHENTICATED'), answer
                assert answer.headers['www-authenticate'].startswith('Bearer'), answer
        for value in ('Bearer', 'Bearer ', 'Bearer test-tokenx', 'Bearer test-toke', 'Basic dGVzdC10b2tlbg==', 'test-token'):
            answer = server.request('GET', THINGS, token=None, headers={'Authorization': value})
            assert answer.status == 401 and b'test-toke' not in answer.body, (value, answer)
        assert server.request('GET', THINGS, token=None, headers={'Authorization': 'bearer   test-token'}).status == 200


def test_a_life():
    with door.Server() as server:
        answer = server.request('POST', THINGS, {'name': 'Ada L./ä'})
        thing = answer.json()
        assert answer.status == 201 and answer.headers['content-type'] == 'application/json'
        assert answer.headers['location'] == THINGS + '/Ada%20L.%2F%C3%A4' and answer.headers['etag'] == '"1"'
        assert thing['name'] == 'Ada L./ä' and thing['size'] == 7 and thing['revision'] == 1 and thing['note'] is None
        path = answer.headers['location']
        answer = server.request('GET', path)
        assert answer.status == 200 and answer.json() == thing and answer.headers['etag'] == '"1"'
        head = server.request('HEAD', path)
        assert head.status == 200 and head.headers['content-length'] == answer.headers['content-length']
        answer = server.request('PATCH', path, {'note': 'new'})
        assert answer.status == 200 and answer.headers['etag'] == '"2"' and answer.json()['note'] == 'new'
        answer = server.request('PATCH', path, {'note': None})
        assert answer.status == 200 and answer.json()['note'] is None and answer.json()['name'] == 'Ada L./ä'
        answer = server.request('DELETE', path)
        assert answer.status == 204 and 'content-length' not in answer.headers and 'content-type' not in answer.headers
        answer = server.request('GET', path)
        assert (answer.status, answer.code()) == (404, 'NOT_FOUND') and 'Ada L./ä' in answer.json()['detail']
        assert answer.json()['type'] == 'urn:boternity:error:not-found'


def test_conditions():
    with door.Server() as server:
        path = THINGS + '/ada'
        assert server.request('POST', THINGS, {'name': 'ada'}).status == 201
        for tags, status in (('"1"', 304), ('W/"1"', 304), ('*', 304), ('"3", "1"', 304), ('"11"', 200), ('"2"', 200), ('1', 200), ('x"1"', 200)):
            answer = server.request('GET', path, headers={'If-None-Match': tags})
            assert answer.status == status and answer.headers['etag'] == '"1"', (tags, answer)
        answer = server.request('PATCH', path, {'size': 1}, headers={'If-Match': '"1"'})
        assert answer.status == 200 and answer.json()['revision'] == 2
        answer = server.request('PATCH', path, {'size': 2}, headers={'If-Match': '"1"'})
        assert (answer.status, answer.code()) == (412, 'ABORTED'), answer
        answer = server.request('PATCH', path, {'size': 2, 'revision': 1})
        assert (answer.status, answer.code()) == (409, 'ABORTED'), 'without If-Match it is a conflict'
        answer = server.request('PATCH', path, {'size': 2, 'revision': 1}, headers={'If-Match': '"2"'})
        assert answer.status == 400, 'the header and the body contradict each other'
        for tag in ('1', 'W/"2"', '"2", "3"', '""', '"x"', '"-1"', '"99999999999999999999"'):
            assert server.request('PATCH', path, {'size': 2}, headers={'If-Match': tag}).status == 400, tag
        assert server.request('PATCH', path, {'size': 2}, headers={'If-Match': '*'}).status == 200
        assert server.request('DELETE', path, headers={'If-Match': '"1"'}).status == 412
        assert server.request('DELETE', path, headers={'If-Match': '"3"'}).status == 204
        answer = server.request('POST', THINGS, {'name': 'x'}, headers={'If-Match': '"1"'})
        assert answer.status == 400 and server.request('GET', THINGS + '/x').status == 404


def test_lists():
    with door.Server() as server:
        assert server.request('GET', THINGS).json() == {'items': [], 'next_cursor': None}
        for i in range(25):
            assert server.request('POST', THINGS, {'name': f'thing-{i:02}'}).status == 201
        seen, cursor, pages = [], '', 0
        while cursor is not None:
            page = server.request('GET', f'{THINGS}?limit=10' + (f'&cursor={cursor}' if cursor else '')).json()
            seen += [thing['slug'] for thing in page['items']]
            cursor = page['next_cursor']
            pages += 1
        assert seen == [f'thing-{i:02}' for i in range(25)] and pages == 3
        for query in ('limit=0', 'limit=101', 'limit=x', 'limit=', 'limit=1&limit=2', 'unknown=1', 'limit', '=3', 'id=4'):
            assert server.request('GET', f'{THINGS}?{query}').status == 400, query
        assert server.request('GET', f'{THINGS}?limit=1&limit=1').status == 200, 'saying the same twice is no contradiction'
        assert server.request('GET', f'{THINGS}?').status == 200
        assert server.request('GET', f'{THINGS}?&limit=2&').status == 200


def test_failures():
    with door.Server() as server:
        for code, status in STATUSES.items():
            for delay in (0, 20):
                answer = server.request('POST', '/api/v1/failures', {'code': code, 'delay': delay})
                assert (answer.status, answer.code()) == (status, code), answer
                problem = answer.json()
                assert problem['type'] == 'urn:boternity:error:' + code.lower().replace('_', '-')
                assert problem['title'] and problem['detail'] == f'asked to fail with {code}'
                assert answer.headers['cache-control'] == 'no-store'
                assert ('www-authenticate' in answer.headers) == (status == 401)


def test_calls_by_name():
    with door.Server() as server:
        answer = server.request('POST', '/api/v1/call/thing.create', {'name': 'ada'})
        assert answer.status == 200 and 'location' not in answer.headers and answer.headers['etag'] == '"1"', answer
        assert server.request('POST', '/api/v1/call/thing.get', {'slug': 'ada'}).json()['name'] == 'ada'
        assert server.request('POST', '/api/v1/call/thing.list', {'limit': 5}).json()['items'][0]['slug'] == 'ada'
        assert server.request('POST', '/api/v1/call/thing.list').status == 200
        assert server.request('POST', '/api/v1/call/stats.get').json()['running'] == 0
        assert server.request('POST', '/api/v1/call/stats.get', {}).status == 200
        assert server.request('POST', '/api/v1/call/stats.get', {'x': 1}).status == 400
        assert server.request('POST', '/api/v1/call/stats.get', b'nonsense').status == 400
        answer = server.request('POST', '/api/v1/call/thing.none', {})
        assert (answer.status, answer.code()) == (404, 'NOT_FOUND')
        answer = server.request('GET', '/api/v1/call/thing.list')
        assert answer.status == 405 and answer.headers['allow'] == 'OPTIONS, POST', answer
        answer = server.request('POST', '/api/v1/call/thing.delete', {'slug': 'ada', 'revision': 9})
        assert (answer.status, answer.code()) == (409, 'ABORTED')
        assert server.request('POST', '/api/v1/call/thing.delete', {'slug': 'ada'}).status == 204
        events = door.Events(server, '/api/v1/call/tick.watch', 'POST', {'count': 2})
        assert [e['event'] for e in events] == ['item', 'item', 'end']
        events.close()


def test_methods():
    with door.Server() as server:
        for path, allowed in ((THINGS, {'GET', 'HEAD', 'POST', 'OPTIONS'}), (THINGS + '/x', {'GET', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'}),
                              ('/api/v1/failures', {'POST', 'OPTIONS'}), ('/api/v1/openapi.json', {'GET', 'HEAD', 'OPTIONS'})):
            answer = server.request('OPTIONS', path)
            assert answer.status == 204 and set(answer.headers['allow'].split(', ')) == allowed, answer
            answer = server.request('PUT', path, {})
            assert (answer.status, answer.code()) == (405, 'UNIMPLEMENTED'), answer
            assert set(answer.headers['allow'].split(', ')) == allowed
        for path in ('/api/v1', '/api/v1/', '/api/v1/things/', '/api/v1/things/a/b', '/api/v1/Things', '/api/v1/call/', '/api/v1/{slug}'):
            answer = server.request('GET', path)
            assert answer.status in (404, 405), (path, answer)
        assert server.request('HEAD', '/api/v1/ticks').status == 200
        assert server.request('HEAD', THINGS).status == 200


sys.exit(door.run([test_who_it_is, test_a_life, test_conditions, test_lists, test_failures, test_calls_by_name, test_methods]))
