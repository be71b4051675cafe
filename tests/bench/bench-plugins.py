# SPDX-License-Identifier: LGPL-2.1-or-later
"""Start of the daemon with many unused plugins known and a warm cache against none, in turns in one run. Prints one JSON object.

`few` has the first-party plugins that a start needs, the others disabled; `own` has them all, known from a warm cache; `many` has
UNUSED others besides, each with an operation, a setting and a feature.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))

from boternity_daemon import BUILD, DAEMON, Daemon, wait_for  # noqa: E402

PLUGIN = sys.argv[1]
STARTS = 31
UNUSED = 100
NOT_NEEDED = ("openai", "builtin")      # a start opens neither


def start(daemon):
    reader, writer = os.pipe()
    begun = time.perf_counter()
    process = subprocess.Popen([DAEMON, "--ready-fd", str(writer)], env=daemon.environment(), pass_fds=(writer,),
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader, "rb") as ready:
        if not ready.readline():
            raise RuntimeError("the daemon did not start")
    return process, (time.perf_counter() - begun) * 1000


def private_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith(("Private_Dirty", "Private_Clean")))


def modules(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
        return len({line.split()[-1] for line in file if "/plugins/" in line and ".so" in line})


def house(unused):
    daemon = Daemon()
    daemon.extra["XDG_CACHE_HOME"] = os.path.join(daemon.folder, "cache")
    plugins = os.path.join(daemon.data, "plugins")
    os.makedirs(plugins, mode=0o700)
    with open(PLUGIN, "rb") as file:
        contents = file.read()
    for number in range(unused):
        with open(os.path.join(plugins, f"x{number:03}.so"), "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(contents.replace(b"good", f"x{number:03}".encode()))     # an id, a feature and operations of its own
    return daemon


def warm(daemon):
    """Runs until the cache knows every file."""
    with_cache = os.path.join(daemon.folder, "cache", "boternity", "plugins.json")
    wanted = len(os.listdir(os.path.join(daemon.data, "plugins")))
    daemon.start()

    def known():
        try:
            with open(with_cache, encoding="utf-8") as file:
                return file.read().count('"path"') >= wanted + 5
        except FileNotFoundError:
            return False
    if not wait_for(known, 60):
        raise RuntimeError("the cache stayed cold")
    daemon.stop()


def settle(process):
    time.sleep(0.6)
    kb, opened = private_kb(process.pid), modules(process.pid)
    process.terminate()
    process.wait(20)
    return kb, opened


def main():
    houses = {"own": house(0), "many": house(UNUSED), "few": house(0)}
    try:
        for daemon in houses.values():
            warm(daemon)
        houses["few"].extra["BOTERNITY_PLUGINS_DISABLED"] = ", ".join(NOT_NEEDED)
        result = {name: {"ms": [], "kb": [], "modules": 0} for name in houses}
        for _ in range(STARTS):
            for name, daemon in houses.items():
                process, milliseconds = start(daemon)
                kb, opened = settle(process)
                result[name]["ms"].append(milliseconds)
                result[name]["kb"].append(kb)
                result[name]["modules"] = opened
        few, own, many = (result[name] for name in ("few", "own", "many"))
        print(json.dumps({
            "few_start_ms": round(statistics.median(few["ms"]), 3), "own_start_ms": round(statistics.median(own["ms"]), 3),
            "many_start_ms": round(statistics.median(many["ms"]), 3),
            "own_ratio": round(statistics.median(own["ms"]) / statistics.median(few["ms"]), 3),
            "many_ratio": round(statistics.median(many["ms"]) / statistics.median(own["ms"]), 3),
            "kb_each_unused": round((statistics.median(many["kb"]) - statistics.median(own["kb"])) / UNUSED, 3),
            "own_modules": own["modules"], "many_modules": many["modules"]}, indent=2))
    finally:
        for daemon in houses.values():
            shutil.rmtree(daemon.folder, ignore_errors=True)


main()
