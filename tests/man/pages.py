#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pages.py [--fix] BUILD: the lists in docs/man are those of the programs: commands and options of --help, settings of the tables.

A list is what stands between its heading and the next; --fix writes it anew, all else in a page is by hand.
"""
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = os.path.join(ROOT, 'docs', 'man')


class Programs:
    """The programs of a build tree, in English and with nothing around them that could matter."""

    def __init__(self, build):
        self.ctl = os.path.join(build, 'src', 'ctl', 'boternity-ctl')
        self.daemon = os.path.join(build, 'src', 'daemon', 'boternityd')

    def run(self, program, *words):
        with tempfile.TemporaryDirectory(prefix='bty-man-') as folder:
            kept = ('PATH', 'LD_LIBRARY_PATH', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS', 'BOTERNITY_PLUGIN_PATH')
            environment = {name: os.environ[name] for name in kept if name in os.environ}
            environment.update({'LC_ALL': 'C.UTF-8', 'HOME': folder, 'BOTERNITY_DATA_DIR': os.path.join(folder, 'data'),
                                'BOTERNITY_CONFIG_DIR': os.path.join(folder, 'config')})
            return subprocess.run([program, *words], env=environment, capture_output=True, text=True, timeout=60, check=True).stdout


def escape(text):
    return re.sub(r'([\\*_`\[\]<>|#])', r'\\\1', text).replace('…', '...')


def mark_up(usage):
    """A usage line: what is typed is bold, what stands for something else is not."""
    out = []
    for word in usage.split():
        match = re.fullmatch(r'(\[?)([A-Z][A-Z/_|-]*)(….*|\]?…?\]?)', word)
        if re.fullmatch(r'[a-z_-]+', word):
            out.append(f'**{escape(word)}**')
        elif match:
            out.append(f'{escape(match.group(1))}*{match.group(2)}*{escape(match.group(3))}')
        else:
            out.append(escape(word))
    return ' '.join(out).replace('** **', ' ')


def mark_up_option(names, summary):
    names = re.sub(r'(--?[a-z][a-z-]*)', r'**\1**', names)
    names = re.sub(r'([ =])(\S+)$', lambda m: m.group(1) + (m.group(2) if m.group(2).startswith('**') else f'*{escape(m.group(2))}*'), names)
    return names, summary


def options_of(text):
    """(names, summary) of each option in a help text."""
    found = re.findall(r'^  ((?:-\w, )?--\S+(?: \S+)?)  +(.*)$', text, re.M)
    return [mark_up_option(*option) for option in found]


def paragraph(first, text):
    """Lines of a definition, the first of which begins with @first."""
    return textwrap.wrap(text, 135, initial_indent=first, subsequent_indent='  ', break_long_words=False, break_on_hyphens=False) + ['']


def verbs(programs):
    text = programs.run(programs.ctl, 'help')
    return re.findall(r'^  ([a-z]+) +\S', text, re.M)


def commands(programs):
    """Each command as a list of its words."""
    for verb in verbs(programs):
        found = programs.run(programs.ctl, '__complete', 'help', verb, '').split()
        yield from [[verb, command] for command in found] or [[verb]]


COMMON = ('--json', '--help', '--no-truncate')


def list_commands(programs):
    lines = []
    for words in commands(programs):
        text = programs.run(programs.ctl, 'help', *words)
        title, _, rest = text.partition('\n')
        usage = re.search(r'^Usage: boternity-ctl (.*)$', text, re.M).group(1)
        more = re.search(r'^Usage: .*\n\n((?:\S.*\n)+)', rest, re.M)
        lines += [mark_up(usage)] + paragraph(': ', escape(title) + '.')
        if more and not more.group(1).startswith('Examples:'):
            lines += paragraph('  ', escape(' '.join(more.group(1).split())))
        for names, summary in options_of(text):
            if not any(common in names for common in COMMON):
                lines += paragraph('  ', f'{names}: {escape(summary)}')
    return lines


def list_options(programs):
    lines = []
    for names, summary in options_of(programs.run(programs.daemon, '--help')):
        lines += [names] + paragraph(': ', escape(summary) + '.')
    return lines


def list_settings(programs):
    lines = []
    for setting in json.loads(programs.run(programs.daemon, '--check-settings', '--log-level', 'error'))['settings']:
        fallback = setting.get('fallback') or 'empty'
        unit = ' ' + setting['unit'] if setting.get('unit') else ''
        restart = ' A change counts from the next start on.' if setting['restart'] else ''
        lines.append(f'**{escape(setting["name"])}** (*{escape(fallback)}*{escape(unit)})')
        lines += paragraph(': ', f'{escape(setting["summary"])}.{restart}')
    return lines


LISTS = (('boternity-ctl.1.md', '# COMMANDS', list_commands), ('boternityd.8.md', '# OPTIONS', list_options),
         ('boternity.conf.5.md', '# SETTINGS', list_settings))


def put(text, heading, lines):
    """@text with the list under @heading."""
    pattern = re.compile(rf'(^{re.escape(heading)}\n\n)(?:.*?)(?=^# )', re.M | re.S)
    assert pattern.search(text), f'no {heading}'
    return pattern.sub(lambda match: match.group(1) + '\n'.join(lines).rstrip('\n') + '\n\n', text, count=1)


def compare(programs, fix):
    """The differences, as lines."""
    found = []
    for name, heading, make in LISTS:
        path = os.path.join(PAGES, name)
        with open(path, encoding='utf-8') as stream:
            before = stream.read()
        after = put(before, heading, make(programs))
        found += difflib.unified_diff(before.splitlines(), after.splitlines(), name, 'the program', n=0, lineterm='')
        if fix and after != before:
            with open(path, 'w', encoding='utf-8') as stream:
                stream.write(after)
    return found


def main():
    build = [argument for argument in sys.argv[1:] if argument != '--fix'][0]
    differences = compare(Programs(build), '--fix' in sys.argv[1:])
    if '--fix' not in sys.argv[1:] and differences:
        print('\n'.join(differences))
        print('run tests/man/pages.py --fix BUILD')
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
