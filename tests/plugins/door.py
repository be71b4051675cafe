# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of doors share: the test server as a process, sockets as bare as can be, and TAP."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback

TOKEN = 'test-token'


def is_sanitized():
    """Whether the program that is tested was built with the address sanitizer, and so takes more memory."""
    with open(sys.argv[1], 'rb') as program:
        return b'libasan' in program.read()


class Server:
    """The test server with both plugins; use it as a context."""

    def __init__(self, *settings, data_dir=None, env=None):
        self.own_dir = data_dir is None
        self.data_dir = data_dir or tempfile.mkdtemp(prefix='bty-door-')
        self.settings = settings
        self.env = dict(os.environ, LC_ALL='C.UTF-8', G_DEBUG='fatal-criticals', **(env or {}))
        if not env or 'XDG_RUNTIME_DIR' not in env:
            self.env.pop('XDG_RUNTIME_DIR', None)

    def start(self):
        program, modules = sys.argv[1], [a for a in sys.argv[2:] if a.endswith('.so')]
        settings = self.settings
        if not any(s.startswith('http.port=') for s in settings):
            settings = ('http.port=0', *settings)
        self.process = subprocess.Popen([program, self.data_dir, *modules, *settings], env=self.env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addresses = self.process.stdout.readline().split()
        self.port = 0
        self.path = None
        for address in self.addresses:
            if address.startswith('http'):
                self.port = int(address.rsplit(':', 1)[1])
            else:
                self.path = address[len('unix:'):]
        return self

    def __enter__(self):
        self.start()
        assert self.addresses, self.process.stderr.read()
        return self

    def tell(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def rss(self):
        with open(f'/proc/{self.process.pid}/statm', encoding='ascii') as f:
            return int(f.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def settled_descriptors(self):
        """How many there are once the connections that tests have closed are closed here too."""
        count, since = self.descriptors(), time.monotonic()
        while time.monotonic() - since < 0.2:
            time.sleep(0.01)
            if self.descriptors() != count:
                count, since = self.descriptors(), time.monotonic()
        return count

    def stop(self):
        self.process.stdin.close()
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = 'time-out'
        errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        if self.own_dir:
            shutil.rmtree(self.data_dir, ignore_errors=True)
        return code, errors

    def __exit__(self, kind, value, trace):
        code, errors = self.stop()
        if kind is None:
            assert code == 0, f'the server ended with {code}: {errors}'

    def connect(self, timeout=10):
        return socket.create_connection(('127.0.0.1', self.port), timeout)

    def connect_unix(self, timeout=10):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(timeout)
        s.connect(self.path)
        return s

    def request(self, method, path, body=None, headers=None, token=TOKEN, sock=None):
        """One request on a connection of its own, or on sock; gives an Answer."""
        with (sock or self.connect()) as s:
            s.sendall(make_request(method, path, body, headers, token))
            return read_answer(s.makefile('rb'), method == 'HEAD')


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def code(self):
        assert self.headers['content-type'] == 'application/problem+json', self.headers
        problem = self.json()
        assert problem['status'] == self.status and problem['type'].startswith('urn:boternity:error:'), problem
        return problem['code']

    def __repr__(self):
        return f'{self.status} {self.headers} {self.body[:500]}'


def make_request(method, path, body=None, headers=None, token=TOKEN):
    lines = [f'{method} {path} HTTP/1.1']
    all_headers = {'Host': 'localhost'}
    if token:
        all_headers['Authorization'] = f'Bearer {token}'
    if body is not None:
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        all_headers['Content-Type'] = 'application/json'
        all_headers['Content-Length'] = str(len(body))
    all_headers.update(headers or {})
    lines += [f'{name}: {value}' for name, value in all_headers.items() if value is not None]
    return '\r\n'.join(lines).encode() + b'\r\n\r\n' + (body or b'')


def read_head(f):
    line = f.readline()
    assert line.startswith(b'HTTP/1.'), f'no answer but {line!r}'
    status = int(line.split()[1])
    headers = {}
    while (line := f.readline()) not in (b'\r\n', b''):
        name, value = line.decode().split(':', 1)
        headers[name.strip().lower()] = value.strip()
    return status, headers


def read_answer(f, is_head=False):
    status, headers = read_head(f)
    if is_head or status in (204, 304):
        body = b''
    elif headers.get('transfer-encoding') == 'chunked':
        body = b''.join(read_chunks(f))
    elif 'content-length' in headers:
        body = f.read(int(headers['content-length']))
        assert len(body) == int(headers['content-length']), 'the body was cut short'
    else:
        body = f.read()
    return Answer(status, headers, body)


def read_chunks(f):
    while True:
        line = f.readline()
        assert line, 'the stream was cut short'
        size = int(line, 16)
        data = f.read(size)
        assert f.readline() == b'\r\n' and len(data) == size
        if size == 0:
            return
        yield data


class Events:
    """A stream of server-sent events, read from a socket."""

    def __init__(self, server, path, method='GET', body=None, headers=None, sock=None):
        self.sock = sock or server.connect()
        self.sock.sendall(make_request(method, path, body, headers))
        self.file = self.sock.makefile('rb')
        self.status, self.headers = read_head(self.file)
        self.comments = 0
        self.retry = None
        self.rest = b''

    def __iter__(self):
        assert self.headers['content-type'] == 'text/event-stream', (self.status, self.headers)
        for chunk in read_chunks(self.file):
            self.rest += chunk
            while b'\n\n' in self.rest:
                frame, self.rest = self.rest.split(b'\n\n', 1)
                event = self.parse(frame.decode())
                if event:
                    yield event
        assert self.rest == b'', self.rest

    def parse(self, frame):
        event = {}
        for line in frame.split('\n'):
            if line.startswith(':') or line == '':
                self.comments += 1
            elif line.startswith('retry: '):
                self.retry = int(line[7:])
            else:
                name, value = line.split(': ', 1)
                event[name] = json.loads(value) if name == 'data' else value
        return event

    def close(self):
        self.file.close()
        self.sock.close()


def wait_until(condition, timeout=10):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, 'it did not come true in time'
        time.sleep(0.01)


class Skip(Exception):
    pass


def run(tests):
    """Runs functions as TAP tests, in the order in which they stand."""
    print(f'1..{len(tests)}')
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.removeprefix('test_').replace('_', ' ')
        try:
            test()
            print(f'ok {number} - {name}', flush=True)
        except Skip as reason:
            print(f'ok {number} - {name} # SKIP {reason}', flush=True)
        except Exception:  # a test may fail in any way
            failed += 1
            print(f'not ok {number} - {name}')
            for line in traceback.format_exc().splitlines():
                print(f'# {line}', flush=True)
    return 1 if failed else 0
