#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""plain-headers.py OUTPUT HEADER...: copies headers for g-ir-scanner into the folder OUTPUT.

Our headers say in one line what needs no more: `/** bty_x: @name: (nullable): what Returns: (transfer full): which */`. g-ir-scanner
wants each part on a line of its own. Nothing else is changed.
"""
import os
import re
import sys

COMMENT = re.compile(r'/\*\*(?!\*)(.*?)\*/', re.DOTALL)
HEAD = re.compile(r'^((?:bty|Bty|BTY)\w*):(?:\s+(\((?:skip|rename-to \w+|method|constructor)\)(?:\s\(\w+\))*:?))?\s*', re.DOTALL)
PARAMETER = re.compile(r'(?:^|(?<=[;.:,] )|(?<=\n))(@\w+(?:, @\w+)*):\s*')


def unwrap(comment):
    """The words of a comment, without the stars at the beginning of its lines."""
    lines = [re.sub(r'^\s*\* ?', '', line) if number else line for number, line in enumerate(comment.strip().splitlines())]
    return '\n'.join(line.rstrip() for line in lines)


def parameters(text):
    """Splits `what @a: one; @b, @c: two` into what and a list of (name, text)."""
    parts = PARAMETER.split(text)
    found = []
    for names, said in zip(parts[1::2], parts[2::2]):
        said = said.strip().rstrip(';').strip()
        found += [(name.strip().lstrip('@'), said) for name in names.split(',')]
    return parts[0].strip(), found


def one_line(text):
    """The lines of what was said in one."""
    head = HEAD.match(text)
    if head is None:
        return None
    said = text[head.end():]
    said, _, returned = (' ' + said).partition(' Returns: ')
    said, found = parameters(said.strip())
    lines = [head.group(1) + ':' + (' ' + head.group(2).rstrip(':') if head.group(2) else '')]
    for name, what in found:
        lines.append(f'@{name}: {" ".join(what.split())}')
    if said:
        lines += ['', *said.splitlines()]
    if returned:
        lines += ['', 'Returns: ' + ' '.join(returned.split())]
    return lines


def several_lines(text):
    """Only `@a, @b: what` is taken apart."""
    lines = []
    for line in text.splitlines():
        shared = re.match(r'^(@\w+(?:, @\w+)+): (.*)$', line)
        if shared:
            lines += [f'{name.strip()}: {shared.group(2)}' for name in shared.group(1).split(',')]
        else:
            lines.append(line)
    return lines


def plain(match):
    text = unwrap(match.group(1))
    first = text.splitlines()[0] if text else ''
    is_whole = re.fullmatch(r'(?:\w+:)(?: \(skip\)| \(rename-to \w+\))?', first.strip())
    lines = several_lines(text) if is_whole else one_line(text)
    if lines is None:
        return match.group(0)
    return '/**\n' + ''.join(f' * {line}'.rstrip() + '\n' for line in lines) + ' */'


def main():
    output = sys.argv[1]
    os.makedirs(output, exist_ok=True)
    for path in sys.argv[2:]:
        with open(path, encoding='utf-8') as stream:
            text = stream.read()
        with open(os.path.join(output, os.path.basename(path)), 'w', encoding='utf-8') as stream:
            stream.write(COMMENT.sub(plain, text))


if __name__ == '__main__':
    main()
