#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""upstream.py: a model server that speaks the wire format of OpenAI Chat Completions, for tests.

It prints its port as one line and exits when its standard input closes. What it answers is a shape: a file shapes/NAME.http,
or shapes-any/NAME.http, chosen by the name of the model asked for, else by --shape. With --key it wants that key. Every request is checked as strictly as
the real service does it, and kept: GET /_requests gives them as JSON, DELETE /_requests forgets them. A second listener stands for
another host; its requests are kept with "listener": "other".

A shape has a status, headers, an empty line and a body, as they go over the wire. Lines that begin with @ are directions:

  before the empty line                       in the body
  @split N         N bytes a write            @sleep MS      wait
  @pause MS        wait between the writes    @hang          say nothing more until the client goes
  @gzip            compress the body          @cut           drop the connection, without the end of the body
  @whole           ended by the connection    @repeat N TEXT an event of the line TEXT, N times; {{i}} counts
  @crlf, @cr       other line ends            @fill N        N letters, without a line end
  @hang            not even a status          @part TEXT     TEXT without a line end
  @drop            close at once              @bytes HEX      these bytes
                                              @endless TEXT   lines of TEXT until the client goes
  @after-tools NAME   that shape instead, when the last message is a tool's result

{{model}}, {{said}} (the last message of the person), {{system}}, {{messages}} (their number), {{other}} (the address of the second
listener) are put in, as they stand in a JSON string.
"""
import argparse
import base64
import http.server
import json
import os
import re
import socketserver
import struct
import sys
import threading
import time
import zlib

ROLES = {'system', 'developer', 'user', 'assistant', 'tool'}
MAX_BODY = 64 * 1024 * 1024


class Refusal(Exception):
    """A request that the real service would refuse."""

    def __init__(self, status, kind, code, message):
        super().__init__(message)
        self.status, self.kind, self.code = status, kind, code


def check_parts(content, where):
    for part in content:
        if not isinstance(part, dict) or part.get('type') not in {'text', 'image_url', 'input_audio', 'file'}:
            raise Refusal(400, 'invalid_request_error', None, f'{where}: a content part of an unknown type')
        if part['type'] not in part:
            raise Refusal(400, 'invalid_request_error', None, f'{where}: a {part["type"]} part without it')


def check_content(message, where):
    content = message.get('content')
    if content is None:
        if message['role'] == 'assistant' and message.get('tool_calls'):
            return
        raise Refusal(400, 'invalid_request_error', None, f'{where}: content is null')
    if isinstance(content, list) and content:
        check_parts(content, where)
    elif not isinstance(content, str):
        raise Refusal(400, 'invalid_request_error', None, f'{where}: content is neither a text nor a list of parts')


def check_calls(message, where):
    """The ids of the tool calls of a message."""
    ids = []
    for call in message.get('tool_calls', []):
        function = call.get('function', {})
        if call.get('type') != 'function' or not call.get('id') or not function.get('name'):
            raise Refusal(400, 'invalid_request_error', None, f'{where}: a tool call without id, type or name')
        if not isinstance(function.get('arguments'), str):
            raise Refusal(400, 'invalid_request_error', None, f'{where}: the arguments of a tool call are not a text')
        ids.append(call['id'])
    return ids


def check_messages(messages):
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, 'invalid_request_error', None, "'messages' must not be empty")
    waiting = []
    for index, message in enumerate(messages):
        where = f'messages[{index}]'
        if message.get('role') not in ROLES:
            raise Refusal(400, 'invalid_request_error', None, f'{where}: unknown role')
        if message['role'] == 'tool':
            if message.get('tool_call_id') not in waiting:
                raise Refusal(400, 'invalid_request_error', None, f'{where}: a tool message must answer a tool call before it')
            waiting.remove(message['tool_call_id'])
        elif waiting:
            raise Refusal(400, 'invalid_request_error', None, f'{where}: tool calls without an answer: {waiting}')
        check_content(message, where)
        if message['role'] == 'assistant':
            waiting = check_calls(message, where)


def check_chat(request):
    if not isinstance(request.get('model'), str) or not request['model']:
        raise Refusal(400, 'invalid_request_error', None, 'you must provide a model parameter')
    check_messages(request.get('messages'))
    if 'max_tokens' in request and 'max_completion_tokens' in request:
        raise Refusal(400, 'invalid_request_error', None, 'max_tokens and max_completion_tokens exclude each other')
    for tool in request.get('tools', []):
        if tool.get('type') != 'function' or not tool.get('function', {}).get('name'):
            raise Refusal(400, 'invalid_request_error', None, 'tools: a tool without type or name')
    check_takes(request)


def check_takes(request):
    """What OpenAI's own models take, by their names: in the words and the codes of the service."""
    name = request['model'].rsplit('/', 1)[-1].removeprefix('ft:')
    version = re.match(r'gpt-(\d+)(?:\.(\d+))?', name)
    reasons = re.match(r'o\d', name) or (version and int(version[1]) >= 5 and '-chat' not in name)
    effort = request.get('reasoning_effort')
    if not reasons:
        if version and effort is not None:
            raise Refusal(400, 'invalid_request_error', None, 'Unrecognized request argument supplied: reasoning_effort')
        return
    for member in ('stop', 'temperature', 'top_p'):
        if member in request and (member == 'stop' or effort != 'none'):
            raise Refusal(400, 'invalid_request_error', 'unsupported_parameter', f"Unsupported parameter: '{member}' is not supported with this model.")
    if 'max_tokens' in request:
        raise Refusal(400, 'invalid_request_error', 'unsupported_parameter', "Unsupported parameter: 'max_tokens' is not supported with this model. "
                      "Use 'max_completion_tokens' instead.")
    known = {'low', 'medium', 'high'} | ({'minimal'} if name.startswith('gpt-5-') else {'none', 'xhigh'} if version else set())
    if effort is not None and effort not in known:
        raise Refusal(400, 'invalid_request_error', 'unsupported_value', f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model.")
    if version and int(version[2] or 0) >= 4 and request.get('tools') and effort != 'none':
        raise Refusal(400, 'invalid_request_error', None, f'Function tools with reasoning_effort are not supported for {name} in /v1/chat/completions. '
                      "To use function tools, use /v1/responses or set reasoning_effort to 'none'.")


class Shape:
    """A file of shapes/: status, headers, directions, and the lines of the body."""

    def __init__(self, path):
        self.status, self.headers, self.directions, self.lines = 200, [], {}, []
        with open(path, encoding='utf-8') as file:
            lines = [line for line in file.read().split('\n') if not line.startswith('#')]
        lines = lines[:-1] if lines and lines[-1] == '' else lines
        self.status = int(lines.pop(0))
        while lines and (line := lines.pop(0)):
            if line.startswith('@'):
                word, _, rest = line[1:].partition(' ')
                self.directions[word] = rest
            else:
                name, _, value = line.partition(':')
                self.headers.append((name.strip(), value.strip()))
        self.lines = lines

    @property
    def line_end(self):
        return '\r\n' if 'crlf' in self.directions else '\r' if 'cr' in self.directions else '\n'


class Body:
    """Writes the body of a shape: chunked, split and compressed as its directions say."""

    def __init__(self, handler, shape, words):
        self.handler, self.shape, self.words = handler, shape, words
        self.split = int(shape.directions.get('split', '0'))
        self.pause = int(shape.directions.get('pause', '0')) / 1000
        self.gzip = zlib.compressobj(wbits=31) if 'gzip' in shape.directions else None
        self.whole = 'whole' in shape.directions

    def fill_in(self, text):
        for word, value in self.words.items():
            text = text.replace('{{' + word + '}}', value)
        return text

    def send(self, data):
        if self.gzip is not None:
            data = self.gzip.compress(data) + self.gzip.flush(zlib.Z_SYNC_FLUSH)
        size = self.split or len(data)
        for start in range(0, len(data), max(1, size)):
            self.write(data[start:start + size])
            if self.pause:
                time.sleep(self.pause)

    def write(self, piece):
        self.handler.wfile.write(piece if self.whole else b'%x\r\n%b\r\n' % (len(piece), piece))
        self.handler.wfile.flush()

    def direct(self, word, rest):
        """Carries out one line of directions; False when nothing more is to be sent."""
        if word == 'sleep':
            time.sleep(int(rest) / 1000)
        elif word == 'hang':
            self.handler.wait_for_client_to_go()
            return False
        elif word == 'cut':
            self.handler.drop()
            return False
        elif word == 'repeat':
            times, _, text = rest.partition(' ')
            for i in range(int(times)):
                self.send((self.fill_in(text).replace('{{i}}', str(i)) + 2 * self.shape.line_end).encode())
        elif word == 'fill':
            left = int(rest)
            while left > 0:
                self.send(b'x' * min(left, 65536))
                left -= 65536
        elif word == 'bytes':
            self.send(bytes.fromhex(rest))
        elif word == 'endless':
            while True:
                self.send((rest + self.shape.line_end).encode() * 1000)
        elif word == 'part':
            self.send(self.fill_in(rest).encode())
        return True

    def run(self):
        pending = ''
        for line in self.shape.lines:
            if line.startswith('@'):
                self.send(pending.encode())
                pending = ''
                if not self.direct(*line[1:].partition(' ')[::2]):
                    return
            else:
                pending += self.fill_in(line) + self.shape.line_end
                if line == '':
                    self.send(pending.encode())
                    pending = ''
        self.send(pending.encode())
        if self.gzip is not None:
            self.write(self.gzip.flush())
        if not self.whole:
            self.handler.wfile.write(b'0\r\n\r\n')


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def log_message(self, format, *arguments):
        if self.server.options.verbose:
            sys.stderr.write(format % arguments + '\n')

    def drop(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)

    def wait_for_client_to_go(self):
        self.close_connection = True
        self.wfile.flush()
        try:
            while self.connection.recv(4096):
                pass
        except OSError:
            pass
        self.record['gone'] = True

    def answer_json(self, status, value, headers=()):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, refusal):
        self.answer_json(refusal.status, {'error': {'message': str(refusal), 'type': refusal.kind, 'param': None, 'code': refusal.code}})

    def read_request(self):
        length = int(self.headers.get('Content-Length') or 0)
        body = self.rfile.read(min(length, MAX_BODY))
        self.record = {'listener': self.server.listener, 'method': self.command, 'path': self.path, 'gone': False,
                       'headers': {name.lower(): value for name, value in self.headers.items()},
                       'peer': '%s:%d' % self.client_address[:2], 'body': None}
        if body:
            try:
                self.record['body'] = json.loads(body)
            except ValueError as error:
                raise Refusal(400, 'invalid_request_error', None, f'the body is not JSON: {error}') from error

    def check_key(self):
        key = self.server.options.key
        given = self.headers.get('Authorization', '')
        if key and given != 'Bearer ' + key:
            shown = given.removeprefix('Bearer ')
            raise Refusal(401, 'invalid_request_error', 'invalid_api_key', f'Incorrect API key provided: {shown}. You can find yours at home.')

    def route(self):
        path = self.path.split('?')[0]
        self.check_key()
        if self.command == 'POST' and path.endswith('/chat/completions'):
            check_chat(self.record['body'] or {})
            self.answer_chat(self.record['body'])
        elif self.command == 'GET' and path.endswith('/models'):
            self.answer_shape('models', {})
        elif self.command == 'POST' and path.endswith('/embeddings'):
            self.answer_embeddings(self.record['body'] or {})
        else:
            raise Refusal(404, 'invalid_request_error', None, f'Unknown request URL: {self.command} {path}')

    def handle_request(self):
        try:
            self.read_request()
            if self.path == '/_requests':
                self.answer_requests()
                return
            self.server.requests.append(self.record)
            self.route()
        except Refusal as refusal:
            self.refuse(refusal)
        except (BrokenPipeError, ConnectionResetError):
            self.record['gone'] = True
            self.close_connection = True

    do_GET = do_POST = do_DELETE = do_PUT = handle_request

    def answer_requests(self):
        if self.command == 'DELETE':
            self.server.requests.clear()
        self.answer_json(200, self.server.requests)

    def answer_chat(self, request):
        users = [m for m in request['messages'] if m['role'] == 'user']
        systems = [m for m in request['messages'] if m['role'] in {'system', 'developer'}]
        words = {'model': request['model'], 'said': text_of(users), 'system': text_of(systems),
                 'messages': str(len(request['messages']))}
        words = {name: json.dumps(value)[1:-1] for name, value in words.items()}
        name = self.server.choose(request['model']) or request['model']
        shape = self.server.load(name)
        if 'after-tools' in shape.directions and request['messages'][-1]['role'] == 'tool':
            name = shape.directions['after-tools']
        self.answer_shape(name, words)

    def answer_embeddings(self, request):
        """A model that is the name of a failure fails with that."""
        name = request.get('model')
        shape = self.server.load(name) if isinstance(name, str) and self.server.choose(name) == name else None
        if shape is not None and (shape.status != 200 or 'drop' in shape.directions or 'hang' in shape.directions):
            self.answer_shape(name, {})
        else:
            self.answer_json(200, embed(request))

    def answer_shape(self, name, words):
        shape = self.server.load(name)
        if 'drop' in shape.directions:
            self.drop()
            return
        if 'hang' in shape.directions:
            self.wait_for_client_to_go()
            return
        body = Body(self, shape, {'other': f'http://localhost:{self.server.other_port}', **words})
        self.send_response(shape.status)
        for header, value in shape.headers:
            self.send_header(header, body.fill_in(value))
        if body.gzip is not None:
            self.send_header('Content-Encoding', 'gzip')
        if body.whole:
            self.close_connection = True
            self.send_header('Connection', 'close')
        else:
            self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        body.run()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, options, port, listener, requests, handler):
        super().__init__((options.host, port), handler)
        self.options, self.listener, self.requests, self.other_port = options, listener, requests, 0

    def handle_error(self, request, client_address):
        if self.options.verbose:
            super().handle_error(request, client_address)

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)   # without the name look-up of HTTPServer
        self.server_name, self.server_port = self.server_address[:2]

    def path_of(self, name):
        """Of a shape of this format, or of one that is the same in all."""
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'shapes-any') if name.startswith('any-') else self.options.shapes
        return os.path.join(folder, os.path.basename(name) + '.http')

    def choose(self, model):
        return model if os.path.exists(self.path_of(model)) else self.options.shape

    def load(self, name):
        if not os.path.exists(self.path_of(name)):
            raise Refusal(404, 'invalid_request_error', 'model_not_found', f'The model `{name}` does not exist')
        return Shape(self.path_of(name))


def text_of(messages):
    content = messages[-1]['content'] if messages else ''
    if isinstance(content, list):
        content = '\n'.join(part.get('text', '') for part in content)
    return content


def embed(request):
    """Vectors of four numbers that depend on nothing but the text, last input first: the index tells which is which."""
    inputs = request.get('input')
    inputs = [inputs] if isinstance(inputs, str) else inputs
    if not inputs or not request.get('model'):
        raise Refusal(400, 'invalid_request_error', None, 'model and input are needed')
    data = []
    for index, text in reversed(list(enumerate(inputs))):
        vector = [len(text) / 8, text.count('a') / 2, -1.5, 0.25][:request.get('dimensions') or 4]
        value = base64.b64encode(struct.pack(f'<{len(vector)}f', *vector)).decode() if request.get('encoding_format') == 'base64' else vector
        data.append({'object': 'embedding', 'index': index, 'embedding': value})
    tokens = sum(len(text.split()) for text in inputs)
    return {'object': 'list', 'data': data, 'model': request['model'], 'usage': {'prompt_tokens': tokens, 'total_tokens': tokens}}


def exit_with_stdin():
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main(handler=Handler, shapes='shapes'):
    """@handler and @shapes: of another wire format; see the scripts beside this one."""
    parser = argparse.ArgumentParser(description='a model server for tests')
    parser.add_argument('--host', default='127.0.0.1')
    parser.add_argument('--port', type=int, default=0, help='0 picks a free one')
    parser.add_argument('--shape', default='', help='what is answered to models that are no name of a shape; without it, 404')
    parser.add_argument('--shapes', default=os.path.join(os.path.dirname(os.path.abspath(__file__)), shapes))
    parser.add_argument('--key', default='', help='the only key that is let in; without it, any')
    parser.add_argument('--verbose', action='store_true')
    options = parser.parse_args()
    requests = []
    other = Server(options, 0, 'other', requests, handler)
    server = Server(options, options.port, 'main', requests, handler)
    server.other_port = other.server_port
    threading.Thread(target=other.serve_forever, daemon=True).start()
    threading.Thread(target=exit_with_stdin, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == '__main__':
    main()
