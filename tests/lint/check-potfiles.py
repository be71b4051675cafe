#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-potfiles.py [--fix] ROOT: po/POTFILES names exactly the sources with strings to translate, sorted.

--fix writes the list anew. Entries that are not C (desktop files and the like) are kept as long as they exist.
"""
import os
import re
import sys

import csource

MARKED = re.compile(r'(?<!\w)(?:N?C?_|g_dngettext|g_dgettext|g_dpgettext2?|ngettext)\s*\(')
IN_MACRO = re.compile(r'(?<!\w)(?:BTY_)?N_\s*\(\s*"')   # the text in the replacement of a macro, which directives hide
# A macro in the middle of a text: xgettext takes what stands before it, and the program looks up all of it in vain.
BROKEN = re.compile(r'(?<!\w)(?:BTY_N_|N?C?_)\s*\((?:\s*"(?:[^"\\\n]|\\.)*")*\s*([A-Z][A-Z0-9_]{3,})')
LIST = 'po/POTFILES'


def is_translated(text):
    code = csource.drop_directives(csource.blank(text))
    return bool(MARKED.search(code) or IN_MACRO.search(text))


def read_list(root):
    """The comment lines and the entries of the list."""
    lines = (csource.read(root, LIST) or '').splitlines() if os.path.exists(os.path.join(root, LIST)) else []
    return ([line for line in lines if line.startswith('#')],
            [line.strip() for line in lines if line.strip() and not line.startswith('#')])


def expected(root, entries):
    """What the list ought to be."""
    sources = [path for path in csource.files(root) if path.endswith(('.c', '.h')) and
               path.startswith(('src/', 'plugins/')) and is_translated(csource.read(root, path) or '')]
    others = [path for path in entries if not path.endswith(('.c', '.h')) and os.path.exists(os.path.join(root, path))]
    return sorted(set(sources + others))


def find_broken(root):
    """Findings about texts that no translation can reach."""
    for path in csource.files(root):
        if path.endswith(('.c', '.h')) and path.startswith(('src/', 'plugins/')):
            text = csource.read(root, path) or ''
            for match in BROKEN.finditer(text):
                if not text[:match.start()].rsplit('\n', 1)[-1].lstrip().startswith('#'):
                    yield ('potfiles-macro', path, text.count('\n', 0, match.start(1)) + 1,
                           f'{match.group(1)} within a translated text: write %lld with (long long), %zu, or a text of its own')


def check(root):
    """(rule, path, line, message) for each finding."""
    _, entries = read_list(root)
    wanted = expected(root, entries)
    findings = [('potfiles-missing', LIST, 1, f'{path} has strings to translate') for path in wanted
                if path not in entries]
    findings += [('potfiles-stale', LIST, 1, f'{path} has none, or is gone') for path in entries if path not in wanted]
    findings += find_broken(root)
    if not findings and entries != wanted:
        findings.append(('potfiles-order', LIST, 1, 'not sorted, or an entry twice'))
    return findings


def fix(root):
    comments, entries = read_list(root)
    with open(os.path.join(root, LIST), 'w', encoding='utf-8') as stream:
        stream.writelines(line + '\n' for line in comments + expected(root, entries))


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != '--fix']
    root = arguments[0] if arguments else '.'
    if '--fix' in sys.argv[1:]:
        fix(root)
    findings = check(root)
    for rule, path, line, message in findings:
        print(f'{path}:{line}: {rule}: {message}' + ('' if rule == 'potfiles-macro' else '; run tests/lint/check-potfiles.py --fix'))
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
