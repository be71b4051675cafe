// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person who knows the official client would write for the conversations of tests/plugins/test-conversations.c.
import { Ollama } from 'ollama';

const model = 'qwen3';
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const weatherTool = { type: 'function', function: { name: 'weather', description: 'What the weather is.', parameters: schema } };
const clockTool = { type: 'function', function: { name: 'clock' } };
const tools = [weatherTool, clockTool];
const user = content => ({ role: 'user', content });
const assistant = (content, more) => ({ role: 'assistant', content, ...more });
const system = content => ({ role: 'system', content });
const weather = { id: 'call_a1', function: { name: 'weather', arguments: { city: 'Köln' } } };
const result = (tool_call_id, tool_name, content) => ({ role: 'tool', content, tool_name, tool_call_id });

export const requests = {
  'plain': { messages: [user('Hi "you"\n')] },
  'knobs': { messages: [system('Be brief.'), user('Hello')], options: { temperature: 0.25, top_p: 0.5, num_predict: 100, stop: ['END', '\n\n'] } },
  'tools': { messages: [user('Weather?')], tools },
  'choice-none': { messages: [user('Weather?')] },
  'results': {
    messages: [user('Weather and time?'),
      assistant('Let me look.', { tool_calls: [weather, { id: 'call_b2', function: { name: 'clock', arguments: {} } }] }),
      result('call_b2', 'clock', 'noon'), result('call_a1', 'weather', 'Error: no such city'), user('Well?')],
    tools,
  },
  'reasoning': {
    messages: [user('Weather?'), assistant('', { thinking: 'Unsigned.', tool_calls: [weather] }), result('call_a1', 'weather', 'rain')],
    tools, think: 'high',
  },
  'schema': { messages: [user('A city')], format: schema },
  'cache': { messages: [system('A long text.'), user('One'), assistant('Two'), user('Three')] },
  'effort-none': { messages: [user('Quick!')], think: false },
  'effort-max': { messages: [user('Think!')], think: 'high' },
  'system-inside': { messages: [system('Be brief.'), system('Be kind.'), user('One'), system('It is late.'), assistant('Two'), user('Three')] },
  'beginning': { messages: [user('Which?'), assistant('It is \n')] },
};

function client(host) {
  return new Ollama({ host });
}

export async function send(url, name) {
  for await (const part of await client(url).chat({ model, ...requests[name], stream: true }))
    void part;
}

// What the official client makes of a stream, in the words of the tests.
export async function read(url, shape) {
  const answer = { text: '', reasoning: '', calls: [], stop: null, usage: null };
  for await (const part of await client(url).chat({ model: shape, messages: [user('Hello?')], stream: true })) {
    answer.text += part.message.content;
    answer.reasoning += part.message.thinking ?? '';
    for (const call of part.message.tool_calls ?? [])
      answer.calls.push([call.function.name, call.function.arguments]);
    if (part.done) {
      answer.stop = part.done_reason;
      answer.usage = [part.prompt_eval_count, part.eval_count];
    }
  }
  return answer;
}

export async function list(url) {
  return (await client(url).list()).models.map(each => each.model);
}

export async function embed(url) {
  return (await client(url).embed({ model: 'nomic-embed-text', input: ['banana', 'kiwi'], dimensions: 2 })).embeddings;
}
