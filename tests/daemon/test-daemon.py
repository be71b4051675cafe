#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternityd as a process: starting, being ready, being alone, stopping, and what it says when it cannot."""
import os
import re
import resource
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get('BOTERNITY_TEST_BUILD') or os.path.abspath('build')
PROGRAM = os.path.join(BUILD, 'src', 'daemon', 'boternityd')
PATIENCE = 20
tests = []


def test(function):
    tests.append(function)
    return function


class Place:
    """A temporary folder, an environment without a home, and the daemons that run in it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='bty-daemon-')
        self.data = os.path.join(self.folder, 'data')
        self.environment = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'BOTERNITY_HTTP_PORT': '0',
                            'BOTERNITY_DATA_DIR': self.data, 'BOTERNITY_CONFIG_DIR': os.path.join(self.folder, 'config')}
        for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS'):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *arguments, wait=True, **environment):
        """A daemon that says ready on a pipe; with wait, once it did."""
        ready, ready_child = os.pipe()
        process = subprocess.Popen([PROGRAM, '--ready-fd', str(ready_child), *arguments],
                                   env={**self.environment, **environment}, pass_fds=[ready_child],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(ready_child)
        self.running.append(process)
        if wait:
            line = read_until_end(ready)
            assert line == b'ready\n', (line, process.communicate()[1])
        os.close(ready)
        return process

    def fail(self, *arguments, drop=(), **environment):
        """Runs a daemon that must not start; gives its exit code and what it said."""
        given = {**self.environment, **environment}
        for name in drop:
            given.pop(name, None)
        result = subprocess.run([PROGRAM, *arguments], env=given, stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=PATIENCE, check=False)
        return result.returncode, result.stderr.decode()


def read_until_end(fd):
    data, end = b'', time.monotonic() + PATIENCE
    while select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
        part = os.read(fd, 100)
        if not part:
            return data
        data += part
    raise AssertionError(f'no end after {PATIENCE} s; so far {data}')


def stop(process, number=signal.SIGTERM):
    process.send_signal(number)
    said = process.communicate(timeout=PATIENCE)[1].decode()
    assert process.returncode == 0, (process.returncode, said)
    return said


def assert_one_line(said):
    lines = said.splitlines()
    assert len(lines) == 1 and lines[0].startswith('boternityd: '), said


@test
def version_and_help():
    result = subprocess.run([PROGRAM, '--version'], env={}, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert re.fullmatch(r'boternityd \d+\.\d+\.\d+\n', result.stdout), result.stdout
    result = subprocess.run([PROGRAM, '--help'], env={}, capture_output=True, text=True, timeout=PATIENCE, check=True)
    for option in ('--data-dir', '--config-dir', '--foreground', '--log-level', '--ready-fd'):
        assert option in result.stdout, option


@test
def starts_and_stops():
    with Place() as place:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            said = stop(place.start('--foreground'), number)
            assert 'stopped' in said, said
        assert not os.path.getsize(os.path.join(place.data, 'daemon.lock'))


@test
def second_is_refused():
    with Place() as place:
        first = place.start()
        code, said = place.fail()
        assert code == 6, (code, said)
        assert_one_line(said)
        assert f'(process {first.pid})' in said and place.data in said and 'boternity-ctl stop' in said, said
        stop(first)
        stop(place.start())


@test
def two_folders():
    with Place() as place:
        first = place.start()
        second = place.start('--data-dir', os.path.join(place.folder, 'other'))
        stop(first)
        stop(second)


@test
def killed_leaves_no_lock():
    with Place() as place:
        process = place.start()
        process.kill()
        process.wait()
        stop(place.start())


@test
def many_at_once():
    """Of those that start at the same time exactly one serves."""
    with Place() as place:
        started = [place.start(wait=False) for _ in range(8)]
        end = time.monotonic() + PATIENCE
        while sum(process.poll() is None for process in started) > 1 and time.monotonic() < end:
            time.sleep(0.05)
        alive = [process for process in started if process.poll() is None]
        assert len(alive) == 1, [process.returncode for process in started]
        assert all(process.returncode == 6 for process in started if process is not alive[0])
        stop(alive[0])


@test
def stopped_at_any_moment():
    """A signal before there is a handler ends it, one after that is never lost, however early it comes."""
    with Place() as place:
        for step in range(40):
            process = place.start(wait=False)
            time.sleep(step * 0.001)
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
            assert process.returncode in (0, -signal.SIGTERM), (step, process.returncode, process.stderr.read())
        stop(place.start())


@test
def files_are_private():
    with Place() as place:
        process = place.start()
        for folder, folders, names in os.walk(place.data):
            for name in folders + names:
                mode = stat.S_IMODE(os.lstat(os.path.join(folder, name)).st_mode)
                assert not mode & 0o077, (name, oct(mode))
        assert stat.S_IMODE(os.stat(place.data).st_mode) == 0o700
        stop(process)


@test
def no_core_dumps():
    with Place() as place:
        process = place.start()
        assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
        if 'ASAN_OPTIONS' not in os.environ:
            assert os.stat(f'/proc/{process.pid}/environ').st_uid == 0
        process.send_signal(signal.SIGABRT)
        process.wait(PATIENCE)
        assert process.returncode == -signal.SIGABRT
        assert not [name for name in os.listdir(place.folder) if name.startswith('core')]


@test
def core_dumps_for_who_asks():
    with Place() as place:
        process = place.start(BOTERNITY_DAEMON_CORE_DUMPS='true')
        soft, hard = resource.prlimit(process.pid, resource.RLIMIT_CORE)
        assert soft == hard == resource.getrlimit(resource.RLIMIT_CORE)[1]
        assert os.stat(f'/proc/{process.pid}/environ').st_uid == os.geteuid()
        stop(process)


@test
def notifies_service_manager():
    for name in ('path', 'abstract'):
        with Place() as place, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            address = os.path.join(place.folder, 'notify') if name == 'path' else f'@bty-test-{os.getpid()}'
            manager.bind(address.replace('@', '\0'))
            manager.settimeout(PATIENCE)
            process = place.start(NOTIFY_SOCKET=address)
            assert manager.recv(100) == b'READY=1'
            stop(process)
            assert manager.recv(100) == b'STOPPING=1'


@test
def says_nothing_when_it_fails():
    """Whoever waits on the descriptor sees its end, and no line."""
    with Place() as place:
        with open(place.data, 'w', encoding='ascii'):
            pass
        ready, ready_child = os.pipe()
        process = subprocess.Popen([PROGRAM, '--ready-fd', str(ready_child)], env=place.environment,
                                   pass_fds=[ready_child], stderr=subprocess.PIPE)
        os.close(ready_child)
        assert read_until_end(ready) == b''
        os.close(ready)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 7, process.returncode


@test
def data_folder_is_a_file():
    with Place() as place:
        with open(place.data, 'w', encoding='ascii'):
            pass
        for data in (place.data, os.path.join(place.data, 'below')):
            code, said = place.fail('--data-dir', data)
            assert code == 7, (code, said)
            assert_one_line(said)
            assert f'“{data}” cannot be used' in said and 'BOTERNITY_DATA_DIR' in said, said


@test
def data_folder_is_read_only():
    if os.geteuid() == 0:
        return 'root writes everywhere'
    with Place() as place:
        os.mkdir(place.data, 0o500)
        code, said = place.fail()
        assert code == 7 and 'Permission denied' in said, (code, said)
        assert_one_line(said)
    return None


@test
def no_place_for_data():
    with Place() as place:
        code, said = place.fail(drop=['BOTERNITY_DATA_DIR'])
        assert code == 7, (code, said)
        assert_one_line(said)
        assert 'HOME is not set' in said and 'BOTERNITY_DATA_DIR' in said, said


@test
def token_of_others():
    with Place() as place:
        stop(place.start())
        os.chmod(os.path.join(place.data, 'token'), 0o644)
        code, said = place.fail()
        assert code == 7 and 'chmod 600' in said, (code, said)
        assert_one_line(said)


@test
def port_is_taken():
    """No door, no daemon; its exit code is not the one of a second daemon."""
    with Place() as place, socket.create_server(('127.0.0.1', 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = place.fail(BOTERNITY_HTTP_PORT=port)
        assert code == 13 and port in said.splitlines()[-1], (code, said)
        stop(place.start())


@test
def bad_options():
    with Place() as place:
        for arguments in (['--nonsense'], ['word'], ['--log-level', 'loud'], ['--ready-fd', '2'], ['--ready-fd', '99'],
                          ['--ready-fd', 'x'], ['--data-dir', '']):
            code, said = place.fail(*arguments)
            assert code == 2, (arguments, code, said)
            assert_one_line(said)
        assert not os.path.exists(place.data)


@test
def log_levels():
    with Place() as place:
        assert 'serves' in stop(place.start())
        assert 'serves' not in stop(place.start('--log-level', 'warning'))
        assert 'serves' not in stop(place.start(BOTERNITY_LOG='warning'))
        assert 'serves' in stop(place.start('--log-level', 'info', BOTERNITY_LOG='warning'))
        os.mkdir(place.environment['BOTERNITY_CONFIG_DIR'])
        with open(os.path.join(place.environment['BOTERNITY_CONFIG_DIR'], 'boternity.conf'), 'w', encoding='ascii') as stream:
            stream.write('[log]\nlevel=warning\n')
        assert 'serves' not in stop(place.start())
        line = stop(place.start(BOTERNITY_LOG='info')).splitlines()[-1]
        assert re.fullmatch(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} message  bty-daemon: stopped', line), line


@test
def starts_without_providers():
    """No provider, and nothing else that it does not need, is opened on the way to ready."""
    with Place() as place:
        said = stop(place.start('--log-level', 'warning,bty-plugin=debug'))
        opened = set(re.findall(r'opened the plugin “[^”]*” from “[^”]*/([\w-]+)\.so”', said))
        assert 'store-sqlite' in opened and 'transport-http' in opened, said
        assert not [name for name in opened if name.startswith('provider-')], opened


def main():
    failed = 0
    print(f'1..{len(tests)}')
    for number, function in enumerate(tests, 1):
        skipped, problem = None, None
        try:
            skipped = function()
        except Exception as error:  # whatever it is, the test has failed and the others go on
            problem = error
            failed += 1
        word = 'not ok' if problem else 'ok'
        print(f'{word} {number} {function.__name__}' + (f' # SKIP {skipped}' if skipped else ''), flush=True)
        if problem:
            print(f'# {type(problem).__name__}: {problem}'.replace('\n', '\n# '), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
