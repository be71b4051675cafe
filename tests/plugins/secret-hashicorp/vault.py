#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""vault.py: a stand-in for HashiCorp Vault's KV engine, version 2, for tests, in the shapes of its HTTP documentation.

It prints its port as one line and exits when its standard input closes. The token is `test-token`, the mount `secret`, and with a
namespace header it is `team`. Entries whose name begins with `odd-` are answered wrongly, each in the way of its name.
"""
import http.server
import json
import sys
import threading
import time
import urllib.parse

TOKEN = 'test-token'
entries = {}          # path -> list of versions (None: deleted)
asked = []            # (method, path, headers) of every request
NOW = '2026-01-02T03:04:05.678901234Z'
ODD = {
    'odd-html': (200, 'text/html', b'<html><body>Sign in first</body></html>'),
    'odd-html-error': (502, 'text/html', b'<html>Bad Gateway</html>'),
    'odd-cut': (200, 'application/json', b'{"data":{"data":{"value":"sk-cut'),
    'odd-number': (200, 'application/json', b'{"data":{"data":{"value":12},"metadata":{"version":1}}}'),
    'odd-array': (200, 'application/json', b'{"data":[]}'),
    'odd-root': (200, 'application/json', b'[1]'),
    'odd-twice': (200, 'application/json', b'{"data":{"data":{"value":"a","value":"b"},"metadata":{"version":1}}}'),
    'odd-version1': (200, 'application/json', b'{"data":{"value":"v1 engine"}}'),
    'odd-deep': (200, 'application/json', b'{"data":{"data":' + b'[' * 100000 + b']' * 100000 + b'}}'),
    'odd-sealed': (503, 'application/json', b'{"errors":["Vault is sealed"]}'),
    'odd-down': (503, 'application/json', b'{"errors":["internal"]}'),
    'odd-quota': (429, 'application/json', b'{"errors":["request path \\"secret\\": rate limit quota exceeded"]}'),
    'odd-echo': (400, 'application/json', b'{"errors":["bad token test-token in header"]}'),
    'odd-empty': (200, 'application/json', b''),
    'odd-huge-value': (200, 'application/json',
                       b'{"data":{"data":{"value":"' + b'x' * 70000 + b'"},"metadata":{"version":1}}}'),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def answer(self, status, document=None, kind='application/json', extra=()):
        body = document if isinstance(document, bytes) else b'' if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Cache-Control', 'no-store')
        for name, value in extra:
            self.send_header(name, value)
        if status != 204:
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fail(self, status, *errors):
        self.answer(status, {'errors': list(errors)})

    @staticmethod
    def wrap(data):
        return {'request_id': 'c24f', 'lease_id': '', 'renewable': False, 'lease_duration': 0, 'data': data, 'wrap_info': None,
                'warnings': None, 'auth': None}

    @staticmethod
    def metadata(version, deleted=''):
        return {'created_time': NOW, 'custom_metadata': None, 'deletion_time': deleted, 'destroyed': False, 'version': version}

    def odd(self, name):
        if name == 'odd-silent':
            time.sleep(3600)
        elif name == 'odd-redirect':
            self.answer(307, None, extra=[('Location', f'http://127.0.0.2:{PORT}/v1/secret/data/stolen')])
        elif name == 'odd-10mb':
            self.answer(200, b'{"data":{"data":{"value":"' + b'y' * 10_000_000 + b'"}}}')
        elif name == 'odd-drop':
            self.close_connection = True
            self.connection.close()
        elif name in ODD:
            status, kind, body = ODD[name]
            self.answer(status, body, kind)
        else:
            return False
        return True

    def handle_all(self, body=None):
        url = urllib.parse.urlsplit(self.path)
        asked.append((self.command, self.path, dict(self.headers)))
        if url.path == '/_asked':
            return self.answer(200, asked)
        if self.headers.get('X-Vault-Request') != 'true':
            return self.fail(412, 'missing X-Vault-Request')
        if self.headers.get('X-Vault-Token') != TOKEN:
            return self.fail(403, 'permission denied')
        parts = url.path.split('/')
        if parts[:3] != ['', 'v1', 'secret'] or parts[3] not in ('data', 'metadata'):
            return self.fail(404, 'no handler for route "' + url.path + '". route entry not found.')
        path = urllib.parse.unquote('/'.join(parts[4:]))
        if self.odd(path):
            return None
        if parts[3] == 'metadata' and self.command == 'GET' and url.query == 'list=true':
            return self.list(path)
        return getattr(self, self.command.lower() + '_' + parts[3])(path, body)

    def list(self, folder):
        prefix = folder.strip('/') + '/' if folder.strip('/') else ''
        keys = set()
        for path in entries:
            if path.startswith(prefix):
                first, slash, _ = path[len(prefix):].partition('/')
                keys.add(first + slash)
        if not keys:
            return self.fail(404)
        return self.answer(200, self.wrap({'keys': sorted(keys)}))

    def get_data(self, path, _):
        versions = entries.get(path)
        if not versions:
            return self.fail(404)
        if versions[-1] is None:
            return self.answer(404, self.wrap({'data': None, 'metadata': self.metadata(len(versions), NOW)}))
        return self.answer(200, self.wrap({'data': versions[-1], 'metadata': self.metadata(len(versions))}))

    def post_data(self, path, body):
        versions = entries.setdefault(path, [])
        cas = body.get('options', {}).get('cas')
        if cas is not None and cas != len(versions):
            return self.fail(400, 'check-and-set parameter did not match the current version')
        if path == 'raced':  # somebody else was there meanwhile
            return self.fail(400, 'check-and-set parameter did not match the current version')
        versions.append(body['data'])
        return self.answer(200, self.wrap(self.metadata(len(versions))))

    def delete_data(self, path, _):
        if path in entries:
            entries[path].append(None)
        self.answer(204)

    def delete_metadata(self, path, _):
        entries.pop(path, None)
        self.answer(204)

    def do_GET(self):
        self.handle_all()

    def do_DELETE(self):
        self.handle_all()

    def do_POST(self):
        self.handle_all(json.loads(self.rfile.read(int(self.headers['Content-Length']))))


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Clients go away in the middle: that is among what is tried."""


server = Server(('127.0.0.1', 0), Handler)
server.daemon_threads = True
PORT = server.server_port
other = Server(('127.0.0.2', PORT), Handler)
other.daemon_threads = True
for one in (server, other):
    threading.Thread(target=one.serve_forever, daemon=True).start()
print(PORT, flush=True)
sys.stdin.read()
