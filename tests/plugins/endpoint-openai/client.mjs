// SPDX-License-Identifier: LGPL-2.1-or-later
// The official client of OpenAI against our door: client.mjs SCENARIO. It is told where by TEST_URL, TEST_TOKEN and TEST_BOT.
import assert from "node:assert/strict";
import OpenAI from "openai";

const baseURL = process.env.TEST_URL;
const bot = process.env.TEST_BOT;
const client = new OpenAI({ baseURL, apiKey: process.env.TEST_TOKEN, maxRetries: 0, timeout: 30000 });
const hello = [{ role: "user", content: "Hello" }];
const said = 'Grüße aus der Ferne: "quoted" and\nnew line 🎈.';
const tools = ["weather", "clock"].map((name) => ({
  type: "function",
  function: { name, description: `Tells the ${name}`, parameters: { type: "object", properties: { city: { type: "string" } } } },
}));

async function refused(promise, type, status, code, param) {
  const error = await promise.then(() => assert.fail("it was not refused"), (reason) => reason);
  assert.ok(error instanceof type, String(error));
  assert.equal(error.status, status);
  assert.equal(error.code, code);
  assert.equal(error.param, param);
  assert.ok(error.requestID?.startsWith("req_"), "no request id");
  return error;
}

async function collect(stream) {
  const all = [];
  for await (const event of stream) all.push(event);
  return all;
}

const scenarios = {
  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.ok(names.includes(bot) && names.includes("up/gpt-5.5") && names.includes("up/vendor/model-a"), names.join());
    for (const id of [bot, "up/vendor/model-a"]) {
      const one = await client.models.retrieve(id);
      assert.equal(one.id, id);
      assert.equal(one.object, "model");
    }
    await refused(client.models.retrieve("up/nobody"), OpenAI.NotFoundError, 404, "model_not_found", "model");
  },

  async chat() {
    const { data, request_id } = await client.chat.completions.create({ model: "up/text", messages: hello, user: "me", metadata: { a: "b" } }).withResponse();
    assert.ok(request_id.startsWith("req_"));
    assert.equal(data.choices[0].message.content, said);
    assert.equal(data.choices[0].finish_reason, "stop");
    assert.deepEqual([data.usage.prompt_tokens, data.usage.completion_tokens, data.usage.total_tokens], [25, 11, 36]);
    assert.equal(data.usage.prompt_tokens_details.cached_tokens, 8);
    assert.equal(data.model, "up/text");
    const cut = await client.chat.completions.create({ model: "up/length", messages: hello, max_tokens: 16 });
    assert.equal(cut.choices[0].finish_reason, "length");
  },

  async stream() {
    const stream = await client.chat.completions.create({ model: "up/text", messages: hello, stream: true, stream_options: { include_usage: true } });
    const chunks = await collect(stream);
    assert.equal(chunks[0].choices[0].delta.role, "assistant");
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), said);
    assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
    assert.equal(chunks.at(-2).choices[0].finish_reason, "stop");
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.equal(chunks.at(-1).usage.total_tokens, 36);
    const without = await collect(await client.chat.completions.create({ model: "up/text", messages: hello, stream: true }));
    assert.ok(without.every((chunk) => chunk.usage === undefined));
  },

  async helper() {
    const stream = client.chat.completions.stream({ model: "up/reasoning", messages: hello });
    let text = "";
    stream.on("content", (piece) => (text += piece));
    assert.equal(await stream.finalContent(), "42.");
    assert.equal(text, "42.");
    const whole = await client.chat.completions.create({ model: "up/reasoning", messages: hello, reasoning_effort: "high" });
    assert.equal(whole.choices[0].message.reasoning_content, "Let me think…");
    assert.equal(whole.usage.completion_tokens_details.reasoning_tokens, 37);
  },

  async tools() {
    const messages = [...hello];
    const asked = await client.chat.completions.create({ model: "up/tools", messages, tools, tool_choice: "auto" });
    const calls = asked.choices[0].message.tool_calls;
    assert.equal(asked.choices[0].finish_reason, "tool_calls");
    assert.deepEqual(calls.map((call) => [call.id, call.function.name, JSON.parse(call.function.arguments)]),
      [["call_a1", "weather", { city: "Köln" }], ["call_b2", "clock", { zone: "UTC" }]]);
    messages.push(asked.choices[0].message, ...calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: "fine" })));
    const answered = await client.chat.completions.create({ model: "up/tools", messages, tools });
    assert.equal(answered.choices[0].message.content, said);

    const stream = client.chat.completions.stream({ model: "up/tools", messages: hello, tools });
    const final = await stream.finalMessage();
    assert.deepEqual(final.tool_calls.map((call) => call.function.arguments), ['{"city":"Köln"}', '{"zone":"UTC"}']);
    const serial = await client.chat.completions.create({ model: "up/tools", messages: hello, tools, parallel_tool_calls: false });
    assert.deepEqual(serial.choices[0].message.tool_calls.map((call) => call.id), ["call_a1"]);
  },

  async input() {
    const image = "data:image/png;base64,iVBORw0KGgo=";
    const file = "data:application/pdf;base64,JVBERi0=";
    await client.chat.completions.create({
      model: "up/text",
      messages: [
        { role: "developer", content: "Be brief." },
        { role: "user", content: [
          { type: "text", text: "Look" },
          { type: "image_url", image_url: { url: image, detail: "low" } },
          { type: "image_url", image_url: { url: "https://example.org/a.png" } },
          { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
          { type: "file", file: { filename: "a.pdf", file_data: file } },
        ] },
      ],
      response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object", properties: {} } } },
      stop: ["\n\n"], temperature: 0.5, top_p: 0.9, max_completion_tokens: 77,
    });
    await client.chat.completions.create({ model: "up/text", messages: hello, response_format: { type: "json_object" } });
  },

  async bot() {
    const answer = await client.chat.completions.create({ model: bot, messages: hello });
    assert.equal(answer.model, bot);
    assert.ok(answer.choices[0].message.content.length > 0);
    const chunks = await collect(await client.chat.completions.create({ model: bot, messages: hello, stream: true }));
    assert.ok(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("").length > 0);
    const response = await client.responses.create({ model: bot, input: "Hello" });
    assert.ok(response.output_text.length > 0);
  },

  async responses() {
    const answer = await client.responses.create({ model: "up/text", input: "Hello", instructions: "Be brief.", metadata: { a: "b" } });
    assert.equal(answer.output_text, said);
    assert.equal(answer.status, "completed");
    assert.deepEqual(answer.metadata, { a: "b" });
    assert.deepEqual([answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.input_tokens_details.cached_tokens], [25, 11, 8]);
    const cut = await client.responses.create({ model: "up/length", input: hello, max_output_tokens: 16 });
    assert.equal(cut.status, "incomplete");
    assert.equal(cut.incomplete_details.reason, "max_output_tokens");
  },

  async responseTools() {
    const flat = tools.map(({ function: inner }) => ({ type: "function", strict: false, ...inner }));
    const input = [{ role: "user", content: [{ type: "input_text", text: "Hello" }] }];
    const asked = await client.responses.create({ model: "up/tools", input, tools: flat });
    const calls = asked.output.filter((item) => item.type === "function_call");
    assert.deepEqual(calls.map((call) => [call.call_id, call.name, call.arguments]),
      [["call_a1", "weather", '{"city":"Köln"}'], ["call_b2", "clock", '{"zone":"UTC"}']]);
    input.push(...asked.output, ...calls.map((call) => ({ type: "function_call_output", call_id: call.call_id, output: "fine" })));
    const answered = await client.responses.create({ model: "up/tools", input, tools: flat });
    assert.equal(answered.output_text, said);
  },

  async responseStream() {
    for (const model of ["up/text", "up/tools", "up/reasoning"]) {
      const events = await collect(await client.responses.create({ model, input: "Hello", stream: true }));
      assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, index) => index));
      assert.equal(events[0].type, "response.created");
      assert.equal(events.at(-1).type, "response.completed");
      const open = new Set();
      for (const event of events) {
        if (event.type === "response.output_item.added") open.add(event.output_index);
        else if (event.type === "response.output_item.done") assert.ok(open.delete(event.output_index));
      }
      assert.equal(open.size, 0);
      const stream = client.responses.stream({ model, input: "Hello" });   // checks the order by itself
      const final = await stream.finalResponse();
      const strip = (items) => items.map(({ id, parsed, parsed_arguments, ...item }) => JSON.stringify(item, (key, value) => (key === "parsed" ? undefined : value)));
      assert.deepEqual(strip(final.output), strip(events.at(-1).response.output));
    }
  },

  async embeddings() {
    const texts = ["aa", "b\nc"];
    const base64 = await client.embeddings.create({ model: "up/text-embedding-3-small", input: texts });
    const floats = await client.embeddings.create({ model: "up/text-embedding-3-small", input: texts, encoding_format: "float" });
    assert.deepEqual(base64.data.map((row) => Array.from(row.embedding)), [[0.25, 1, -1.5, 0.25], [0.375, 0, -1.5, 0.25]]);
    assert.deepEqual(floats.data.map((row) => row.embedding), base64.data.map((row) => Array.from(row.embedding)));
    assert.equal(floats.usage.prompt_tokens, 3);
    const short = await client.embeddings.create({ model: "up/text-embedding-3-small", input: "aa", dimensions: 2, encoding_format: "float" });
    assert.deepEqual(short.data[0].embedding, [0.25, 1]);
    await refused(client.embeddings.create({ model: "up/x", input: [1, 2] }), OpenAI.BadRequestError, 400, null, "input[0]");
  },

  async errors() {
    const ask = (model, more = {}) => client.chat.completions.create({ model, messages: hello, ...more });
    const stranger = new OpenAI({ baseURL, apiKey: "sk-wrong", maxRetries: 0 });
    await refused(stranger.models.list(), OpenAI.AuthenticationError, 401, "invalid_api_key", null);
    await refused(ask("up/none"), OpenAI.NotFoundError, 404, "model_not_found", "model");
    await refused(ask("nobody/x"), OpenAI.NotFoundError, 404, "model_not_found", "model");
    await refused(ask("bot:nobody"), OpenAI.NotFoundError, 404, "model_not_found", "model");
    await refused(ask("up/none", { stream: true }), OpenAI.NotFoundError, 404, "model_not_found", "model");
    await refused(ask("up/context"), OpenAI.BadRequestError, 400, "context_length_exceeded", "messages");
    await refused(ask("up/text", { temperature: 3 }), OpenAI.BadRequestError, 400, null, "temperature");
    await refused(ask("up/text", { n: 2 }), OpenAI.BadRequestError, 400, null, "n");
    await refused(ask("up/text", { messages: [] }), OpenAI.BadRequestError, 400, null, "messages");
    await refused(ask("up/text", { messages: [{ role: "nobody", content: "x" }] }), OpenAI.BadRequestError, 400, null, "messages[0]");
    await refused(client.responses.create({ model: "up/text", input: "x", previous_response_id: "resp_1" }), OpenAI.BadRequestError, 400, null, "previous_response_id");
    // The key of the provider is not the client's.
    await refused(ask("up/forbidden"), OpenAI.InternalServerError, 502, "provider_refused", null);
    for (const create of [() => ask("up/error-in-band", { stream: true }), () => client.responses.create({ model: "up/error-in-band", input: "x", stream: true })]) {
      const stream = await create();
      const seen = [];
      const reason = await (async () => { for await (const event of stream) seen.push(event); })().then(() => null, (error) => error);
      assert.ok(seen.length > 0);
      assert.ok(reason instanceof OpenAI.APIError || seen.at(-1).type === "response.failed", "it broke off and nobody was told");
    }
  },

  async abort() {
    const stream = await client.chat.completions.create({ model: "up/dripping", messages: hello, stream: true });
    for await (const chunk of stream)
      if (chunk.choices[0]?.delta.content) break;   // which closes it
    assert.ok(stream.controller.signal.aborted);
  },
};

await scenarios[process.argv[2]]();
