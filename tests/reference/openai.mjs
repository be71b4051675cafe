// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person who knows the official client would write for the conversations of tests/plugins/test-conversations.c, by Responses.
import OpenAI from 'openai';

const model = 'gpt-5.6';
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const tools = [{ type: 'function', name: 'weather', description: 'What the weather is.', parameters: schema, strict: false },
  { type: 'function', name: 'clock', parameters: { type: 'object', properties: {} }, strict: false }];
const marked = { prompt_cache_breakpoint: { mode: 'explicit' } };
const text = (text, more) => ({ type: 'input_text', text, ...more });
const user = (...content) => ({ role: 'user', content: content.map(part => typeof part === 'string' ? text(part) : part) });
const assistant = content => ({ role: 'assistant', content });
const weather = { type: 'function_call', call_id: 'call_a1', name: 'weather', arguments: '{"city":"Köln"}' };
const output = (call_id, output) => ({ type: 'function_call_output', call_id, output });
const data = (type, text) => `data:${type};base64,${Buffer.from(text).toString('base64')}`;
const reasoning = effort => ({ reasoning: { effort, summary: 'auto' } });

export const requests = {
  'plain': { input: [user('Hi "you"\n')] },
  'knobs': { input: [user('Hello')], instructions: 'Be brief.', max_output_tokens: 100 },
  'tools': { input: [user('Weather?')], tools, tool_choice: 'auto' },
  'choice-none': { input: [user('Weather?')], tools, tool_choice: 'none' },
  'choice-required': { input: [user('Weather?')], tools, tool_choice: 'required' },
  'choice-name': { input: [user('Weather?')], tools, tool_choice: { type: 'function', name: 'clock' } },
  'results': {
    input: [user('Weather and time?'), assistant('Let me look.'), weather, { type: 'function_call', call_id: 'call_b2', name: 'clock', arguments: '{}' },
      output('call_b2', 'noon'), output('call_a1', 'Error: no such city'), user('Well?')],
    tools,
  },
  'reasoning': {
    input: [user('Weather?'), { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm, weather.' }], encrypted_content: 'gAAA' },
      weather, output('call_a1', 'rain')],
    tools, ...reasoning('high'),
  },
  'schema': { input: [user('A city')], text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } } },
  'images': {
    input: [user('What is it?', { type: 'input_image', image_url: data('image/png', 'PNG!'), detail: 'auto' },
      { type: 'input_image', image_url: 'https://example.org/b.jpg', detail: 'auto' })],
  },
  'files': {
    input: [user('Read them.', { type: 'input_file', filename: 'a.pdf', file_data: data('application/pdf', '%PDF') },
      { type: 'input_file', file_url: 'https://example.org/b.pdf' },
      { type: 'input_file', filename: 'notes.md', file_data: data('text/markdown', '# Notes') })],
  },
  'cache': { instructions: 'A long text.', input: [user(text('One', marked)), assistant('Two'), user(text('Three', marked))] },
  'effort-none': { input: [user('Quick!')], ...reasoning('none') },
  'effort-max': { input: [user('Think!')], ...reasoning('max') },
  'system-inside': {
    instructions: 'Be brief.',
    input: [{ role: 'system', content: 'Be kind.' }, user('One'), { role: 'system', content: 'It is late.' }, assistant('Two'), user('Three')],
  },
  'beginning': { input: [user('Which?'), assistant('It is \n')] },
};

function client(url) {
  return new OpenAI({ apiKey: 'test-key', baseURL: `${url}/v1`, maxRetries: 0 });
}

export async function send(url, name) {
  const all = { model, store: false, include: ['reasoning.encrypted_content'], reasoning: { summary: 'auto' }, ...requests[name], stream: true };
  for await (const event of await client(url).responses.create(all))
    void event;
}

// What the official client makes of a stream, in the words of the tests.
export async function read(url, shape) {
  const answer = await client(url).responses.stream({ model: shape, input: [user('Hello?')] }).finalResponse();
  const of = type => answer.output.filter(item => item.type === type);
  return {
    text: answer.output_text,
    reasoning: of('reasoning').map(item => item.summary.map(part => part.text).join('\n\n')).join(''),
    signatures: of('reasoning').map(item => item.encrypted_content),
    calls: of('function_call').map(item => [item.call_id, item.name, JSON.parse(item.arguments)]),
    stop: answer.status,
    usage: [answer.usage.input_tokens, answer.usage.input_tokens_details.cached_tokens, answer.usage.input_tokens_details.cache_write_tokens,
      answer.usage.output_tokens],
  };
}
