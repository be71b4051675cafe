#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows that each lint rule can fail, and that none fails on what is right. Prints TAP.

corpus/<check>/good is a tree without findings; corpus/<check>/<rule>[.variant] one that breaks that rule and no other.
"""
import importlib.util
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
PREAMBLE = ('/* SPDX-License-Identifier: LGPL-2.1-or-later */\n#define G_LOG_DOMAIN "bty-a"\n\n#include "config.h"\n')


def load(name):
    spec = importlib.util.spec_from_file_location(name.replace('-', '_'), os.path.join(HERE, f'{name}.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SOURCE, INCLUDES, POTFILES = (load(name) for name in ('check-source', 'check-includes', 'check-potfiles'))


def findings(module, root):
    result = module.check(root)
    return getattr(result, 'findings', result)


def corpus_case(module, folder, name):
    found = findings(module, os.path.join(HERE, 'corpus', folder, name))
    if name.split('.')[0] == 'good':
        return found == [], found
    return [finding[0] for finding in found] == [name.split('.')[0]], found


def corpus_cases():
    for folder, module in (('source', SOURCE), ('includes', INCLUDES), ('potfiles', POTFILES)):
        for name in sorted(os.listdir(os.path.join(HERE, 'corpus', folder))):
            yield f'{folder}/{name}', lambda m=module, f=folder, n=name: corpus_case(m, f, n)


def generated(path, text, *rules):
    """A tree of one file that is too long to keep: it must break exactly these rules."""
    root = tempfile.mkdtemp()
    try:
        os.makedirs(os.path.join(root, os.path.dirname(path)))
        with open(os.path.join(root, path), 'w', encoding='utf-8') as stream:
            stream.write(text)
        found = findings(SOURCE, root)
        return [finding[0] for finding in found] == list(rules), found
    finally:
        shutil.rmtree(root)


def function(lines):
    """A C file whose one function has that many lines from brace to brace."""
    return PREAMBLE + 'static void\nf (int a)\n{\n' + '  a++;\n' * (lines - 2) + '}\n'


def file_of(lines):
    return PREAMBLE + 'extern int a;\n' * (lines - PREAMBLE.count('\n'))


def python_function(lines):
    return '# SPDX-License-Identifier: LGPL-2.1-or-later\ndef f(a):\n' + '    a += 1\n' * (lines - 1)


def macro(lines):
    return PREAMBLE + '#define A' + ' \\\n  a' * (lines - 1) + '\n'


LENGTHS = [
    ('function of 60 lines', 'src/ctl/a.c', function(60)),
    ('function of 61 lines', 'src/ctl/a.c', function(61), 'function-length'),
    ('file of 800 lines', 'src/ctl/a.c', file_of(800)),
    ('file of 801 lines', 'src/ctl/a.c', file_of(801), 'file-length'),
    ('Python function of 60 lines', 'tests/a.py', python_function(60)),
    ('Python function of 61 lines', 'tests/a.py', python_function(61), 'function-length'),
    ('macro of 60 lines', 'src/ctl/a.c', macro(60)),
    ('macro of 61 lines', 'src/ctl/a.c', macro(61), 'function-length'),
]


def length_cases():
    for title, path, text, *rules in LENGTHS:
        yield title, lambda p=path, t=text, r=rules: generated(p, t, *r)


def fix_case():
    """--fix mends each of the broken lists."""
    left = []
    for name in ('potfiles-missing', 'potfiles-stale', 'potfiles-order'):
        root = tempfile.mkdtemp()
        shutil.copytree(os.path.join(HERE, 'corpus', 'potfiles', name), root, dirs_exist_ok=True)
        POTFILES.fix(root)
        left += POTFILES.check(root)
        shutil.rmtree(root)
    return left == [], left


def note_case():
    """More than 400 lines is worth a note, and no failure."""
    report = SOURCE.Report()
    SOURCE.check_file_length('a.c', 'x\n' * 401, report)
    return len(report.notes) == 1 and report.findings == [], report.notes


def main():
    cases = [*corpus_cases(), *length_cases(), ('check-potfiles --fix', fix_case), ('note beyond 400 lines', note_case)]
    print(f'1..{len(cases)}')
    failed = 0
    for number, (title, case) in enumerate(cases, 1):
        good, found = case()
        failed += not good
        print(f'{"ok" if good else "not ok"} {number} {title}')
        for line in [] if good else found or ['found nothing']:
            print(f'# {line}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
