# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where it listens: the port, the unix socket, and who may use them."""

import hashlib
import os
import shutil
import socket
import stat
import sys
import tempfile

import door

STATS = '/api/v1/stats'


def test_port():
    with door.Server() as server:
        assert server.addresses[0] == f'http://127.0.0.1:{server.port}' and server.port > 0
        with socket.socket() as s:
            s.settimeout(1)
            assert s.connect_ex(('127.0.0.2', server.port)) != 0, 'it listens on more than it was told'
        other = door.Server(f'http.port={server.port}').start()
        code, errors = other.stop()
        assert code == 1 and str(server.port) in errors and 'http.port' in errors, errors


def test_addresses():
    with door.Server('http.address=::1') as server:
        assert server.addresses[0] == f'http://[::1]:{server.port}'
        with socket.create_connection(('::1', server.port), 5) as s:
            s.sendall(door.make_request('GET', STATS, headers={'Host': f'[::1]:{server.port}'}))
            assert door.read_answer(s.makefile('rb')).status == 200
    with door.Server('http.address=') as server:
        assert len(server.addresses) == 1 and server.addresses[0].startswith('unix:')
        assert server.request('GET', STATS, sock=server.connect_unix()).status == 200
    bad = door.Server('http.address=example.org').start()
    code, errors = bad.stop()
    assert code == 1 and 'example.org' in errors, errors


def test_unix_socket():
    with door.Server() as server:
        assert server.path == os.path.join(server.data_dir, 'run', 'ctl.sock')
        assert stat.S_IMODE(os.stat(server.path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(os.path.dirname(server.path)).st_mode) == 0o700
        answer = server.request('GET', STATS, token=None, sock=server.connect_unix())
        assert answer.status == 200, 'whoever owns the process needs no token on its socket'
        assert server.request('GET', STATS, token=None).status == 401
        with server.connect_unix() as s:  # HTTP/1.0 without a host
            s.sendall(b'GET /api/v1/stats HTTP/1.0\r\n\r\n')
            assert door.read_answer(s.makefile('rb')).status == 200
        path = server.path
    assert not os.path.exists(path), 'the socket was left behind'


def test_runtime_folder():
    runtime = tempfile.mkdtemp(prefix='bty-run-')
    try:
        with door.Server(env={'XDG_RUNTIME_DIR': runtime}) as server:
            digest = hashlib.sha256(server.data_dir.encode()).hexdigest()[:16]
            assert server.path == os.path.join(runtime, 'boternity', digest + '.sock')
            assert server.request('GET', STATS, token=None, sock=server.connect_unix()).status == 200
        with door.Server(env={'XDG_RUNTIME_DIR': runtime + '/absent'}) as server:
            assert server.path == os.path.join(server.data_dir, 'run', 'ctl.sock')
    finally:
        shutil.rmtree(runtime)


def test_long_paths():
    folder = tempfile.mkdtemp(prefix='bty-' + 'x' * 100)
    try:
        with door.Server(data_dir=folder) as server:
            assert server.path.startswith(f'/tmp/boternity-{os.geteuid()}/') and len(server.path) < 108
            assert stat.S_IMODE(os.stat(os.path.dirname(server.path)).st_mode) == 0o700
            assert server.request('GET', STATS, token=None, sock=server.connect_unix()).status == 200
    finally:
        shutil.rmtree(folder)


def test_leftovers():
    folder = tempfile.mkdtemp(prefix='bty-door-')
    try:
        os.mkdir(os.path.join(folder, 'run'), 0o777)
        path = os.path.join(folder, 'run', 'ctl.sock')
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(path)
        with door.Server(data_dir=folder) as server:  # nobody answers there
            assert server.request('GET', STATS, token=None, sock=server.connect_unix()).status == 200
            assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
            second = door.Server(data_dir=folder).start()
            code, errors = second.stop()
            assert code == 1 and path in errors, errors
            assert server.request('GET', STATS, token=None, sock=server.connect_unix()).status == 200
        with open(path, 'w', encoding='ascii') as f:
            f.write('precious')
        third = door.Server(data_dir=folder).start()
        code, errors = third.stop()
        assert code == 1 and os.path.getsize(path) == 8, 'it took away a file that is no socket'
        os.unlink(path)
        with door.Server(data_dir=folder) as server:  # its file is taken away and another's put there
            os.unlink(path)
            with socket.socket(socket.AF_UNIX) as s:
                s.bind(path)
        assert os.path.exists(path), "it took away another's socket"
    finally:
        shutil.rmtree(folder)


def test_folder_of_someone_else():
    folder = tempfile.mkdtemp(prefix='bty-door-')
    try:
        os.symlink(tempfile.gettempdir(), os.path.join(folder, 'run'))
        server = door.Server(data_dir=folder).start()
        code, errors = server.stop()
        assert code == 1 and 'run' in errors, errors
    finally:
        shutil.rmtree(folder)


sys.exit(door.run([test_port, test_addresses, test_unix_socket, test_runtime_folder, test_long_paths, test_leftovers,
                   test_folder_of_someone_else]))
