// SPDX-License-Identifier: LGPL-2.1-or-later
// client.mjs FAMILY send URL | read URL SHAPE… | list URL | embed URL: the official client of a family, driven by test-clients.py.
const [family, deed, url, ...names] = process.argv.slice(2);
const client = await import(`./${family}.mjs`);
const answers = {};

if (deed === 'send') {
  for (const name of Object.keys(client.requests))
    await client.send(url, name);
  process.stdout.write(JSON.stringify(Object.keys(client.requests)));
} else if (deed === 'read') {
  for (const name of names)
    answers[name] = await client.read(url, name);
  process.stdout.write(JSON.stringify(answers));
} else {
  process.stdout.write(JSON.stringify(await client[deed](url)));
}
