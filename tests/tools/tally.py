#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tally.py LABEL=BUILD...: counts the sub-tests of meson test runs and ends with "N passed, N failed, N skipped".

Reads BUILD/meson-logs/testlog.json (one JSON object a line) and, for the protocols, BUILD/meson-info/intro-tests.json.
A TAP test counts by its lines; on top of them one failure if it crashed, timed out, bailed out or broke off its plan.
Any other test counts as one, by meson's verdict. The exit code is 1 if anything failed or nothing ran.
"""
import json
import os
import re
import sys

RESULT = re.compile(r'^(not )?ok\b(?:\s+\d+)?\s*(?:-\s+)?([^#]*?)\s*(?:#\s*(\w+)\b[\s:]*(.*))?$')
PLAN = re.compile(r'^1\.\.(\d+)(?:\s*#\s*skip\w*[\s:]*(.*))?', re.IGNORECASE)
OUTPUT_LIMIT = 64 * 1024
PLANNED_WORK = 'TO' 'DO'


class Tally:
    """What a run came to: a number of passes, and lists of (test, detail)."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []


def count_line(line, name, tally):
    """Counts one TAP result line; gives whether it was one and whether it was a failure."""
    match = RESULT.match(line)
    if match is None:
        return False, False
    bad, title, directive, reason = match.groups()
    directive = (directive or '').upper()
    label = f'{name} {title}'.rstrip()
    if directive.startswith('SKIP'):
        tally.skipped.append((label, reason or 'no reason given'))
    elif directive == PLANNED_WORK and bad:
        tally.skipped.append((label, f'known to fail: {reason}'))
    elif bad:
        tally.failed.append((label, 'not ok'))
        return True, True
    else:
        tally.passed += 1
    return True, False


def count_tap(name, test, tally):
    """Counts a TAP test; gives whether anything in it failed."""
    seen, planned, failures, bail = 0, None, 0, None
    for line in test.get('stdout', '').splitlines():
        plan = PLAN.match(line)
        if plan:
            planned = int(plan.group(1))
            if planned == 0:
                tally.skipped.append((name, plan.group(2) or 'no reason given'))
        elif line.startswith('Bail out!'):
            bail = line[len('Bail out!'):].strip() or 'bailed out'
        else:
            is_result, is_failure = count_line(line, name, tally)
            seen += is_result
            failures += is_failure
    trouble = tap_trouble(test, seen, planned, failures, bail)
    if trouble:
        tally.failed.append((name, trouble))
    return bool(trouble or failures)


def tap_trouble(test, seen, planned, failures, bail):
    """Says what is wrong with a TAP test beyond its own "not ok" lines, or None."""
    status = test.get('returncode', 0)
    if test['result'] in ('TIMEOUT', 'INTERRUPT'):
        return f'{test["result"].lower()} after {test.get("duration", 0):.0f} s'
    if planned is None:
        return f'no TAP plan (exit status {status})'
    if seen != planned:
        return bail or f'{seen} of {planned} sub-tests reported (exit status {status})'
    if not failures and (status != 0 or test['result'] not in ('OK', 'SKIP', 'EXPECTEDFAIL')):
        return bail or f'exit status {status} with no sub-test failed'
    return None


def count_other(name, test, tally):
    """Counts a test that does not speak TAP by meson's verdict; gives whether it failed."""
    result = test['result']
    if result in ('OK', 'EXPECTEDFAIL'):
        tally.passed += 1
    elif result == 'SKIP':
        lines = test.get('stdout', '').strip().splitlines()
        tally.skipped.append((name, lines[-1] if lines else 'no reason given'))
    else:
        tally.failed.append((name, f'{result.lower()}, exit status {test.get("returncode")}'))
        return True
    return False


def show_output(name, test):
    """Prints what a failing test said, the end of it if it said very much."""
    print(f'--- {name}: {" ".join(test.get("command", []))}')
    for stream in ('stdout', 'stderr'):
        text = test.get(stream, '').rstrip()
        if len(text) > OUTPUT_LIMIT:
            text = f'[{len(text) - OUTPUT_LIMIT} characters left out]\n{text[-OUTPUT_LIMIT:]}'
        if text:
            print(text)
    print(f'--- end of {name}')


def is_tap(test, protocols):
    protocol = protocols.get(tuple(test.get('command', [])))
    if protocol is not None:
        return protocol == 'tap'
    return bool(re.search(r'^(1\.\.\d|(not )?ok\b)', test.get('stdout', ''), re.MULTILINE))


def count_log(label, lines, protocols, tally):
    """Counts a whole testlog.json, printing the output of what failed."""
    for line in lines:
        if not line.strip():
            continue
        test = json.loads(line)
        name = f'{label}: {test["name"].split(" / ")[-1]}'
        count = count_tap if is_tap(test, protocols) else count_other
        if count(name, test, tally):
            show_output(name, test)


def read_protocols(build):
    try:
        with open(os.path.join(build, 'meson-info', 'intro-tests.json'), encoding='utf-8') as stream:
            return {tuple(test['cmd']): test.get('protocol') for test in json.load(stream)}
    except FileNotFoundError:
        return {}


def main(arguments):
    tally = Tally()
    for argument in arguments:
        label, _, build = argument.partition('=')
        with open(os.path.join(build, 'meson-logs', 'testlog.json'), encoding='utf-8', errors='replace') as lines:
            count_log(label, lines, read_protocols(build), tally)
    for name, reason in tally.skipped:
        print(f'skipped: {name}: {reason}')
    for name, detail in tally.failed:
        print(f'FAILED: {name}: {detail}')
    print(f'{tally.passed} passed, {len(tally.failed)} failed, {len(tally.skipped)} skipped')
    return 1 if tally.failed or not tally.passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
