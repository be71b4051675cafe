// SPDX-License-Identifier: LGPL-2.1-or-later
// client.mjs FAMILY send URL | read URL SHAPE…: the official client of a family, driven by test-reference.py.
const [family, deed, url, ...names] = process.argv.slice(2);
const { requests, send, read } = await import(`./${family}.mjs`);

if (deed === 'send') {
  for (const name of Object.keys(requests))
    await send(url, name);
  process.stdout.write(JSON.stringify(Object.keys(requests)));
} else {
  const answers = {};
  for (const name of names)
    answers[name] = await read(url, name);
  process.stdout.write(JSON.stringify(answers));
}
