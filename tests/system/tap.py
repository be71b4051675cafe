# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the functions named test_* of a module and prints TAP."""

import sys
import traceback


class Skip(Exception):
    """A test that cannot run here, with the reason."""


def main(namespace):
    tests = [(name, value) for name, value in namespace.items() if name.startswith("test_") and callable(value)]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        try:
            function()
            print(f"ok {number} {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} {name} # SKIP {reason}", flush=True)
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("# " + line, flush=True)
            print(f"not ok {number} {name}", flush=True)
    sys.exit(1 if failed else 0)
