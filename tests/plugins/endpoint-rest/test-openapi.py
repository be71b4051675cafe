# SPDX-License-Identifier: LGPL-2.1-or-later
"""The OpenAPI document: valid for a validator that is not ours, true to what is served, and as it was."""

import json
import os
import sys

import door

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'openapi.json')
PATH = '/api/v1/openapi.json'


def get(server):
    answer = server.request('GET', PATH)
    assert answer.status == 200 and answer.headers['content-type'] == 'application/json'
    return answer.json()


def test_valid():
    try:
        from openapi_spec_validator import validate
    except ImportError as error:
        raise door.Skip('python3-openapi-spec-validator is not installed') from error
    with door.Server() as server:
        validate(get(server))


def test_golden():
    with door.Server() as server:
        document = get(server)
    text = json.dumps(document, indent=1, ensure_ascii=False) + '\n'
    if os.environ.get('BTY_TEST_REGENERATE'):
        with open(GOLDEN, 'w', encoding='utf-8') as f:
            f.write(text)
    with open(GOLDEN, encoding='utf-8') as f:
        assert f.read() == text, 'it differs from openapi.json beside this test; BTY_TEST_REGENERATE=1 rewrites that'


def test_true():
    """Every path is served with exactly the methods that the document says."""
    with door.Server() as server:
        document = get(server)
        for path, methods in document['paths'].items():
            answer = server.request('OPTIONS', '/api/v1' + path.replace('{operation}', 'stats.get').replace('{slug}', 'x'))
            allowed = {m.lower() for m in answer.headers['allow'].split(', ')} - {'head', 'options'}
            assert allowed == set(methods), (path, answer)
        create = document['paths']['/things']['post']
        body = create['requestBody']['content']['application/json']['schema']
        assert body['required'] == ['name'] and 'slug' not in body['properties'] and '201' in create['responses']
        assert 'Location' in create['responses']['201']['headers']
        update = document['paths']['/things/{slug}']['patch']
        body = update['requestBody']['content']['application/json']['schema']
        assert 'required' not in body and 'slug' not in body['properties'] and '412' in update['responses']
        assert {'401', '403', '404', '409'} <= set(update['responses'])
        watch = document['paths']['/ticks']['get']['responses']['200']['content']
        assert set(watch) == {'text/event-stream', 'application/json'}
        assert set(document['components']['securitySchemes']) == {'token'}


def test_refs():
    with door.Server() as server:
        document = get(server)

    def walk(value):
        if isinstance(value, dict):
            if '$ref' in value:
                target = document
                for step in value['$ref'].removeprefix('#/').split('/'):
                    target = target[step]
            for member in value.values():
                walk(member)
        elif isinstance(value, list):
            for member in value:
                walk(member)
    walk(document)


sys.exit(door.run([test_valid, test_golden, test_true, test_refs]))
