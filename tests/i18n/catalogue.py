#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""catalogue.py extract ROOT FILE.pot: what there is to translate. catalogue.py pseudo FILE.pot FILE.po: a translation of it for tests.

The pseudo-translation of every text is the text with accents, longer and between « and »: what a person sees without them was not
marked, and what is cut off or broken was not made for longer words. Directives, escapes, commands and line breaks stay.
"""
import os
import re
import subprocess
import sys

KEYWORDS = ('_', 'N_', 'BTY_N_', 'C_:1c,2', 'NC_:1c,2', 'g_dcgettext:2', 'g_dngettext:2,3', 'g_dpgettext2:2c,3')
FLAGS = ('N_:1:pass-c-format', '_:1:pass-c-format', 'C_:2:pass-c-format', 'NC_:2:pass-c-format', 'g_dngettext:2:pass-c-format',
         'g_dngettext:3:pass-c-format', 'g_strdup_printf:1:c-format', 'g_string_printf:2:c-format', 'g_string_append_printf:2:c-format',
         'g_set_error:4:c-format', 'g_error_new:3:c-format', 'g_prefix_error:2:c-format')
ACCENTS = str.maketrans('aeiouyAEIOUYcnCN', 'áéíóúýÁÉÍÓÚÝçñÇÑ')
# What must not change: directives of printf and strftime, and what a person types.
KEPT = re.compile(r'%%|%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|ll|[hlzjt])?[diouxXeEfgGcspaAbBYHMSZj]|\\.|\n')


def files(root):
    with open(os.path.join(root, 'po', 'POTFILES'), encoding='utf-8') as stream:
        return [line.strip() for line in stream if line.strip() and not line.startswith('#')]


def extract(root, path):
    command = ['xgettext', '--from-code=UTF-8', '--add-comments', '--package-name=boternity', '--msgid-bugs-address=the issues of the project',
               '--directory=' + root, '--output=' + path]
    command += ['--keyword=' + word for word in KEYWORDS] + ['--flag=' + flag for flag in FLAGS] + files(root)
    subprocess.run(command, check=True)


def unquote(text):
    return ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


def decorate(text):
    """@text as it stands in a catalogue, with its escapes."""
    out, at = [], 0
    for match in KEPT.finditer(text):
        out += [text[at:match.start()].translate(ACCENTS), match.group()]
        at = match.end()
    out.append(text[at:].translate(ACCENTS))
    body = ''.join(out)
    # msgfmt wants both to begin and to end with a line break, or neither.
    head = re.match(r'(?:\\n)*', body).group()
    tail = re.search(r'(?:\\n)*$', body[len(head):]).group()
    middle = body[len(head):len(body) - len(tail)] if tail else body[len(head):]
    return f'{head}«{middle}»{tail}'


def entries(text):
    """(flags, {keyword: text}) for each entry of a catalogue."""
    for block in re.split(r'\n\s*\n', text):
        found = re.findall(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)\s+((?:"(?:[^"\\]|\\.)*"\s*)+)', block, re.M)
        if found:
            flags = re.findall(r'^#, (.*)$', block, re.M)
            yield ', '.join(flags).split(', '), {keyword: unquote(value) for keyword, value in found}


HEADER = ('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
          '"Language: xx\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n')


def pseudo(source, target):
    with open(source, encoding='utf-8') as stream:
        text = stream.read()
    out = [HEADER]
    for flags, entry in entries(text):
        if not entry['msgid']:
            continue
        lines = ['#, c-format'] if 'c-format' in flags else []
        lines += [f'msgctxt "{entry["msgctxt"]}"'] if 'msgctxt' in entry else []
        lines.append(f'msgid "{entry["msgid"]}"')
        if 'msgid_plural' in entry:
            lines += [f'msgid_plural "{entry["msgid_plural"]}"', f'msgstr[0] "{decorate(entry["msgid"])}"',
                      f'msgstr[1] "{decorate(entry["msgid_plural"])}"']
        else:
            lines.append(f'msgstr "{decorate(entry["msgid"])}"')
        out.append('\n'.join(lines) + '\n')
    with open(target, 'w', encoding='utf-8') as stream:
        stream.write('\n'.join(out))


if __name__ == '__main__':
    if len(sys.argv) != 4 or sys.argv[1] not in ('extract', 'pseudo'):
        sys.exit(__doc__)
    {'extract': extract, 'pseudo': pseudo}[sys.argv[1]](*sys.argv[2:])
