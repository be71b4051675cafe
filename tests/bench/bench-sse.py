# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many event.subscribe streams of a daemon, against a bare epoll fan-out of events of the same size that also watches hang-ups, in turns
in one run.

bench-sse.py PEER CLIENT. BOTERNITY_BENCH_STREAMS says how many streams (5,000). Prints one JSON object: CPU an event as a ratio of the
peer's, KB of memory a stream, and p99 to p50 of the way of an event at 512 streams and of bot.get at 512 connections (with wrk).
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time

PEER, CLIENT = (os.path.abspath(path) for path in sys.argv[1:3])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))

from boternity_daemon import Daemon  # noqa: E402

STREAMS = int(os.environ.get('BOTERNITY_BENCH_STREAMS', '5000'))
EVENTS = 40
SIZE = 100  # bytes of text in an event
DELAY = 0.05  # seconds between two events
ROUNDS = 3
FEW = 512


def cpu_ns(pid):
    with open(f'/proc/{pid}/schedstat', encoding='ascii') as file:
        return int(file.read().split()[0])


def resident_kb(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        return int(next(line for line in status if line.startswith('VmRSS')).split()[1])


class Ours:
    """The daemon; what happens are changes of a bot, whose description says when."""

    path, mark = '/api/v1/events', '"description":"'
    size = 0  # bytes of an event on the way

    def __init__(self, streams):
        self.daemon = Daemon({'BOTERNITY_HTTP_MAX_CONNECTIONS': str(streams + 600)})

    def __enter__(self):
        self.daemon.__enter__()
        self.port, self.pid, self.token = self.daemon.port, self.daemon.process.pid, self.daemon.token
        self.change()
        events = self.daemon.get('/events/replay', headers={'Accept': 'application/json'}).json['items']
        Ours.size = len(json.dumps(events[-1], ensure_ascii=False, separators=(',', ':')))
        return self

    def change(self):
        text = f'{time.monotonic_ns() // 1000} {"x" * SIZE}'
        answer = self.daemon.request('PATCH', '/api/v1/bots/bo', {'description': text})
        assert answer.status == 200, answer.body

    def shout(self):
        began = time.monotonic()
        for number in range(EVENTS):
            time.sleep(max(0, began + number * DELAY - time.monotonic()))
            self.change()

    def __exit__(self, *reason):
        self.daemon.__exit__(*reason)


class Bare:
    """The epoll loop."""

    path, mark, token = '/', '"number":', 'none'

    def __init__(self, streams):
        pass

    def __enter__(self):
        self.process = subprocess.Popen([PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port, self.pid = int(self.process.stdout.readline()), self.process.pid
        return self

    def shout(self):
        self.process.stdin.write(f'{EVENTS} {Ours.size} {int(DELAY * 1000)}\n')
        self.process.stdin.flush()
        assert self.process.stdout.readline() == 'done\n'

    def __exit__(self, *reason):
        self.process.stdin.close()
        self.process.wait(20)


def measure(kind, streams):
    with kind(streams) as server:
        before = resident_kb(server.pid)
        client = subprocess.Popen([CLIENT, str(server.port), server.path, server.token, str(streams), str(EVENTS), server.mark],
                                  stdout=subprocess.PIPE, text=True)
        if client.stdout.readline() != 'ready\n':
            raise RuntimeError('the streams were not opened')
        grown = resident_kb(server.pid) - before
        used = cpu_ns(server.pid)
        server.shout()
        seen = json.loads(client.stdout.read())
        used = cpu_ns(server.pid) - used
        client.wait(20)
    assert seen['events'] == streams * EVENTS, seen
    return {'cpu_us': used / 1000 / seen['events'], 'kb': grown / streams, 'p50_us': seen['p50_us'], 'p99_us': seen['p99_us'],
            'spread': seen['p99_us'] / max(seen['p50_us'], 1)}


def median_of(rounds):
    return {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}


def measure_wrk():
    """p99 to p50 of bot.get at 512 connections."""
    with Ours(FEW) as server:
        command = ['wrk', '-t1', f'-c{FEW}', '-d3s', '--latency', '-H', 'Authorization: Bearer ' + server.token,
                   f'http://127.0.0.1:{server.port}/api/v1/bots/bo']
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if 'Non-2xx' in output or 'Socket errors' in output:
        raise RuntimeError(output)
    found = dict(line.split() for line in output.splitlines() if line.strip().startswith(('50%', '99%')))
    units = (('us', 1), ('ms', 1000), ('s', 1000000))
    p50, p99 = (next(float(text[:-len(unit)]) * factor for unit, factor in units if text.endswith(unit))
                for text in (found['50%'], found['99%']))
    return {'p50_us': p50, 'p99_us': p99, 'spread': p99 / p50}


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    streams = min(STREAMS, hard - 700)
    ours, bare, few = [], [], []
    for _ in range(ROUNDS):
        ours.append(measure(Ours, streams))
        bare.append(measure(Bare, streams))
        few.append(measure(Ours, FEW))
    ours, bare, few = median_of(ours), median_of(bare), median_of(few)
    result = {'streams': streams, 'bytes_per_event': Ours.size, 'cpu_us_per_event': ours['cpu_us'], 'bare_cpu_us_per_event': bare['cpu_us'],
              'cpu_ratio': ours['cpu_us'] / bare['cpu_us'], 'kb_per_stream': ours['kb'], 'bare_kb_per_stream': bare['kb'],
              'p99_us': ours['p99_us'], 'bare_p99_us': bare['p99_us'], 'p50_us_at_512': few['p50_us'],
              'p99_us_at_512': few['p99_us'], 'p99_to_p50_at_512': few['spread']}
    if shutil.which('wrk'):
        calls = median_of([measure_wrk() for _ in range(ROUNDS)])
        result.update({'call_p50_us_at_512': calls['p50_us'], 'call_p99_us_at_512': calls['p99_us'],
                       'call_p99_to_p50_at_512': calls['spread']})
    print(json.dumps({name: round(value, 3) for name, value in result.items()}, indent=2))


started = time.monotonic()
main()
print(f'{time.monotonic() - started:.0f} s', file=sys.stderr)
