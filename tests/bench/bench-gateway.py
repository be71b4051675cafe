# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the hop from a model to a client costs: our daemon, a bare epoll proxy of bytes with a pooled upstream, and the hop as one would
write it first, over one local upstream, in turns in one run.

bench-gateway.py UPSTREAM BARE IDIOMATIC CLIENT. Prints one JSON object: CPU a delta and the time that the hop adds to a delta, live (so
many streams, a delta each 20 ms) and in bursts (as fast as it goes), ratios of both, new upstream connections in 1,000 requests, and
what a request costs that has one delta, the same over TLS, KB of memory an open stream, and what memory and descriptors become over
many requests. BOTERNITY_BENCH_DOOR is `openai` (the default) or `chat`; BOTERNITY_BENCH_ROUNDS, BOTERNITY_BENCH_OPEN and
BOTERNITY_BENCH_GROWTH say how often each is measured (3), how many streams are held open (5,000) and how many requests memory is
watched for (20,000). BOTERNITY_BENCH_ONLY names the parts (live, many, burst, request, reuse, tls, growth, open, and hour, which is
not done unless it is named: load for BOTERNITY_BENCH_SECONDS (3,600), through both doors, a round of it each ten seconds).

Where there are two processors or more, what is measured has one of them for itself, and the load another one: else the figures are those of a
scheduler that puts the client on either.
"""

import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

UPSTREAM, BARE, IDIOMATIC, CLIENT = (os.path.abspath(path) for path in sys.argv[1:5])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))

from boternity_daemon import Daemon  # noqa: E402

TLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'hop-tls.py')

DOOR = os.environ.get('BOTERNITY_BENCH_DOOR', 'openai')
ROUNDS = int(os.environ.get('BOTERNITY_BENCH_ROUNDS', '3'))
OPEN = int(os.environ.get('BOTERNITY_BENCH_OPEN', '5000'))
GROWTH = int(os.environ.get('BOTERNITY_BENCH_GROWTH', '20000'))
ONLY = os.environ.get('BOTERNITY_BENCH_ONLY', '').split()
FEW, MANY, BURSTS = 128, 512, 64
SECONDS = int(os.environ.get('BOTERNITY_BENCH_SECONDS', '3600'))
EACH_S, A_ROUND, TURNS_A_ROUND, LOOKS = 10, 1000, 20, 12  # of the hour: seconds, requests and turns of a bot in a round; looks at memory
BLOCKS, WARM = 5, 2000  # of requests between looks at memory, and before the first
LIVE_US, LIVE_DELTAS = 20000, 150  # a delta each 20 ms
MANY_US, MANY_DELTAS = 50000, 80


def resident_kb(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        return int(next(line for line in status if line.startswith('VmRSS')).split()[1])


def count_descriptors(pid):
    return len(os.listdir(f'/proc/{pid}/fd'))


class Program:
    """One that prints its port and goes with its input, or is told to."""

    path, token, name = '/v1/chat/completions', 'none', 'direct'
    is_load = False

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

    name, is_load = 'ours', False

    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.daemon = Daemon({'BOTERNITY_HTTP_MAX_CONNECTIONS': str(OPEN + 600), 'BOTERNITY_CALLS_LIMIT': str(OPEN + 600),
                              'BENCH_KEY': 'of-nobody'})

    def __enter__(self):
        self.daemon.__enter__()
        self.port, self.pid, self.token = self.daemon.port, self.daemon.process.pid, self.daemon.token
        self.add_provider('mock', f'http://127.0.0.1:{self.upstream_port}/v1')
        return self

    def add_provider(self, name, url, **more):
        options = {'max_connections': OPEN + 600, 'idle_timeout_ms': 600000, 'first_byte_timeout_ms': 600000, **more}
        answer = self.daemon.post('/providers', {'name': name, 'kind': 'openai', 'options': options, 'url': url, 'key_ref': 'env:BENCH_KEY'})
        assert answer.status in (200, 201), answer.body

    door = DOOR

    @property
    def path(self):
        return '/v1/chat/completions' if self.door == 'openai' else '/api/v1/bots/bo/chat'

    def body(self, model):
        model = model if '/' in model else 'mock/' + model
        if self.door == 'openai':
            return {'model': model, 'stream': True, 'messages': [{'role': 'user', 'content': 'go'}]}
        route = [model]
        answer = self.daemon.request('PATCH', '/api/v1/bots/bo', {'route': route})
        assert answer.status == 200, answer.body
        return {'message': 'go'}

    def __exit__(self, *reason):
        self.daemon.__exit__(*reason)


CPUS = sorted(os.sched_getaffinity(0))


def pin(pid, is_load):
    """All its threads; those that it starts later have what the first one has."""
    if len(CPUS) < 2:
        return
    for task in os.listdir(f'/proc/{pid}/task'):
        with contextlib.suppress(ProcessLookupError):  # one that has just ended
            os.sched_setaffinity(int(task), {CPUS[0] if is_load else CPUS[1]})


def client(mode, server, model, streams, requests):
    command = [CLIENT, mode, str(server.port), server.path, server.token, json.dumps(server.body(model)), str(streams), str(requests),
               str(server.pid)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pin(server.pid, server.is_load)
    pin(process.pid, True)
    return process


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


def measure_request(bare, ours, result):
    """Of one delta, so that nearly all of it is the request."""
    seen = in_turns([bare, ours], 'all', 'm-1-0', 16, 4000)
    result['request'] = {name: seen[name]['cpu_us_per_request'] for name in seen}


def new_connections(upstream, ours, model):
    """After a warm-up: upstream connections that were opened for 1,000 requests, and what was measured."""
    measure('all', ours, model, 16, 200)
    before = upstream.ask()
    seen = measure('all', ours, model, 16, 2000)
    after = upstream.ask()
    return 1000 * (after[0] - before[0]) / (after[1] - before[1]), seen


def measure_reuse(upstream, ours, result):
    result['new_connections_in_1000'], seen = new_connections(upstream, ours, 'm-5-0')
    result['cpu_us_per_request_of_5'] = seen['cpu_us_per_request']


def make_certificate(folder):
    certificate, key = os.path.join(folder, 'certificate.pem'), os.path.join(folder, 'key.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
                   check=True, stderr=subprocess.DEVNULL)
    return certificate, key


def measure_tls(upstream, ours, result):
    """The front has one connection to the upstream for each that it takes. Against the same without TLS, in turns."""
    model = f'm-{LIVE_DELTAS}-{LIVE_US}'
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(folder)
        with Program(sys.executable, '-B', TLS, str(upstream.port), certificate, key) as front:
            pin(front.pid, True)
            ours.add_provider('tls', f'https://127.0.0.1:{front.port}/v1', ca_file=certificate)
            count, seen = new_connections(upstream, ours, 'tls/m-5-0')
            live = [(measure('steady', ours, 'tls/' + model, 32, 32)['cpu_us'], measure('steady', ours, model, 32, 32)['cpu_us'])
                    for _ in range(ROUNDS)]
    result['tls'] = {'new_connections_in_1000': count, 'cpu_us_per_request_of_5': seen['cpu_us_per_request'],
                     'cpu_us': statistics.median(tls for tls, _ in live), 'plain_cpu_us': statistics.median(plain for _, plain in live)}


def measure_growth(ours, result):
    """What is there after each block of requests; the first one may still fill caches."""
    measure('all', ours, 'm-5-0', 16, WARM)
    kb, descriptors = [resident_kb(ours.pid)], [count_descriptors(ours.pid)]
    for _ in range(BLOCKS):
        measure('all', ours, 'm-5-0', 16, GROWTH // BLOCKS)
        kb.append(resident_kb(ours.pid))
        descriptors.append(count_descriptors(ours.pid))
    result['growth'] = {'requests': GROWTH, 'kb': kb, 'descriptors': descriptors,
                        'bytes_per_request': 1024 * (kb[-1] - kb[1]) / (GROWTH - GROWTH // BLOCKS)}


def measure_hour(ours, result):
    """Load for long: the first look is after a twelfth of it."""
    began, seen, rounds = time.monotonic(), [], 0
    while len(seen) < LOOKS:
        for ours.door, requests in (('openai', A_ROUND), ('chat', TURNS_A_ROUND)):
            measure('all', ours, 'm-30-0', 4, requests)
        rounds += 1
        if time.monotonic() - began >= SECONDS * (len(seen) + 1) / LOOKS:
            seen.append([resident_kb(ours.pid), count_descriptors(ours.pid)])
        time.sleep(max(0, min(rounds * EACH_S, SECONDS) - (time.monotonic() - began)))
    ours.door = DOOR
    result['hour'] = {'seconds': time.monotonic() - began, 'requests': rounds * A_ROUND, 'turns': rounds * TURNS_A_ROUND,
                      'kb': [kb for kb, _ in seen], 'descriptors': [count for _, count in seen]}


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
        upstream.is_load = True
        pin(upstream.pid, True)
        servers = [upstream, bare, first, ours]
        if wanted('live'):
            measure_live(servers, result)
        if wanted('many'):
            measure_many(servers, result)
        if wanted('burst'):
            measure_burst(servers, result)
        if wanted('request'):
            measure_request(bare, ours, result)
        if wanted('reuse'):
            measure_reuse(upstream, ours, result)
        if 'hour' in ONLY:
            measure_hour(ours, result)
        if wanted('tls'):
            measure_tls(upstream, ours, result)
        if wanted('growth'):
            measure_growth(ours, result)
        if wanted('open'):
            measure_open(ours, result)
    print(json.dumps(json.loads(json.dumps(result), parse_float=lambda text: round(float(text), 3)), indent=2))


started = time.monotonic()
main()
print(f'{time.monotonic() - started:.0f} s', file=sys.stderr)
