#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""upstream-messages.py: a model server that speaks the wire format of Anthropic Messages, for tests.

It is upstream.py with another format: see there for its options, for GET /_requests and for what a shape is. The shapes are in
shapes-messages/. Requests are checked as strictly as the real service does it.
"""
import json
import re
import urllib.parse

import upstream

VERSIONS = {'2023-06-01', '2026-10-21'}
MEMBERS = {'model', 'max_tokens', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config', 'stop_sequences', 'stream',
           'temperature', 'top_p', 'cache_control', 'metadata'}
BLOCKS = {'text': {'text'}, 'image': {'source'}, 'document': {'source', 'title'}, 'thinking': {'thinking', 'signature'},
          'redacted_thinking': {'data'}, 'tool_use': {'id', 'name', 'input'}, 'tool_result': {'tool_use_id', 'content', 'is_error'}}
OPTIONAL = {'title', 'content', 'is_error'}
MODELS = [
    {'type': 'model', 'id': 'claude-opus-5-5', 'display_name': 'Claude Opus 5.5', 'created_at': '2026-09-01T00:00:00Z', 'lifecycle': 'active',
     'line': 'opus', 'max_input_tokens': 1000000, 'max_tokens': 128000,
     'capabilities': {'batch': {'supported': True}, 'image_input': {'supported': True}, 'pdf_input': {'supported': True},
                      'structured_outputs': {'supported': True},
                      'effort': {'supported': True, 'max': {'supported': False}, 'xhigh': None},
                      'thinking': {'supported': True, 'types': {'adaptive': {'supported': True}, 'enabled': {'supported': False},
                                                                'disabled': {'supported': False}}}}},
    {'type': 'model', 'id': 'claude-haiku-4-5-20251001', 'display_name': 'Claude Haiku 4.5', 'max_input_tokens': 200000,
     'max_tokens': 64000, 'capabilities': None},
    {'type': 'model', 'id': 'plain-1', 'display_name': 'Plain', 'max_input_tokens': 8000, 'max_tokens': 1000,
     'capabilities': {'image_input': {'supported': False}, 'pdf_input': {'supported': False}, 'structured_outputs': {'supported': False},
                      'thinking': {'supported': False, 'types': {'adaptive': {'supported': False}, 'enabled': {'supported': False},
                                                                 'disabled': {'supported': True}}}}},
]


def wrong(message):
    return upstream.Refusal(400, 'invalid_request_error', None, message)


def check_block(block, role, where):
    kind = block.get('type')
    if kind not in BLOCKS:
        raise wrong(f'{where}: Input tag {kind!r} found using type does not match any of the expected tags')
    members = set(block) - {'type', 'cache_control'}
    if members - BLOCKS[kind]:
        raise wrong(f'{where}.{kind}: Extra inputs are not permitted: {members - BLOCKS[kind]}')
    if BLOCKS[kind] - OPTIONAL - members:
        raise wrong(f'{where}.{kind}: Field required: {BLOCKS[kind] - members}')
    if kind == 'text' and not block['text'].strip():
        raise wrong(f'{where}: text content blocks must contain non-whitespace text')
    if kind in {'image', 'document', 'tool_result'} and role != 'user' or kind in {'tool_use', 'thinking', 'redacted_thinking'} and role != 'assistant':
        raise wrong(f'{where}: a {kind} block in a message of {role}')
    if kind == 'tool_use' and not (isinstance(block['input'], dict) and re.fullmatch('[a-zA-Z0-9_-]+', block['id'])):
        raise wrong(f'{where}.tool_use: input should be an object, id should match a pattern')
    if kind == 'thinking' and not block['signature'].startswith('Eq'):
        raise wrong(f'{where}: Invalid `signature` in `thinking` block')


def check_order(blocks, waiting, where):
    """All results, first, in the message after the calls. Returns the ids of the calls of this one."""
    kinds = [block['type'] for block in blocks]
    results = [block['tool_use_id'] for block in blocks if block['type'] == 'tool_result']
    if kinds[:len(results)] != ['tool_result'] * len(results):
        raise wrong(f'{where}: tool_result blocks must come first')
    if sorted(results) != sorted(waiting):
        raise wrong(f'{where}: tool_use ids were found without tool_result blocks immediately after: {waiting}, {results}')
    return [block['id'] for block in blocks if block['type'] == 'tool_use']


def check_messages(messages):
    waiting, before = [], None
    if not isinstance(messages, list) or not messages:
        raise wrong('messages: at least one message is required')
    for index, message in enumerate(messages):
        where = f'messages.{index}'
        if set(message) != {'role', 'content'} or message['role'] not in {'user', 'assistant', 'system'}:
            raise wrong(f'{where}: role or content is missing, or there is more')
        if message['role'] == 'system' and before != 'user':
            raise wrong(f'{where}: a system message must follow a user message')
        before = message['role']
        blocks = [{'type': 'text', 'text': message['content']}] if isinstance(message['content'], str) else message['content']
        if not blocks:
            raise wrong(f'{where}: content is empty')
        for number, block in enumerate(blocks):
            check_block(block, 'user' if message['role'] == 'system' else message['role'], f'{where}.content.{number}')
        waiting = check_order(blocks, waiting, where)
    if messages[-1]['role'] == 'assistant' and blocks[-1].get('text', '').rstrip() != blocks[-1].get('text', ''):
        raise wrong('messages: final assistant content cannot end with trailing whitespace')


def check(request, version):
    extra = set(request) - MEMBERS
    if version >= '2026-10-21':
        extra |= set(request) & {'temperature', 'top_p', 'top_k'}
    if extra:
        raise wrong(f'{sorted(extra)[0]}: Extra inputs are not permitted')
    if not isinstance(request.get('max_tokens'), int) or request['max_tokens'] < 1:
        raise wrong('max_tokens: Field required')
    if 'temperature' in request and 'top_p' in request:
        raise wrong('`temperature` and `top_p` cannot both be specified for this model')
    if json.dumps(request).count('"cache_control"') > 4:
        raise wrong('A maximum of 4 blocks with cache_control may be provided')
    for tool in request.get('tools', []):
        if tool.get('input_schema', {}).get('type') != 'object':
            raise wrong('tools.0.custom.input_schema.type: Field required')
    check_messages(request.get('messages'))


class Handler(upstream.Handler):
    def refuse(self, refusal):
        kinds = {401: 'authentication_error', 404: 'not_found_error'}
        self.answer_json(refusal.status, {'type': 'error', 'error': {'type': kinds.get(refusal.status, 'invalid_request_error'),
                                                                     'message': str(refusal)}, 'request_id': 'req_011'},
                         [('request-id', 'req_011')])

    def check_key(self):
        key = self.server.options.key
        given = self.headers.get('x-api-key', '')
        if key and given != key:
            raise upstream.Refusal(401, 'authentication_error', None, f'invalid x-api-key: {given}')
        if self.headers.get('anthropic-version') not in VERSIONS:
            raise wrong('anthropic-version: header is required')

    def route(self):
        url = urllib.parse.urlsplit(self.path)
        self.check_key()
        if self.command == 'POST' and url.path == '/v1/messages':
            check(self.record['body'] or {}, self.headers['anthropic-version'])
            self.answer_chat(self.record['body'])
        elif self.command == 'GET' and url.path == '/v1/models':
            self.answer_models(dict(urllib.parse.parse_qsl(url.query)))
        else:
            raise upstream.Refusal(404, 'not_found_error', None, 'Not found')

    def answer_models(self, query):
        """Two a page, whatever was asked for."""
        ids = [model['id'] for model in MODELS]
        begin = ids.index(query['after_id']) + 1 if 'after_id' in query else 0
        page = MODELS[begin:begin + 2]
        self.answer_json(200, {'data': page, 'has_more': begin + 2 < len(MODELS), 'first_id': page[0]['id'], 'last_id': page[-1]['id']})

    def answer_chat(self, request):
        name = self.server.choose(request['model']) or request['model']
        shape = self.server.load(name)
        last = request['messages'][-1]['content']
        if 'after-tools' in shape.directions and isinstance(last, list) and last[0]['type'] == 'tool_result':
            name = shape.directions['after-tools']
        self.answer_shape(name, {'model': request['model'], 'key': self.headers.get('x-api-key', '')})


if __name__ == '__main__':
    upstream.main(Handler, 'shapes-messages')
