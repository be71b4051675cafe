#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-source.py ROOT: the rules of layout and length; prints what breaks them and exits with 1 if anything does.

The rules and what they are for are in README.md beside this file.
"""
import ast
import os
import re
import sys

import csource

MAX_FILE, RULE_FILE, MAX_FUNCTION, MAX_NESTING = 800, 400, 60, 4
MEASURED = ('.c', '.h', '.py', '.sh', '.sql', '.js', '.ts', '.css', '.html')
LICENSED = ('.c', '.h', '.py', '.sh', '.sql')
LICENSED_NAMES = {'meson.build', 'meson_options.txt', 'run', 'test', 'POTFILES', 'LINGUAS'}
TEXT = MEASURED + ('.md', '.txt', '.in', '.xml', '.conf', '.service', '.ini', '.json', '.yml', '.yaml')
SPDX = 'SPDX-License-Identifier: LGPL-2.1-or-later'
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith)

UNFINISHED = re.compile(r'\b(' + 'TO' 'DO|FIX' 'ME)' + r'\b')
MACHINE_PATH = re.compile(r'(?<![\w.}$-])/(' + 'work|root)' + r'/')
LOG_DOMAIN = re.compile(r'^G_LOG_DOMAIN\s+"bty-[a-z0-9-]+"$')
BANNED = {
    'strcpy': 'g_strlcpy, or a GString', 'strcat': 'a GString', 'sprintf': 'g_strdup_printf', 'vsprintf': 'g_strdup_vprintf',
    'gets': 'a GInputStream', 'system': 'GSubprocess', 'popen': 'GSubprocess', 'tmpnam': 'g_dir_make_tmp',
    'mktemp': 'g_dir_make_tmp', 'g_error': 'a GError: nothing aborts the daemon',
    'g_main_context_invoke': 'a source attached to the context: invoke may run in the calling thread',
}


class Report:
    """Collects findings as (rule, path, line, message); notes are shown and do not fail."""

    def __init__(self):
        self.findings = []
        self.notes = []

    def add(self, rule, path, line, message):
        self.findings.append((rule, path, line, message))


def check_file_length(path, text, report):
    lines = text.count('\n') + (not text.endswith('\n') and text != '')
    if lines > MAX_FILE:
        report.add('file-length', path, lines, f'{lines} lines; at most {MAX_FILE}: split it by concern')
    elif lines > RULE_FILE:
        report.notes.append(f'{path}: {lines} lines; {RULE_FILE} is the rule')


def check_function(path, name, first, length, nesting, nesting_line, report):
    if length > MAX_FUNCTION:
        report.add('function-length', path, first, f'{name} has {length} lines; at most {MAX_FUNCTION}')
    if nesting > MAX_NESTING:
        report.add('nesting', path, nesting_line, f'{name} nests {nesting} deep; at most {MAX_NESTING}')


def check_c_code(path, text, report):
    for function in csource.Parser(text).functions():
        check_function(path, function.name, function.first, function.length, function.nesting, function.nesting_line,
                       report)
    for line, word, rest, length in csource.directives(text):
        if word == 'define' and length > MAX_FUNCTION:
            report.add('function-length', path, line, f'macro {rest.split("(")[0]} has {length} lines')
    code = csource.blank(text)
    for match in re.finditer(r'\bgoto\b', code):
        report.add('goto', path, csource.line_of(code, match.start()), 'no goto: return early, or use g_autoptr')


def check_banned(path, text, report):
    code = csource.blank(text)
    for match in re.finditer(r'\b(' + '|'.join(BANNED) + r')\s*\(', code):
        report.add('banned', path, csource.line_of(code, match.start()),
                   f'{match.group(1)}: use {BANNED[match.group(1)]}')


def check_header(path, text, report):
    if not re.search(r'^#pragma once$', csource.blank(text), re.MULTILINE):
        report.add('pragma-once', path, 1, 'a header begins with #pragma once')


def check_preamble(path, text, report):
    """G_LOG_DOMAIN, then config.h, then all others; the example is somebody else's: its domain is its name, and it has no config.h."""
    head = [(line, word, rest) for line, word, rest, _ in csource.directives(text)][:2]
    is_example = path.startswith('plugins/example/')
    if is_example and head and head[0][1:] == ('define', 'G_LOG_DOMAIN "example"'):
        return
    if not head or head[0][1] != 'define' or not LOG_DOMAIN.match(head[0][2]):
        report.add('log-domain', path, head[0][0] if head else 1, 'begin with #define G_LOG_DOMAIN "bty-<area>"')
    elif not is_example and (len(head) < 2 or head[1][1:] != ('include', '"config.h"')):
        report.add('config-first', path, head[-1][0], '#include "config.h" comes right after G_LOG_DOMAIN')


def python_nesting(node, depth=0):
    """(depth, line) of the deepest block; an elif is no level of its own."""
    deepest = (depth, getattr(node, 'lineno', 1))
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        chained = isinstance(node, ast.If) and [child] == node.orelse and isinstance(child, ast.If)
        deepest = max(deepest, python_nesting(child, depth + (isinstance(child, BLOCKS) and not chained)))
    return deepest


def check_python(path, text, report):
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        report.add('syntax', path, error.lineno or 1, str(error.msg))
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            nesting, line = python_nesting(node)
            check_function(path, node.name, node.lineno, node.end_lineno - node.lineno + 1, nesting, line, report)


def check_licence(path, text, report):
    lines = text.split('\n', 2)
    line = lines[1] if text.startswith('#!') and len(lines) > 1 else lines[0]
    if SPDX not in line:
        report.add('spdx', path, 1, f'the first line (after #!) says {SPDX}')


def check_text(path, text, report):
    for number, line in enumerate(text.split('\n'), 1):
        if UNFINISHED.search(line):
            report.add('unfinished', path, number, 'finish it, or open an issue')
        if MACHINE_PATH.search(line):
            report.add('machine-path', path, number, 'a path of one machine')
        if line != line.rstrip() and not path.endswith('.md'):
            report.add('white-space', path, number, 'white space at the end of the line')
        elif '\t' in line and path.endswith(('.c', '.h', '.py')):
            report.add('white-space', path, number, 'a tab; use spaces, or \\t in a string')
    if text and not text.endswith('\n'):
        report.add('white-space', path, text.count('\n') + 1, 'no newline at the end of the file')


def check_c(path, text, report):
    check_c_code(path, text, report)
    product = path.startswith(('src/', 'plugins/'))
    if path.endswith('.h'):
        check_header(path, text, report)
    elif product:
        check_preamble(path, text, report)
    if product:
        check_banned(path, text, report)


def check(root):
    """Checks the whole tree below root and gives the report."""
    report = Report()
    for path in csource.files(root):
        name, extension = os.path.basename(path), os.path.splitext(path)[1]
        licensed = extension in LICENSED or name in LICENSED_NAMES
        text = csource.read(root, path) if licensed or extension in TEXT else None
        if text is None:
            continue
        check_text(path, text, report)
        if licensed:
            check_licence(path, text, report)
        if extension in MEASURED:
            check_file_length(path, text, report)
        if extension in ('.c', '.h'):
            check_c(path, text, report)
        elif extension == '.py':
            check_python(path, text, report)
    return report


def main():
    report = check(sys.argv[1] if len(sys.argv) > 1 else '.')
    for note in report.notes:
        print(f'note: {note}')
    for rule, path, line, message in report.findings:
        print(f'{path}:{line}: {rule}: {message}')
    return 1 if report.findings else 0


if __name__ == '__main__':
    sys.exit(main())
