#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""upstream-gemini.py: a model server that speaks the wire format of Google's generateContent, for tests.

It is upstream.py with another format: see there for its options, for GET /_requests and for what a shape is. The shapes are in
shapes-gemini/. Requests are checked as strictly as the real service does it.
"""
import json
import re
import urllib.parse

import upstream

MEMBERS = {'contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'safetySettings', 'cachedContent'}
CONFIG = {'temperature', 'topP', 'maxOutputTokens', 'stopSequences', 'responseMimeType', 'responseSchema', 'responseJsonSchema', 'thinkingConfig'}
PARTS = {'text': str, 'inlineData': dict, 'fileData': dict, 'functionCall': dict, 'functionResponse': dict}
METHODS = ['generateContent', 'countTokens', 'createCachedContent']
MODELS = [
    {'name': 'models/gemini-3-flash', 'version': '3', 'displayName': 'Gemini 3 Flash', 'description': 'Fast.', 'inputTokenLimit': 1048576,
     'outputTokenLimit': 65536, 'supportedGenerationMethods': METHODS, 'temperature': 1, 'topP': 0.95, 'topK': 64, 'thinking': True},
    {'name': 'models/gemma-3-4b-it', 'displayName': 'Gemma 3 4B', 'inputTokenLimit': 32768, 'outputTokenLimit': 8192,
     'supportedGenerationMethods': ['generateContent']},
    {'name': 'models/gemini-embedding-001', 'displayName': 'Gemini Embedding', 'inputTokenLimit': 2048, 'outputTokenLimit': 1,
     'supportedGenerationMethods': ['embedContent', 'asyncBatchEmbedContent']},
    {'name': 'models/veo-3', 'displayName': 'Veo', 'inputTokenLimit': 480, 'supportedGenerationMethods': ['predictLongRunning']},
]
STATUSES = {400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED', 404: 'NOT_FOUND'}


def wrong(message):
    return upstream.Refusal(400, 'INVALID_ARGUMENT', None, message)


def check_part(part, role, where):
    kinds = [kind for kind in PARTS if kind in part]
    extra = set(part) - set(PARTS) - {'thoughtSignature', 'thought'}
    if extra:
        raise wrong(f'Invalid JSON payload received. Unknown name "{sorted(extra)[0]}" at \'{where}\': Cannot find field.')
    if len(kinds) != 1 or not isinstance(part[kinds[0]], PARTS[kinds[0]]):
        raise wrong(f'{where}: required oneof field \'data\' must have one initialized field')
    if not re.fullmatch('[A-Za-z0-9+/=]*', part.get('thoughtSignature', '')):
        raise wrong(f'{where}.thought_signature: Base64 decoding failed')
    kind, value = kinds[0], part[kinds[0]]
    if kind == 'functionCall' and (role != 'model' or not value.get('name') or not isinstance(value.get('args', {}), dict)):
        raise wrong(f'{where}: a function call needs the role model, a name, and args that are an object')
    if kind == 'functionResponse' and (role != 'user' or not value.get('name') or not isinstance(value.get('response'), dict)):
        raise wrong(f'{where}: a function response needs the role user, a name, and a response that is an object')


def check_contents(contents):
    waiting, before = [], None
    if not isinstance(contents, list) or not contents:
        raise wrong('* GenerateContentRequest.contents: contents is not specified')
    for index, content in enumerate(contents):
        where = f'contents[{index}]'
        if content.get('role') not in {'user', 'model'}:
            raise wrong('Please use a valid role: user, model.')
        if not content.get('parts'):
            raise wrong(f'* GenerateContentRequest.{where}.parts: contents.parts must not be empty.')
        for number, part in enumerate(content['parts']):
            check_part(part, content['role'], f'{where}.parts[{number}]')
        answers = [part['functionResponse']['name'] for part in content['parts'] if 'functionResponse' in part]
        if sorted(answers) != sorted(waiting):
            raise wrong('Please ensure that the number of function response parts is equal to the number of function call parts of the '
                        'function call turn.')
        if before == content['role']:
            raise wrong(f'{where}: the same role twice')   # the service takes it; we do not send it
        before = content['role']
        waiting = [part['functionCall']['name'] for part in content['parts'] if 'functionCall' in part]


def check(request):
    extra = set(request) - MEMBERS or set(request.get('generationConfig', {})) - CONFIG
    if extra:
        raise wrong(f'Invalid JSON payload received. Unknown name "{sorted(extra)[0]}": Cannot find field.')
    for tool in request.get('tools', []):
        for function in tool['functionDeclarations']:
            if not re.fullmatch('[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}', function.get('name', '')):
                raise wrong('Invalid function name.')
    check_contents(request.get('contents'))


def embed(request):
    """Vectors that depend on nothing but the text."""
    made = []
    for item in request['requests']:
        text = item['content']['parts'][0]['text']
        made.append({'values': [len(text) / 8, text.count('a') / 2, -1.5, 0.25][:item.get('outputDimensionality') or 4]})
    return {'embeddings': made, 'usageMetadata': {'promptTokenCount': len(made)}}


class Handler(upstream.Handler):
    def refuse(self, refusal):
        self.answer_json(refusal.status, {'error': {'code': refusal.status, 'message': str(refusal),
                                                    'status': STATUSES.get(refusal.status, 'INVALID_ARGUMENT')}})

    def route(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        model, _, method = url.path.removeprefix('/v1beta/').removeprefix('/v1/').partition(':')
        if self.command == 'GET' and model == 'models' and not method:
            self.answer_models(query)
        elif self.command == 'POST' and method == 'streamGenerateContent':
            if query.get('alt') != 'sse':
                raise wrong('this test wants server-sent events')
            check(self.record['body'] or {})
            self.answer_stream(urllib.parse.unquote(model.removeprefix('models/')))
        elif self.command == 'POST' and method == 'batchEmbedContents':
            self.answer_json(200, embed(self.record['body']))
        else:
            raise upstream.Refusal(404, 'NOT_FOUND', None, f'Not found: {self.path}')

    def answer_models(self, query):
        """Two a page, whatever was asked for."""
        begin = int(query.get('pageToken', 'page 0').removeprefix('page '))
        page = {'models': MODELS[begin:begin + 2]}
        if begin + 2 < len(MODELS):
            page['nextPageToken'] = f'page {begin + 2}'
        self.answer_json(200, page)

    def answer_stream(self, model):
        name = self.server.choose(model) or model
        shape = self.server.load(name)
        last = self.record['body']['contents'][-1]['parts'][0]
        if 'after-tools' in shape.directions and 'functionResponse' in last:
            name = shape.directions['after-tools']
        self.answer_shape(name, {'model': model, 'key': json.dumps(self.headers.get('x-goog-api-key', ''))[1:-1]})


if __name__ == '__main__':
    upstream.main(Handler, 'shapes-gemini')
