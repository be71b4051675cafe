#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""run-upstream.py [--tls | --h2] [--key KEY] PROGRAM [ARGUMENTS]: runs a program with a model server beside it.

The program finds in its environment: BTY_TEST_UPSTREAM, the base URL; BTY_TEST_DIRECT, the server itself, for /_requests; and with
--tls or --h2, which put nghttpx with a certificate of its own in front (speaking HTTP/1.1 or HTTP/2, or HTTP/2 only), BTY_TEST_CA,
the authority to trust. BTY_TEST_SERVER names the script of a server that speaks another wire format than upstream.py.
"""
import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    for _ in range(200):
        if process.poll() is not None:
            sys.exit(f'run-upstream.py: the server on port {port} ended')
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f'run-upstream.py: nothing listens on port {port}')


def start_front(folder, backend, protocols):
    """nghttpx in front of the port @backend: the process, its port and the certificate."""
    key, certificate = os.path.join(folder, 'key.pem'), os.path.join(folder, 'certificate.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost',
                    '-keyout', key, '-out', certificate], check=True, stderr=subprocess.DEVNULL)
    port = free_port()
    process = subprocess.Popen(['nghttpx', '--conf=/dev/null', '--workers=1', f'--frontend=127.0.0.1,{port}',
                                f'--backend=127.0.0.1,{backend}', '--errorlog-file=/dev/null', f'--npn-list={protocols}', '--log-level=FATAL', key, certificate],
                               stdin=subprocess.DEVNULL)
    wait_for(port, process)
    return process, port, certificate


def run(options, folder, environment):
    """Exit status of the program."""
    upstream = subprocess.Popen([sys.executable, '-B', os.path.join(HERE, os.environ.get('BTY_TEST_SERVER', 'upstream.py')),
                                 '--shape', options.shape, '--key', options.key],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    processes = [upstream]
    try:
        port = int(upstream.stdout.readline())
        environment['BTY_TEST_DIRECT'] = environment['BTY_TEST_UPSTREAM'] = f'http://127.0.0.1:{port}'
        if options.h2 or options.tls:
            front, port, certificate = start_front(folder, port, 'h2' if options.h2 else 'h2,http/1.1')
            processes.append(front)
            environment['BTY_TEST_UPSTREAM'] = f'https://127.0.0.1:{port}'
            environment['BTY_TEST_CA'] = certificate
            environment['BTY_TEST_H2'] = '1' if options.h2 else ''
        return subprocess.run([options.program, *options.arguments], env=environment, check=False).returncode
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def main():
    parser = argparse.ArgumentParser(description='runs a program with a model server beside it')
    parser.add_argument('--tls', action='store_true', help='over TLS, with HTTP/1.1 and HTTP/2 on offer')
    parser.add_argument('--h2', action='store_true', help='over TLS, with HTTP/2 only')
    parser.add_argument('--key', default='')
    parser.add_argument('--shape', default='')
    parser.add_argument('program')
    parser.add_argument('arguments', nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if (options.h2 or options.tls) and not (shutil.which('nghttpx') and shutil.which('openssl')):
        print('1..0 # SKIP nghttpx or openssl is not installed')
        return 0
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith('_proxy')}
    with tempfile.TemporaryDirectory(prefix='bty-upstream-') as folder:
        status = run(options, folder, environment)
    return status if status >= 0 else 128 - status


if __name__ == '__main__':
    sys.exit(main())
