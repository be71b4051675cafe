# SPDX-License-Identifier: LGPL-2.1-or-later
"""Start, memory and bot.get of the daemon against a bare SoupServer with SQLite, and start and memory with a thousand stopped bots
against one, in turns in one run. Prints one JSON object."""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))

from boternity_daemon import DAEMON, Daemon  # noqa: E402

BARE = sys.argv[1]
STARTS = 21
LOADS = 3
STOPPED = 1000


def first_answer(port, path, started):
    """Seconds from `started` to the first 200 of path."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    while True:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(request)
            if b" 200 " in connection.recv(4096).split(b"\r\n", 1)[0]:
                return time.perf_counter() - started


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1])


def start_daemon(daemon):
    port = free_port()
    environment = daemon.environment()
    environment["BOTERNITY_HTTP_PORT"] = str(port)
    reader, writer = os.pipe()
    started = time.perf_counter()
    process = subprocess.Popen([DAEMON, "--ready-fd", str(writer)], env=environment, pass_fds=(writer,), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader, "rb") as ready:
        ready.readline()
    return process, port, first_answer(port, "/readyz", started)


def start_bare(database, body):
    started = time.perf_counter()
    process = subprocess.Popen([BARE, database, body], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    port = int(process.stdout.readline())
    return process, port, first_answer(port, "/", started)


def end(process):
    process.terminate()
    process.wait(20)


def measure_starts(daemon, database, body):
    ours, bare, ours_kb, bare_kb = [], [], [], []
    for _ in range(STARTS):
        process, _, seconds = start_daemon(daemon)
        ours.append(seconds * 1000)
        time.sleep(0.4)
        ours_kb.append(resident_kb(process.pid))
        end(process)
        process, _, seconds = start_bare(database, body)
        bare.append(seconds * 1000)
        bare_kb.append(resident_kb(process.pid))
        end(process)
    return {
        "start_ms": statistics.median(ours), "bare_start_ms": statistics.median(bare),
        "start_ratio": statistics.median(ours) / statistics.median(bare),
        "resident_kb": statistics.median(ours_kb), "bare_resident_kb": statistics.median(bare_kb),
        "resident_more_kb": statistics.median(ours_kb) - statistics.median(bare_kb),
    }


def fill(daemon, count):
    """Makes so many bots, none of which runs, and stops the daemon."""
    for number in range(count):
        answer = daemon.post("/bots", {"name": f"Stopped {number}"})
        assert answer.status == 201, answer.body
    daemon.stop()


def measure_stopped():
    """What a thousand bots that do not run cost a daemon that starts: nothing, against one of them."""
    with Daemon() as one, Daemon() as many:
        fill(one, 1)
        fill(many, STOPPED)
        seconds, resident = ([], []), ([], [])
        for _ in range(STARTS):
            for which, daemon in enumerate((one, many)):
                process, _, taken = start_daemon(daemon)
                seconds[which].append(taken)
                time.sleep(0.4)
                resident[which].append(resident_kb(process.pid))
                end(process)
    return {"stopped_bots": STOPPED,
            "stopped_start_ratio": statistics.median(seconds[1]) / statistics.median(seconds[0]),
            "stopped_resident_ratio": statistics.median(resident[1]) / statistics.median(resident[0])}


def load(port, path, token):
    command = ["wrk", "-t1", "-c64", "-d3s", "-H", "Authorization: Bearer " + token, f"http://127.0.0.1:{port}{path}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(output)
    return float(next(line for line in output.splitlines() if line.startswith("Requests/sec")).split()[1])


def measure_get(daemon, database, body):
    ours, bare = [], []
    process, port, _ = start_daemon(daemon)
    with open(os.path.join(daemon.data, "token"), encoding="ascii") as file:
        token = file.read().strip()
    peer, peer_port, _ = start_bare(database, body)
    try:
        for _ in range(LOADS):
            ours.append(load(port, "/api/v1/bots/bo", token))
            bare.append(load(peer_port, "/", token))
    finally:
        end(process)
        end(peer)
    return {"get_per_second": statistics.median(ours), "bare_per_second": statistics.median(bare),
            "get_ratio": statistics.median(ours) / statistics.median(bare)}


def main():
    with Daemon() as daemon, tempfile.TemporaryDirectory() as folder:
        for number in range(100):
            daemon.post("/bots", {"name": f"Bench {number}"})
        body = os.path.join(folder, "body")
        with open(body, "wb") as file:
            file.write(daemon.get("/bots/bo").body)
        daemon.stop()
        database = os.path.join(folder, "bare.db")
        result = measure_starts(daemon, database, body)
        result.update(measure_get(daemon, database, body))
        result.update(measure_stopped())
        print(json.dumps({name: round(value, 3) for name, value in result.items()}, indent=2))


main()
