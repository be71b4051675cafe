# SPDX-License-Identifier: LGPL-2.1-or-later
"""A WebSocket client as bare as can be: it frames what it is told to, however wrong, and reads strictly what comes."""

import json
import socket
import struct

import door

PATH = '/api/v1/ws'
KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
HEADERS = {'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': KEY}
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode, payload=b'', final=True, mask=b'\x12\x34\x56\x78', reserved=0, length=None):
    """One frame; mask None: without; length: what it says of itself, in place of the truth."""
    length = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    bit = 0 if mask is None else 0x80
    if length < 126:
        head += bytes([bit | length])
    elif length < 65536:
        head += bytes([bit | 126]) + struct.pack('>H', length)
    else:
        head += bytes([bit | 127]) + struct.pack('>Q', length)
    if mask is None:
        return head + payload
    key = int.from_bytes((mask * (len(payload) // 4 + 1))[:len(payload)], 'big')
    return head + mask + (int.from_bytes(payload, 'big') ^ key).to_bytes(len(payload), 'big')


class Closed(Exception):
    """The other side has said goodbye, or is gone (1006)."""

    def __init__(self, code, reason=''):
        super().__init__(f'{code} {reason}')
        self.code = code
        self.reason = reason


class WebSocket:
    def __init__(self, server, headers=None, token=door.TOKEN, path=PATH, sock=None, early=b''):
        self.sock = sock or server.connect()
        self.sock.sendall(door.make_request('GET', path, None, {**HEADERS, **(headers or {})}, token) + early)
        self.file = self.sock.makefile('rb')
        self.status, self.headers = door.read_head(self.file)
        self.next_id = 0
        self.kept = []
        if self.status == 101:
            assert self.headers['sec-websocket-accept'] == ACCEPT and 'sec-websocket-extensions' not in self.headers
        else:
            self.body = self.file.read(int(self.headers.get('content-length', 0)))

    def __enter__(self):
        assert self.status == 101, (self.status, self.body)
        return self

    def __exit__(self, kind, value, trace):
        self.drop()

    def drop(self):
        self.file.close()
        self.sock.close()

    def send_raw(self, data):
        self.sock.sendall(data)

    def send(self, message):
        self.sock.sendall(frame(TEXT, message if isinstance(message, bytes) else json.dumps(message).encode()))

    def recv_frame(self):
        head = self.file.read(2)
        if len(head) < 2:
            raise Closed(1006)
        assert head[0] & 0x70 == 0 and head[0] & 0x80 and not head[1] & 0x80, head
        length = head[1] & 0x7f
        if length == 126:
            length = struct.unpack('>H', self.file.read(2))[0]
            assert length > 125
        elif length == 127:
            length = struct.unpack('>Q', self.file.read(8))[0]
            assert length > 65535
        payload = self.file.read(length)
        if len(payload) < length:
            raise Closed(1006)
        return head[0] & 0x0f, payload

    def recv(self):
        """The next message; pings are answered."""
        while True:
            opcode, payload = self.recv_frame()
            if opcode == TEXT:
                return json.loads(payload)
            if opcode == PING:
                self.sock.sendall(frame(PONG, payload))
            elif opcode == CLOSE:
                raise Closed(*self.parse_close(payload))
            else:
                assert opcode == PONG, opcode

    @staticmethod
    def parse_close(payload):
        if not payload:
            return 1005, ''
        return struct.unpack('>H', payload[:2])[0], payload[2:].decode()

    def closed(self):
        """Reads on to the end; gives the code. The goodbye is answered."""
        try:
            while True:
                self.recv()
        except Closed as end:
            if end.code != 1006:
                self.close(end.code)
                assert self.file.read() == b''
            return end.code
        except ConnectionResetError:
            return 1006

    def close(self, code=1000, reason=''):
        self.sock.sendall(frame(CLOSE, struct.pack('>H', code) + reason.encode()))

    def start(self, method, params=None, **members):
        self.next_id += 1
        message = {'jsonrpc': '2.0', 'id': self.next_id, 'method': method, **members}
        if params is not None:
            message['params'] = params
        self.send(message)
        return self.next_id

    def answer(self, number):
        """The answer to a call; items and other answers that come before it are kept."""
        for message in self.kept:
            if message.get('id') == number and 'method' not in message:
                self.kept.remove(message)
                return message
        while True:
            message = self.recv()
            if message.get('id') == number and 'method' not in message:
                assert message['jsonrpc'] == '2.0' and len(message) == 3, message
                return message
            self.kept.append(message)

    def call(self, method, params=None, **members):
        return self.answer(self.start(method, params, **members))

    def result(self, method, params=None, **members):
        message = self.call(method, params, **members)
        assert 'result' in message, message
        return message['result']

    def error(self, method, params=None, **members):
        message = self.call(method, params, **members)
        assert 'error' in message, message
        return message['error']['code'], message['error']['data']['code']

    def items(self, call):
        """The items of a call that are here already."""
        taken = [m['params'] for m in self.kept if m.get('method') == 'item' and m['params']['call'] == call]
        self.kept = [m for m in self.kept if m.get('method') != 'item' or m['params']['call'] != call]
        return taken


def quiet(sock, seconds=0.2):
    """Whether nothing comes for a while."""
    sock.settimeout(seconds)
    try:
        return sock.recv(1, socket.MSG_PEEK) == b'never'
    except TimeoutError:
        return True
    finally:
        sock.settimeout(10)
