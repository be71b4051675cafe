#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-includes.py ROOT: no include points the wrong way; prints those that do and exits with 1 if any does.

Who may include whom is in the tables below, and nowhere else; docs/architecture.md draws the picture.
"""
import os
import sys

import csource

ALLOWED = {
    'libboternity': {'libboternity'},
    'http': {'libboternity', 'http'},
    'door': {'libboternity', 'door'},
    'sql': {'libboternity', 'sql'},
    'text': {'libboternity', 'text'},
    'seal': {'libboternity', 'seal'},
    'core': {'libboternity', 'text', 'seal', 'core'},
    'scanner': {'libboternity', 'text', 'seal', 'core', 'scanner'},
    'daemon': {'libboternity', 'core', 'daemon'},
    'ctl': {'libboternity', 'http', 'ctl'},
}
DOMAINS = ['event', 'soul', 'bot', 'secret', 'model', 'budget', 'observe', 'route', 'chat', 'memory', 'skill', 'mcp', 'agent', 'workflow',
           'evaluate', 'capsule', 'backup']
ENGINE = 'bty-engine.h'
DRIVERS = {'plugins/store-': 'src/sql/bty-sql', 'plugins/secret-': 'src/seal/bty-seal', 'plugins/endpoint-': 'src/door/bty-pump',
           'plugins/provider-openai': ('src/http/bty-openai-stop', 'src/http/bty-openai-traits')}   # what kinds of ours link besides
PUBLIC = {'boternity.h': 'libboternity', 'boternity-http.h': 'http'}
FOREIGN = {                       # headers of other libraries, and the only areas that may know them
    'sqlite3.h': {'plugins'},
    'libsoup/': {'http', 'ctl', 'plugins'},
    'sodium.h': {'seal'},
    'yaml.h': {'text'},
    'libsecret/': {'plugins'},
}


def index_headers(root):
    """Base name of each header of ours -> the paths it is found at."""
    index = {}
    for path in csource.files(root):
        if path.endswith('.h') and path.startswith(('src/', 'plugins/')):
            index.setdefault(os.path.basename(path), []).append(path)
    return index


def resolve(path, name, index):
    """The headers of ours that an include may mean: the one of its own folder first, else all that end like it."""
    own = os.path.normpath(os.path.join(os.path.dirname(path), name))
    candidates = [header for header in index.get(os.path.basename(name), []) if ('/' + header).endswith('/' + name)]
    candidates = candidates or index.get(os.path.basename(name), [])
    return [own] if own in candidates else candidates


def area_of(path):
    parts = path.split('/')
    return parts[1] if parts[0] == 'src' and len(parts) > 2 else 'plugins' if parts[0] == 'plugins' else None


def domain_of(path):
    """The folder in src/core that a path is in; None for files directly in it."""
    parts = path.split('/')
    return parts[2] if path.startswith('src/core/') and len(parts) > 3 else None


def check_foreign(area, name):
    for prefix, areas in FOREIGN.items():
        if (name == prefix or (prefix.endswith('/') and name.startswith(prefix))) and area not in areas:
            return f'{name} is for {" and ".join(sorted(areas))} only'
    return None


def check_domains(path, header):
    """The order among the folders of core."""
    source, target = domain_of(path), domain_of(header)
    if source is None or source == target:
        return None
    if target is None:
        return f'{ENGINE} is not for domains' if os.path.basename(header) == ENGINE else None
    if DOMAINS.index(target) > DOMAINS.index(source):
        return f'{source} may not include {target}: it stands to its right'
    return None


def check_source(path, header):
    """An include from src/ of a header of ours."""
    area, target = area_of(path), area_of(header)
    if target not in ALLOWED[area]:
        return f'{area} may not include {target}'
    return check_domains(path, header) if area == 'core' else None


def check_plugin(path, quote, name, header):
    """An include from a plugin of a header of ours."""
    folder = '/'.join(path.split('/')[:2]) + '/'
    if header.startswith(folder):
        return None
    if quote == '<' and name in PUBLIC:
        return None
    for kind, private in DRIVERS.items():
        if folder.startswith(kind) and header.startswith(private):
            return None
    return 'of our headers, plugins include <boternity.h>, <boternity-http.h> and those of their own folder only'


def check_include(path, quote, name, index):
    """What is wrong with one include, or None."""
    foreign = check_foreign(area_of(path), name)
    if foreign:
        return foreign
    for header in resolve(path, name, index) or missing(name):
        if area_of(path) == 'plugins':
            problem = check_plugin(path, quote, name, header)
        else:
            problem = check_source(path, header)
        if problem:
            return problem
    return None


def missing(name):
    """Where the two public headers are, whether or not they are in the tree that is looked at."""
    return [f'src/{PUBLIC[name]}/{name}'] if name in PUBLIC else []


def check_folder(path):
    """A folder that the tables above do not know."""
    if path.startswith('src/') and area_of(path) not in ALLOWED:
        return f'src/{path.split("/")[1]} is not in the table of check-includes.py'
    domain = domain_of(path)
    if domain is not None and domain not in DOMAINS:
        return f'core/{domain} is not in the order of check-includes.py'
    return None


def check(root):
    """Checks every C file in src/ and plugins/; gives (rule, path, line, message) for each finding."""
    findings = []
    index = index_headers(root)
    for path in csource.files(root):
        if not path.endswith(('.c', '.h')) or not path.startswith(('src/', 'plugins/')):
            continue
        unknown = check_folder(path)
        if unknown:
            findings.append(('unknown-folder', path, 1, unknown))
            continue
        for line, quote, name in csource.includes(csource.read(root, path) or ''):
            problem = check_include(path, quote, name, index)
            if problem:
                findings.append(('direction', path, line, f'{name}: {problem}'))
    return findings


def main():
    findings = check(sys.argv[1] if len(sys.argv) > 1 else '.')
    for rule, path, line, message in findings:
        print(f'{path}:{line}: {rule}: {message}')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
