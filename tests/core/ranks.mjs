// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the ranks of js-tiktoken as tiktoken's own files have them: node ranks.mjs FOLDER-OF-MODULES FOLDER
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [modules, target] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'x.js'));

for (const name of ['o200k_base', 'cl100k_base']) {
  const found = require(`js-tiktoken/ranks/${name}`);
  const lines = [];
  for (const line of (found.default ?? found).bpe_ranks.split('\n').filter(Boolean)) {
    const [, first, ...tokens] = line.split(' ');
    tokens.forEach((token, i) => lines.push(`${token} ${Number(first) + i}`));
  }
  fs.writeFileSync(path.join(target, `${name}.tiktoken`), lines.join('\n') + '\n');
}
