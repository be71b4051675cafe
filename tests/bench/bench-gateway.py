# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the hop from a model to a client costs: our daemon, a bare epoll proxy of bytes with a pooled upstream, and the hop as one would
write it first, over one local upstream, in turns in one run.

bench-gateway.py UPSTREAM BARE IDIOMATIC CLIENT. Prints one JSON object: CPU a delta and the time that the hop adds to a delta, live (so
many streams, a delta each 20 ms) and in bursts (as fast as it goes), ratios of both, new upstream connections in 1,000 requests, and
KB of memory an open stream. BOTERNITY_BENCH_DOOR is `openai` (the default) or `chat`; BOTERNITY_BENCH_ROUNDS and
BOTERNITY_BENCH_OPEN say how often each is measured (3) and how many streams are held open (5,000). BOTERNITY_BENCH_ONLY names one part
(live, many, burst, reuse, open).
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time

UPSTREAM, BARE, IDIOMATIC, CLIENT = (os.path.abspath(path) for path in sys.argv[1:5])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))

from boternity_daemon import Daemon  # noqa: E402

DOOR = os.environ.get('BOTERNITY_BENCH_DOOR', 'openai')
ROUNDS = int(os.environ.get('BOTERNITY_BENCH_ROUNDS', '3'))
OPEN = int(os.environ.get('BOTERNITY_BENCH_OPEN', '5000'))
ONLY = os.environ.get('BOTERNITY_BENCH_ONLY', '').split()
FEW, MANY, BURSTS = 128, 512, 64
LIVE_US, LIVE_DELTAS = 20000, 150  # a delta each 20 ms
MANY_US, MANY_DELTAS = 50000, 80


def resident_kb(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        return int(next(line for line in status if line.startswith('VmRSS')).split()[1])


class Program:
    """One that prints its port and goes with its input, or is told to."""

    path, token, name = '/v1/chat/completions', 'none', 'direct'

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port, self.pid = int(self.process.stdout.readline()), self.process.pid

    def __enter__(self):
        return self

    def body(self, model):
        return {'model': model, 'stream': True, 'messages': [{'role': 'user', 'content': 'go'}]}

    def ask(self):
        """Of the upstream: connections and requests so far."""
        self.process.stdin.write('?\n')
        self.process.stdin.flush()
        return [int(word) for word in self.process.stdout.readline().split()]

    def __exit__(self, *reason):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()


class Ours:
    """The daemon, with the upstream as an OpenAI-compatible provider."""

    name = 'ours'

    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.daemon = Daemon({'BOTERNITY_HTTP_MAX_CONNECTIONS': str(OPEN + 600), 'BOTERNITY_CALLS_LIMIT': str(OPEN + 600)})

    def __enter__(self):
        self.daemon.__enter__()
        self.port, self.pid, self.token = self.daemon.port, self.daemon.process.pid, self.daemon.token
        options = {'max_connections': OPEN + 600, 'idle_timeout_ms': 600000, 'first_byte_timeout_ms': 600000}
        answer = self.daemon.post('/providers', {'name': 'mock', 'kind': 'openai', 'options': options,
                                                    'url': f'http://127.0.0.1:{self.upstream_port}/v1'})
        assert answer.status in (200, 201), answer.body
        return self

    @property
    def path(self):
        return '/v1/chat/completions' if DOOR == 'openai' else '/api/v1/bots/bo/chat'

    def body(self, model):
        if DOOR == 'openai':
            return {'model': 'mock/' + model, 'stream': True, 'messages': [{'role': 'user', 'content': 'go'}]}
        route = ['mock/' + model]
        answer = self.daemon.request('PATCH', '/api/v1/bots/bo', {'route': route})
        assert answer.status == 200, answer.body
        return {'message': 'go'}

    def __exit__(self, *reason):
        self.daemon.__exit__(*reason)


def client(mode, server, model, streams, requests):
    command = [CLIENT, mode, str(server.port), server.path, server.token, json.dumps(server.body(model)), str(streams), str(requests),
               str(server.pid)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def measure(mode, server, model, streams, requests):
    process = client(mode, server, model, streams, requests)
    output, _ = process.communicate(timeout=240)
    seen = json.loads(output)
    if process.returncode != 0:
        raise RuntimeError(f'{server.name}: {output}')
    return {'cpu_us': seen['cpu_us'] / max(seen['deltas'], 1), 'p50_us': seen['p50_us'], 'p99_us': seen['p99_us'],
            'cpu_us_per_request': seen['cpu_us'] / seen['requests']}


def in_turns(servers, mode, model, streams, requests):
    """Each is measured in each round; the medians by its name."""
    rounds = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            rounds[server.name].append(measure(mode, server, model, streams, requests))
    return {name: {key: statistics.median(r[key] for r in seen) for key in seen[0]} for name, seen in rounds.items()}


def compare(seen):
    """Ratios of CPU a delta, and of what the hop adds to the way of one."""
    ours, bare = seen['ours'], seen['bare']
    result = {'cpu_ratio': ours['cpu_us'] / bare['cpu_us']}
    if 'idiomatic' in seen:
        result['idiomatic_to_ours'] = seen['idiomatic']['cpu_us'] / ours['cpu_us']
    if 'direct' in seen:
        added = {name: max(r['p50_us'] - seen['direct']['p50_us'], 1) for name, r in seen.items()}
        result.update({'added_p50_ratio': added['ours'] / added['bare'], 'p99_ratio': ours['p99_us'] / bare['p99_us']})
    return result


def measure_live(servers, result):
    result['live'] = in_turns(servers, 'steady', f'm-{LIVE_DELTAS}-{LIVE_US}', FEW, FEW)
    result['live'].update(compare(result['live']))


def measure_many(servers, result):
    servers = [server for server in servers if server.name != 'idiomatic']  # which does not get so many going
    result['many'] = in_turns(servers, 'steady', f'm-{MANY_DELTAS}-{MANY_US}', MANY, MANY)
    few = in_turns(servers, 'steady', f'm-{MANY_DELTAS}-{MANY_US // 4}', FEW, FEW)
    result['many'].update(compare(result['many']))
    result['many']['to_few'] = result['many']['ours']['cpu_us'] / few['ours']['cpu_us']


def measure_burst(servers, result):
    servers = [server for server in servers if server.name != 'direct']
    for deltas, requests in ((200, 640), (30, 1920)):
        seen = in_turns(servers, 'all', f'm-{deltas}-0', BURSTS, requests)
        result[f'burst_{deltas}'] = {**seen, **compare(seen)}


def measure_reuse(upstream, ours, result):
    """After a warm-up: upstream connections that were opened for 1,000 requests."""
    measure('all', ours, 'm-5-0', 16, 200)
    before = upstream.ask()
    seen = measure('all', ours, 'm-5-0', 16, 2000)
    after = upstream.ask()
    result['new_connections_in_1000'] = 1000 * (after[0] - before[0]) / (after[1] - before[1])
    result['cpu_us_per_request_of_5'] = seen['cpu_us_per_request']


def measure_open(ours, result):
    measure('all', ours, 'm-5-0', 16, 200)
    before = resident_kb(ours.pid)
    process = client('hold', ours, 'm-3-100000000', OPEN, OPEN)
    began = time.monotonic()
    if process.stdout.readline() != 'ready\n':
        raise RuntimeError('the streams were not opened')
    result['open'] = {'streams': OPEN, 'kb_per_stream': (resident_kb(ours.pid) - before) / OPEN, 'seconds': time.monotonic() - began}
    process.communicate('', timeout=60)


def wanted(part):
    return not ONLY or part in ONLY


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    result = {'door': DOOR}
    with Program(UPSTREAM) as upstream, Program(BARE, str(upstream.port)) as bare, Program(IDIOMATIC, str(upstream.port)) as first, \
            Ours(upstream.port) as ours:
        bare.name, first.name = 'bare', 'idiomatic'
        servers = [upstream, bare, first, ours]
        if wanted('live'):
            measure_live(servers, result)
        if wanted('many'):
            measure_many(servers, result)
        if wanted('burst'):
            measure_burst(servers, result)
        if wanted('reuse'):
            measure_reuse(upstream, ours, result)
        if wanted('open'):
            measure_open(ours, result)
    print(json.dumps(json.loads(json.dumps(result), parse_float=lambda text: round(float(text), 3)), indent=2))


started = time.monotonic()
main()
print(f'{time.monotonic() - started:.0f} s', file=sys.stderr)
