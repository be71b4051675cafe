#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs tally.py over recorded test logs: corpus/<what>.<passed>-<failed>-<skipped>.json. Prints TAP."""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, 'corpus')
INTRO = '[{"name": "a", "cmd": ["/build/a"], "protocol": "%s", "suite": []}]'
SILENT = '{"name": "x / a", "stdout": "", "result": "SKIP", "returncode": 0, "duration": 0.1, "command": ["/build/a"]}\n'


def run_tally(log, intro=None, copies=1):
    """What tally.py says of a build folder with this log (given so many times), as (exit code, lines)."""
    build = tempfile.mkdtemp()
    try:
        for folder in ('meson-logs', 'meson-info'):
            os.mkdir(os.path.join(build, folder))
        with open(os.path.join(build, 'meson-logs', 'testlog.json'), 'w', encoding='utf-8') as stream:
            stream.write(log)
        if intro:
            with open(os.path.join(build, 'meson-info', 'intro-tests.json'), 'w', encoding='utf-8') as stream:
                stream.write(intro)
        done = subprocess.run([sys.executable, os.path.join(HERE, 'tally.py'), *[f'build={build}'] * copies],
                              capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout.splitlines()
    finally:
        shutil.rmtree(build)


def read(name):
    with open(os.path.join(CORPUS, name), encoding='utf-8') as stream:
        return stream.read()


def recorded(name):
    passed, failed, skipped = map(int, name.split('.')[1].split('-'))
    code, lines = run_tally(read(name))
    good = lines[-1] == f'{passed} passed, {failed} failed, {skipped} skipped'
    return good and code == (1 if failed or not passed else 0), [code, *lines]


def says(name, *wanted):
    _, lines = run_tally(read(name))
    return all(line in lines for line in wanted), lines


def silent(protocol, line):
    _, lines = run_tally(SILENT, INTRO % protocol)
    return lines[-1] == line, lines


def twice():
    """Several builds add up."""
    _, lines = run_tally(read('not-ok.1-1-0.json'), copies=2)
    return lines[-1] == '2 passed, 2 failed, 0 skipped', lines


def cut_off():
    """A log whose last line was cut off is an error, not a pass."""
    code, lines = run_tally(read('all-pass.3-0-0.json')[:-30])
    return code != 0, lines


CASES = [
    ('a skip is named with its reason',
     lambda: says('skips.1-0-3.json', 'skipped: build: a /x: no wrk here', 'skipped: build: b: needs a bus')),
    ('the output of a failing test is shown', lambda: says('not-ok.1-1-0.json', 'trace', 'ok 1 /x',
                                                           'FAILED: build: a /y - ERROR: boom: not ok')),
    ('a silent TAP test is a failure', lambda: silent('tap', '0 passed, 1 failed, 0 skipped')),
    ('a silent test of another kind is what meson says', lambda: silent('exitcode', '0 passed, 0 failed, 1 skipped')),
    ('several builds add up', twice),
    ('a log that is cut off is no pass', cut_off),
]


def main():
    cases = [(name, lambda n=name: recorded(n)) for name in sorted(os.listdir(CORPUS))] + CASES
    print(f'1..{len(cases)}')
    failed = 0
    for number, (title, case) in enumerate(cases, 1):
        good, said = case()
        failed += not good
        print(f'{"ok" if good else "not ok"} {number} {title}')
        for line in [] if good else said:
            print(f'# {line}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
