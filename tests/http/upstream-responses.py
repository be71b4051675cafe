#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""upstream-responses.py: a model server that speaks the wire format of OpenAI Responses, for tests.

It is upstream.py with another format: see there for its options, for GET /_requests and for what a shape is. The shapes are in
shapes-responses/. Requests are checked as strictly as the real service does it.
"""
import upstream

MEMBERS = {'model', 'input', 'instructions', 'tools', 'tool_choice', 'text', 'reasoning', 'include', 'max_output_tokens', 'store', 'stream',
           'temperature', 'top_p', 'prompt_cache_options', 'parallel_tool_calls'}
PARTS = {'input_text': {'text'}, 'input_image': {'image_url', 'detail'}, 'input_file': {'file_url', 'filename', 'file_data'}}
ITEMS = {'function_call': {'call_id', 'name', 'arguments'}, 'function_call_output': {'call_id', 'output'},
         'reasoning': {'id', 'summary', 'encrypted_content'}}


def wrong(message, code=None):
    return upstream.Refusal(400, 'invalid_request_error', code, message)


def check_message(item, where):
    if set(item) != {'role', 'content'} or item['role'] not in {'user', 'assistant', 'system', 'developer'}:
        raise wrong(f'{where}: role or content is missing, or there is more')
    if isinstance(item['content'], str):
        return
    for part in item['content']:
        members = set(part) - {'type', 'prompt_cache_breakpoint'}
        if part.get('type') not in PARTS or members - PARTS[part['type']] or item['role'] == 'assistant':
            raise wrong(f'{where}: Invalid value: {part.get("type")!r} with {members}')


def check_input(items):
    """Each output answers a call before it; nothing is left without; reasoning is followed by what came of it."""
    waiting, before = set(), None
    if not isinstance(items, list) or not items:
        raise wrong('input: one item at least is required')
    for index, item in enumerate(items):
        kind, where = item.get('type', 'message'), f'input[{index}]'
        if before == 'reasoning' and not (kind in {'function_call', 'reasoning'} or item.get('role') == 'assistant'):
            raise wrong(f"{where}: Item of type 'reasoning' was provided without its required following item.")
        if kind == 'message':
            if waiting:
                raise wrong(f'No tool output found for function call {sorted(waiting)[0]}.')
            check_message(item, where)
        elif kind not in ITEMS or set(item) - {'type'} != ITEMS[kind]:
            raise wrong(f'{where}: Unknown parameter, or one is missing: {sorted(item)}')
        elif kind == 'function_call':
            waiting.add(item['call_id'])
        elif kind == 'function_call_output':
            if item['call_id'] not in waiting:
                raise wrong(f'No tool call found for function call output with call_id {item["call_id"]}.')
            waiting.remove(item['call_id'])
        before = kind
    if waiting or before == 'reasoning':
        raise wrong(f'No tool output found for function call {sorted(waiting)}.')


def check(request):
    if set(request) - MEMBERS:
        raise wrong(f"Unknown parameter: '{sorted(set(request) - MEMBERS)[0]}'.", 'unknown_parameter')
    if request.get('max_output_tokens', 16) < 16:
        raise wrong('Invalid max_output_tokens', 'integer_below_min_value')
    for tool in request.get('tools', []):
        if set(tool) - {'description'} != {'type', 'name', 'parameters', 'strict'}:
            raise wrong("Missing required parameter: 'tools[0].parameters'.", 'missing_required_parameter')
    check_input(request.get('input'))


class Handler(upstream.Handler):
    def route(self):
        self.check_key()
        if self.command == 'POST' and self.path == '/v1/responses':
            check(self.record['body'] or {})
            self.answer_chat(self.record['body'])
        elif self.command == 'GET' and self.path == '/v1/models':
            self.answer_json(200, {'object': 'list', 'data': [{'id': name, 'object': 'model', 'created': 1, 'owned_by': 'system'}
                                                             for name in ('gpt-5.6', 'gpt-4.1', 'text-embedding-3-small')]})
        else:
            raise upstream.Refusal(404, 'invalid_request_error', None, f'Invalid URL ({self.command} {self.path})')

    def answer_chat(self, request):
        name = self.server.choose(request['model']) or request['model']
        shape = self.server.load(name)
        if 'after-tools' in shape.directions and request['input'][-1].get('type') == 'function_call_output':
            name = shape.directions['after-tools']
        self.answer_shape(name, {'model': request['model']})


if __name__ == '__main__':
    upstream.main(Handler, 'shapes-responses')
