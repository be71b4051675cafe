#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""upstream-ollama.py: a model server that speaks the wire format of Ollama, for tests.

It is upstream.py with another format: see there for its options, for GET /_requests and for what a shape is. The shapes are in
shapes-ollama/. Requests are checked as strictly as the real server does it.
"""
import base64

import upstream

MEMBERS = {'model', 'messages', 'tools', 'stream', 'format', 'think', 'options', 'keep_alive', 'truncate'}
MESSAGE = {'role', 'content', 'thinking', 'images', 'tool_calls', 'tool_name', 'tool_call_id'}
OPTIONS = {'temperature', 'top_p', 'num_predict', 'num_ctx', 'stop'}
# A new server tells all in its list, an old one asks to be asked.
TAGS = [
    {'name': 'qwen3:8b', 'model': 'qwen3:8b', 'modified_at': '2026-10-01T10:00:00Z', 'size': 5225388164, 'digest': 'x',
     'details': {'parent_model': '', 'format': 'gguf', 'family': 'qwen3', 'parameter_size': '8.2B', 'context_length': 40960},
     'capabilities': ['completion', 'tools', 'thinking']},
    {'name': 'llava:7b', 'model': 'llava:7b', 'size': 1, 'details': {'family': 'llama'}},
    {'name': 'nomic-embed-text:latest', 'model': 'nomic-embed-text:latest', 'size': 1, 'details': {}},
    {'name': 'gone:1b', 'model': 'gone:1b', 'size': 1, 'details': {}},
]
SHOWN = {
    'llava:7b': {'capabilities': ['completion', 'vision', 'levitation'],
                 'model_info': {'general.architecture': 'llama', 'llama.context_length': 32768, 'llama.embedding_length': 4096}},
    'nomic-embed-text:latest': {'capabilities': ['embedding'], 'model_info': {'nomic-bert.context_length': 2048}},
}


def wrong(message):
    return upstream.Refusal(400, None, None, message)


def check_message(message, where):
    if set(message) - MESSAGE or message.get('role') not in {'system', 'user', 'assistant', 'tool'} or not isinstance(message.get('content'), str):
        raise wrong(f'{where}: unknown members, an unknown role, or content that is no text: {message}')
    for image in message.get('images', []):
        base64.b64decode(image, validate=True)
    for call in message.get('tool_calls', []):
        if not isinstance(call['function']['arguments'], dict):
            raise wrong('json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments')


def check(request):
    if set(request) - MEMBERS or set(request.get('options', {})) - OPTIONS:
        raise wrong('a member that we do not send')   # the server overlooks them
    if not request.get('model'):
        raise wrong('model is required')
    if request.get('think') not in {None, True, False, 'high', 'medium', 'low'}:
        raise wrong('invalid think value')
    for index, message in enumerate(request['messages']):
        check_message(message, f'messages[{index}]')
        if message['role'] == 'tool' and not message.get('tool_name'):
            raise wrong(f'messages[{index}]: whose result is it?')


def embed(request):
    """Vectors that depend on nothing but the text."""
    vectors = [[len(text) / 8, text.count('a') / 2, -1.5, 0.25][:request.get('dimensions') or 4] for text in request['input']]
    return {'model': request['model'], 'embeddings': vectors, 'total_duration': 14143917, 'load_duration': 1019500,
            'prompt_eval_count': len(vectors)}


class Handler(upstream.Handler):
    def refuse(self, refusal):
        self.answer_json(refusal.status, {'error': str(refusal)})

    def route(self):
        body = self.record['body'] or {}
        if (self.command, self.path) == ('POST', '/api/chat'):
            check(body)
            self.answer_chat(body)
        elif (self.command, self.path) == ('GET', '/api/tags'):
            self.answer_json(200, {'models': TAGS})
        elif (self.command, self.path) == ('POST', '/api/show') and body.get('model') in SHOWN:
            self.answer_json(200, {'license': '…', 'modelfile': '…', 'template': '…', 'details': {}, **SHOWN[body['model']]})
        elif (self.command, self.path) == ('POST', '/api/embed'):
            self.answer_json(200, embed(body))
        else:
            raise upstream.Refusal(404, None, None, f"model '{body.get('model')}' not found")

    def answer_chat(self, request):
        name = self.server.choose(request['model']) or request['model']
        shape = self.server.load(name)
        if 'after-tools' in shape.directions and request['messages'][-1]['role'] == 'tool':
            name = shape.directions['after-tools']
        self.answer_shape(name, {'model': request['model']})


if __name__ == '__main__':
    upstream.main(Handler, 'shapes-ollama')
