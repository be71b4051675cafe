// SPDX-License-Identifier: LGPL-2.1-or-later
// One scenario a run: node client.js NAME. It ends with 0 when everything was as it should be.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Boternity, BoternityConnectionError, BoternityError, operations, type Bot, type Operations } from "./boternity.js";

const url = process.env["TEST_URL"] ?? "";
const token = process.env["TEST_TOKEN"] ?? "";
const client = new Boternity({ baseUrl: url, token, backoffMs: 20, maxBackoffMs: 200 });

async function failure(promise: PromiseLike<unknown>): Promise<BoternityError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof BoternityError, String(error));
    return error;
  }
  assert.fail("it did not fail");
}

async function bots(): Promise<void> {
  const made: Bot = await client.bot.create({ name: "Ada", temperature: 0.5, route: ["builtin/helper"] });
  assert.equal(made.slug, "ada");
  assert.equal(made.revision, 1);
  const state: "running" | "stopped" | undefined = made.state;
  assert.equal(state, "running");
  assert.deepEqual(await client.bot.get({ slug: "ada" }), made);
  const changed = await client.bot.update({ slug: "ada", description: "*/ “new”", temperature: null, revision: 1 });
  assert.equal(changed.description, "*/ “new”");
  assert.equal(changed.temperature, null);
  assert.equal(await client.bot.delete({ slug: "ada" }), undefined);
  assert.equal((await failure(client.bot.get({ slug: "ada" }))).code, "NOT_FOUND");
  const odd = await client.bot.create({ name: "小明" });
  assert.equal((await client.call("bot.get", { slug: odd.slug })).name, "小明");
  assert.equal((await client.daemon.status()).running, true);
}

async function errors(): Promise<void> {
  const missing = await failure(client.bot.get({ slug: "nobody" }));
  assert.equal(missing.name, "BoternityError");
  assert.equal(missing.status, 404);
  assert.equal(missing.code, "NOT_FOUND");
  assert.equal(missing.operation, "bot.get");
  assert.equal(missing.problem?.detail, missing.message);
  assert.match(missing.message, /nobody/);
  // @ts-expect-error a member too many is an error of the types, and of the daemon
  const wrong = await failure(client.bot.create({ name: "X", colour: "red" }));
  assert.equal(wrong.code, "INVALID_ARGUMENT");
  assert.match(wrong.message, /\/colour/);
  assert.equal((await failure(client.bot.get({ slug: ".." }))).code, "INVALID_ARGUMENT");
  const stranger = new Boternity({ baseUrl: url, token: "wrong" });
  assert.equal((await failure(stranger.bot.list())).status, 401);
  const stream = await failure(client.chat.send({ slug: "nobody", message: "?" }).finish());
  assert.equal(stream.code, "NOT_FOUND");
  const nowhere = new Boternity({ baseUrl: "http://127.0.0.1:1", token, retries: 1, backoffMs: 1 });
  const silent = await failure(nowhere.daemon.status());
  assert.ok(silent instanceof BoternityConnectionError);
  assert.equal(silent.code, "UNAVAILABLE");
  assert.equal(silent.status, 0);
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await assert.rejects(client.bot.list({}, { signal: stop.signal }).then(), /enough/);
}

async function conflict(): Promise<void> {
  const bot = await client.bot.create({ name: "Conflict" });
  await client.bot.update({ slug: bot.slug, description: "first" }, { ifMatch: bot });
  const late: (() => Promise<unknown>)[] = [
    () => client.bot.update({ slug: bot.slug, description: "second" }, { ifMatch: bot }),
    () => client.bot.update({ slug: bot.slug, description: "second", revision: 1 }),
    () => client.bot.delete({ slug: bot.slug }, { ifMatch: 1 }),
  ];
  for (const change of late) {
    const error = await failure(change());
    assert.equal(error.code, "ABORTED");
    assert.equal(error.status, 412);
  }
  const now = await client.bot.get({ slug: bot.slug });
  assert.equal(now.description, "first");
  await client.bot.delete({ slug: bot.slug }, { ifMatch: now });
}

async function paging(): Promise<void> {
  for (let i = 0; i < 7; i++) await client.bot.create({ name: `Page ${i}` });
  const first = await client.bot.list({ limit: 3 });
  assert.equal(first.items.length, 3);
  assert.ok(first.next_cursor);
  const all: string[] = [];
  for await (const bot of client.bot.list({ limit: 3 })) all.push(bot.slug);
  assert.ok(all.length >= 7);
  assert.equal(new Set(all).size, all.length);
  const pages: number[] = [];
  for await (const page of client.bot.list({ limit: 3 }).pages()) pages.push(page.items.length);
  assert.equal(pages.length, Math.ceil(all.length / 3));
  const names: string[] = [];
  for await (const operation of client.list("operation.list", undefined as never)) names.push(operation.name);
  assert.deepEqual(names.toSorted(), Object.keys(operations).toSorted());
}

/** The text of a turn as it came and as it was kept, the numbers of its items, and how often the connection was made again. */
async function talk(message: string): Promise<[string, string, number[], number]> {
  const bot = (await client.bot.list({ limit: 1 })).items[0];
  assert.ok(bot);
  const stream = client.chat.send({ slug: bot.slug, message });
  let text = "";
  const numbers: number[] = [];
  for await (const item of stream) {
    if (item.type === "text") text += item.text ?? "";
    numbers.push(Number(stream.lastEventId));
  }
  assert.equal(stream.end?.state, "done");
  const kept: string[] = [];
  for await (const said of client.message.list({ session: stream.end.session })) if (said.id === stream.end.answer) kept.push(said.text ?? "");
  let again = "";
  for await (const item of client.chat.attach({ turn: stream.end.id })) if (item.type === "text") again += item.text ?? "";
  assert.equal(again, text);
  return [text, kept.join(""), numbers, stream.reconnects];
}

function rises(numbers: number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? Infinity));
}

async function chat(): Promise<void> {
  const [text, kept, numbers, reconnects] = await talk("What is a bot?");
  assert.ok(text.length > 20);
  assert.equal(text, kept);
  assert.ok(rises(numbers), numbers.join());
  assert.equal(reconnects, 0);
}

/** TEST_URL is a way that breaks within the answers. */
async function resume(): Promise<void> {
  const [text, kept, numbers, reconnects] = await talk("What is a bot?");
  assert.ok(text.length > 20);
  assert.equal(text, kept);
  assert.ok(rises(numbers), numbers.join());
  assert.ok(reconnects >= 3, `${reconnects} new connections`);
}

/** TEST_URL is a way that loses the first answer: the write must be done once. */
async function retry(): Promise<void> {
  const bot = await client.bot.create({ name: "Only once" });
  assert.equal(bot.slug, "only-once");
  const slugs: string[] = [];
  for await (const other of client.bot.list()) slugs.push(other.slug);
  assert.equal(slugs.filter((slug) => slug.startsWith("only-once")).length, 1, slugs.join());
}

/** TEST_URL is a way that stays open and silent. */
async function silence(): Promise<void> {
  const impatient = new Boternity({ baseUrl: url, token, retries: 1, backoffMs: 1, idleTimeoutMs: 150 });
  const stream = impatient.chat.send({ slug: "x", message: "?" });
  const error = await failure(stream.finish());
  assert.ok(error instanceof BoternityConnectionError);
  assert.equal(stream.reconnects, 1);
}

async function withServer(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void, use: (client: Boternity) => Promise<void>): Promise<void> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(request, response, ++count));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  try {
    await use(new Boternity({ baseUrl: `http://127.0.0.1:${port}/`, token: async () => "later", backoffMs: 1, maxBackoffMs: 50, retries: 3 }));
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

/** Events cut at every place, with every line end. */
async function frames(): Promise<void> {
  const text = "\uFEFF: hello\r\nretry: 1\r\n\r\nid: 1\revent: item\rdata: {\"type\":\rdata: \"text\",\"text\":\"ä€😀\"}\r\r" +
    "event: other\ndata: {}\n\nid:2\nevent:item\ndata:{\"type\":\"text\",\"text\":\"b\"}\n\nevent: end\ndata: {\"id\":\"t\",\"session\":\"s\",\"bot\":\"b\"}\n\n";
  const bytes = Buffer.from(text);
  for (const size of [1, 2, 3, 7, bytes.length]) {
    await withServer((_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      const step = (from: number) => {
        if (from >= bytes.length) response.end();
        else response.write(bytes.subarray(from, from + size), () => step(from + size));
      };
      step(0);
    }, async (other) => {
      const stream = other.chat.attach({ turn: "t" });
      const seen: unknown[] = [];
      for await (const item of stream) seen.push(item.text);
      assert.deepEqual(seen, ["ä€😀", "b"]);
      assert.equal(stream.end?.id, "t");
      assert.equal(stream.reconnects, 0);
    });
  }
}

/** What is tried again, how often, and what is not. */
async function retries(): Promise<void> {
  const keys = new Set<unknown>();
  let tries = 0;
  await withServer((request, response, count) => {
    tries = count;
    keys.add(request.headers["idempotency-key"]);
    assert.equal(request.headers.authorization, "Bearer later");
    response.writeHead(count < 3 ? 503 : 201, { "Content-Type": "application/json", "Retry-After": "0" });
    response.end(count < 3 ? "busy" : '{"id":"1","name":"x","slug":"x"}');
  }, async (other) => assert.equal((await other.bot.create({ name: "x" })).slug, "x"));
  assert.equal(tries, 3);
  assert.equal(keys.size, 1);
  await withServer((_, response, count) => {
    tries = count;
    response.writeHead(503).end();
  }, async (other) => assert.equal((await failure(other.bot.create({ name: "x" }))).code, "UNAVAILABLE"));
  assert.equal(tries, 4);
  await withServer((_, response, count) => {
    tries = count;
    response.writeHead(400).end("{}");
  }, async (other) => assert.equal((await failure(other.bot.list())).status, 400));
  assert.equal(tries, 1);
  const problem = '{"type":"x","title":"Full","status":503,"code":"UNAVAILABLE"}';
  await withServer((_, response, count) => {
    tries = count;
    response.writeHead(200, { "Content-Type": "text/event-stream" }).end(`event: error\ndata: ${problem}\n\n`);
  }, async (other) => assert.equal((await failure(other.chat.send({ slug: "x", message: "x" }).finish())).problem?.title, "Full"));
  assert.equal(tries, 1);
}

/** What ends because the daemon stops goes on with the next one; what it had is not asked for again. */
async function stopping(): Promise<void> {
  const problem = '{"type":"x","title":"Stopping","status":503,"code":"UNAVAILABLE"}';
  const item = (id: number, text: string) => `id: ${id}\nevent: item\ndata: {"type":"text","text":"${text}"}\n\n`;
  const places: unknown[] = [];
  await withServer((request, response, count) => {
    places.push(request.headers["last-event-id"]);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end(count === 1 ? `${item(7, "a")}event: stopping\ndata: {}\n\nevent: error\ndata: ${problem}\n\n`
      : `${item(8, "b")}event: end\ndata: {"id":"t"}\n\n`);
  }, async (other) => {
    const seen: unknown[] = [];
    const stream = other.chat.send({ slug: "x", message: "x" });
    for await (const each of stream) seen.push(each.text);
    assert.deepEqual(seen, ["a", "b"]);
    assert.equal(stream.reconnects, 1);
  });
  assert.deepEqual(places, [undefined, "7"]);
  const cursors: unknown[] = [];
  await withServer((request, response, count) => {
    cursors.push(request.headers["last-event-id"]);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end(count === 1 ? 'event: stopping\ndata: {}\n\nevent: end\ndata: {"next_cursor":"41"}\n\n' : `${item(42, "b")}`);
  }, async (other) => {
    for await (const _ of other.event.subscribe({})) break;
  });
  assert.deepEqual(cursors, [undefined, "41"]);
}

/** The daemon is stopped and started again behind TEST_URL while this listens. */
async function restart(): Promise<void> {
  const patient = new Boternity({ baseUrl: url, token, retries: 1000, backoffMs: 20, maxBackoffMs: 100 });
  const stream = patient.event.subscribe({ topics: ["bot.created"] });
  const slugs: unknown[] = [];
  for await (const event of stream) {
    const { slug } = (event.data ?? {}) as { slug?: string };
    console.log(slug ?? event.type);
    if (slug === undefined) continue;
    slugs.push(slug);
    if (slug === "third") break;
  }
  assert.deepEqual(slugs, ["first", "second", "third"]);
  assert.ok(stream.reconnects >= 2, `${stream.reconnects} new connections`);
}

/** Leaving the loop and aborting both let go of the connection. */
async function leaving(): Promise<void> {
  let closed = 0;
  await withServer((_, response) => {
    response.on("close", () => closed++);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write('id: 1\nevent: item\ndata: {"type":"text","text":"a"}\n\n');
  }, async (other) => {
    for await (const item of other.chat.attach({ turn: "t" })) {
      assert.equal(item.text, "a");
      break;
    }
    const stop = new AbortController();
    await assert.rejects(async () => {
      for await (const _ of other.chat.attach({ turn: "t" }, { signal: stop.signal })) stop.abort(new Error("enough"));
    }, /enough/);
    while (closed < 2) await new Promise((done) => setTimeout(done, 5));
  });
}

const scenarios: { [name: string]: () => Promise<void> } = { bots, errors, conflict, paging, chat, resume, retry, silence, frames, retries, stopping, restart, leaving };
const kinds: Operations["chat.send"]["kind"] = "stream";
assert.equal(operations["chat.send"].kind, kinds);
const scenario = scenarios[process.argv[2] ?? ""];
assert.ok(scenario);
await scenario();
