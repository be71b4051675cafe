#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""select-tests.py BUILD all|c|fuzz [NAME...]: names of the tests to run, one a line.

"c" are the tests that are programs of the build itself; "fuzz" those of the suite fuzz; names are matched with * and ?.
"""
import fnmatch
import json
import os
import sys


def wanted(test, build, kind):
    suites = [suite.split(':')[-1] for suite in test['suite']]
    if kind == 'fuzz':
        return 'fuzz' in suites
    if kind == 'c':
        return os.path.abspath(test['cmd'][0]).startswith(build + os.sep)
    return True


def main():
    build, kind, patterns = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
    with open(os.path.join(build, 'meson-info', 'intro-tests.json'), encoding='utf-8') as stream:
        tests = json.load(stream)
    names = {test['name'] for test in tests if wanted(test, build, kind)}
    for name in sorted(names):
        if not patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            print(name)


if __name__ == '__main__':
    main()
