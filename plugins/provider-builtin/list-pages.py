#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the resource description of the pages that the helper reads: README.md and docs/*.md below the folder given."""

import pathlib
import sys

root = pathlib.Path(sys.argv[1])
pages = [root / 'README.md'] + sorted((root / 'docs').glob('*.md'))
print('<?xml version="1.0" encoding="UTF-8"?>')
print('<gresources>')
print('  <gresource prefix="/org/boternity/builtin/pages">')
for page in pages:
    print(f'    <file compressed="true">{page.relative_to(root).as_posix()}</file>')
print('  </gresource>')
print('</gresources>')
