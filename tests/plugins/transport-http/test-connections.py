# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients do with connections: keep them, fill them, drop them, open many at once."""

import select
import socket
import struct
import sys
import threading
import time

import door

STATS = '/api/v1/stats'


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()


def test_kept_connections():
    with door.Server() as server:
        with server.connect() as s:
            f = s.makefile('rb')
            for i in range(200):
                s.sendall(door.make_request('GET', STATS if i % 3 else '/nowhere'))
                assert door.read_answer(f).status == (200 if i % 3 else 404)
            s.sendall(door.make_request('GET', STATS, headers={'Connection': 'close'}))
            assert door.read_answer(f).status == 200
            assert f.read() == b''
        with server.connect() as s:
            s.sendall(b'GET /healthz HTTP/1.0\r\n\r\n')
            f = s.makefile('rb')
            assert door.read_answer(f).status == 200 and f.read() == b''


def test_pipelined_requests():
    with door.Server() as server:
        requests, wanted = [], []
        for i in range(60):
            requests.append(door.make_request('POST', '/api/v1/things', {'name': f'thing-{i}', 'note': 'x' * i * 100}))
            requests.append(door.make_request('GET', f'/api/v1/things/thing-{i}'))
            requests.append(door.make_request('POST', '/api/v1/failures', {'code': 'NOT_FOUND', 'delay': 1}))
            wanted += [201, 200, 404]
        with server.connect() as s:
            s.sendall(b''.join(requests))
            f = s.makefile('rb')
            answers = [door.read_answer(f) for _ in wanted]
        assert [a.status for a in answers] == wanted
        assert [a.json()['slug'] for a in answers if a.status == 200] == [f'thing-{i}' for i in range(60)]


def test_a_byte_at_a_time():
    with door.Server() as server:
        request = door.make_request('POST', '/api/v1/things', {'name': 'slow'})
        with server.connect() as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            f = s.makefile('rb')
            for i in range(len(request)):
                s.sendall(request[i:i + 1])
            assert door.read_answer(f).status == 201


def test_expect_continue():
    with door.Server() as server:
        request = door.make_request('POST', '/api/v1/things', {'name': 'polite'}, {'Expect': '100-continue'})
        head, body = request.split(b'\r\n\r\n')
        with server.connect() as s:
            f = s.makefile('rb')
            s.sendall(head + b'\r\n\r\n')
            status, _ = door.read_head(f)
            assert status == 100
            s.sendall(body)
            assert door.read_answer(f).status == 201


def test_64_connects_at_once():
    with door.Server() as server:
        server.request('GET', STATS)
        begin = time.monotonic()
        sockets = []
        for _ in range(64):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(('127.0.0.1', server.port))
            sockets.append(s)
        for s in sockets:
            select.select([], [s], [], 5)
            s.setblocking(True)
            s.settimeout(5)
            s.sendall(door.make_request('GET', STATS))
        for s in sockets:
            assert door.read_answer(s.makefile('rb')).status == 200
            s.close()
        assert time.monotonic() - begin < 1, time.monotonic() - begin


def test_clients_that_vanish():
    with door.Server() as server:
        server.request('POST', '/api/v1/things', {'name': 'big', 'note': 'x' * 5000000})
        server.request('GET', STATS)
        count = server.settled_descriptors()
        kept = door.make_request('GET', STATS)
        for request in (b'', b'GET /api', kept, kept + b'GET', kept + b'GET / HTTP/1.1\r\nHost:', kept + b'\r\n', door.make_request('POST', '/api/v1/things', b'{"name":"x"', {'Content-Length': '50'}),
                        door.make_request('GET', '/api/v1/things/big'), door.make_request('POST', '/api/v1/sleepers'),
                        door.make_request('GET', '/api/v1/ticks?count=1000&delay=5'), door.make_request('GET', '/api/v1/tokens?count=100000'),
                        door.make_request('GET', '/api/v1/ticks?count=1000&delay=5', headers={'Accept': 'application/json'})):
            for end in (reset, socket.socket.close):
                for pause in (0, 0.02):
                    s = server.connect()
                    s.sendall(request)
                    time.sleep(pause)
                    end(s)
        door.wait_until(lambda: server.descriptors() == count)
        door.wait_until(lambda: server.request('GET', STATS).json()['running'] == 0)


def test_stop_ends_streams_and_lets_answers_finish():
    with door.Server('http.drain_time=3000') as server:
        events = door.Events(server, '/api/v1/ticks?count=1000&delay=20')
        with server.connect() as answering, server.connect() as idle:
            answering.sendall(door.make_request('POST', '/api/v1/failures', {'code': 'NOT_FOUND', 'delay': 300}))
            idle.sendall(door.make_request('GET', STATS))
            assert door.read_answer(idle.makefile('rb')).status == 200
            time.sleep(0.1)
            server.tell('stop')
            assert door.read_answer(answering.makefile('rb')).status == 404
            assert idle.recv(10) == b''
        seen = list(events)  # its chunks end as they should
        assert {e['event'] for e in seen[:-1]} == {'item'}, 'a stream that is cut must not look as if it had ended'
        assert (seen[-1]['event'], seen[-1]['data']['code'], seen[-1]['data']['status']) == ('error', 'UNAVAILABLE', 503)
        assert 'id' not in seen[-1], 'who comes back begins after the last item'
        events.close()
        assert server.process.stdout.readline() == 'stopped\n'
        try:
            server.connect(1).close()
            raise AssertionError('it still listens')
        except ConnectionRefusedError:
            pass


def test_many_clients_at_once():
    with door.Server() as server:
        failures = []

        def work(number):
            try:
                with server.connect() as s:
                    f = s.makefile('rb')
                    for i in range(40):
                        s.sendall(door.make_request('POST', '/api/v1/things', {'name': f'{number}-{i}'}))
                        assert door.read_answer(f).status == 201
                        s.sendall(door.make_request('GET', f'/api/v1/things/{number}-{i}'))
                        assert door.read_answer(f).json()['name'] == f'{number}-{i}'
                events = door.Events(server, '/api/v1/ticks?count=20&delay=1')
                assert [int(e['id']) for e in events if e['event'] == 'item'] == list(range(1, 21))
                events.close()
            except Exception as error:  # told to the main thread
                failures.append(repr(error))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures
        door.wait_until(lambda: server.request('GET', STATS).json()['running'] == 0)


sys.exit(door.run([test_kept_connections, test_pipelined_requests, test_a_byte_at_a_time, test_expect_continue,
                   test_64_connects_at_once, test_clients_that_vanish, test_stop_ends_streams_and_lets_answers_finish,
                   test_many_clients_at_once]))
