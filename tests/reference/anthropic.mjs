// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person who knows the official client would write for the conversations of tests/plugins/test-conversations.c.
import Anthropic from '@anthropic-ai/sdk';

const model = 'claude-opus-5-5';
const max_tokens = 128000;
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const tools = [{ name: 'weather', description: 'What the weather is.', input_schema: schema }, { name: 'clock', input_schema: { type: 'object' } }];
const cached = { cache_control: { type: 'ephemeral' } };
const system = text => [{ type: 'text', text, ...cached }];
const user = content => ({ role: 'user', content });
const assistant = content => ({ role: 'assistant', content });
const weather = { type: 'tool_use', id: 'call_a1', name: 'weather', input: { city: 'Köln' } };

export const requests = {
  'plain': { messages: [user('Hi "you"\n')] },
  'knobs': { messages: [user('Hello')], max_tokens: 100, system: system('Be brief.'), stop_sequences: ['END'] },
  'tools': { messages: [user('Weather?')], tools, tool_choice: { type: 'auto' } },
  'choice-none': { messages: [user('Weather?')], tools, tool_choice: { type: 'none' } },
  'choice-required': { messages: [user('Weather?')], tools, tool_choice: { type: 'any' } },
  'choice-name': { messages: [user('Weather?')], tools, tool_choice: { type: 'tool', name: 'clock' } },
  'results': {
    messages: [user('Weather and time?'),
      assistant([{ type: 'text', text: 'Let me look.' }, weather, { type: 'tool_use', id: 'call_b2', name: 'clock', input: {} }]),
      user([{ type: 'tool_result', tool_use_id: 'call_b2', content: 'noon' },
        { type: 'tool_result', tool_use_id: 'call_a1', content: 'no such city', is_error: true }, { type: 'text', text: 'Well?' }])],
    tools,
  },
  'reasoning': {
    messages: [user('Weather?'), assistant([{ type: 'thinking', thinking: 'Hm, weather.', signature: 'EqQB' }, weather]),
      user([{ type: 'tool_result', tool_use_id: 'call_a1', content: 'rain' }])],
    tools, thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' },
  },
  'schema': { messages: [user('A city')], output_config: { format: { type: 'json_schema', schema } } },
  'images': {
    messages: [user([{ type: 'text', text: 'What is it?' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: Buffer.from('PNG!').toString('base64') } },
      { type: 'image', source: { type: 'url', url: 'https://example.org/b.jpg' } }])],
  },
  'files': {
    messages: [user([{ type: 'text', text: 'Read them.' },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: Buffer.from('%PDF').toString('base64') }, title: 'a.pdf' },
      { type: 'document', source: { type: 'url', url: 'https://example.org/b.pdf' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '# Notes' }, title: 'notes.md' }])],
  },
  'cache': {
    system: system('A long text.'),
    messages: [user([{ type: 'text', text: 'One', ...cached }]), assistant('Two'), user([{ type: 'text', text: 'Three', ...cached }])],
  },
  'effort-none': { messages: [user('Quick!')], thinking: { type: 'disabled' } },
  'effort-max': { messages: [user('Think!')], thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'max' } },
  'system-inside': {
    system: system('Be brief.\n\nBe kind.'),
    messages: [user('One'), { role: 'system', content: 'It is late.' }, assistant('Two'), user('Three')],
  },
  'beginning': { messages: [user('Which?'), assistant('It is')] },
};

function client(baseURL) {
  return new Anthropic({ apiKey: 'test-key', baseURL, maxRetries: 0 });
}

export async function send(baseURL, name) {
  await client(baseURL).messages.create({ model, max_tokens, ...requests[name], stream: true }).then(async stream => {
    for await (const event of stream)
      void event;
  });
}

// What the official client makes of a stream, in the words of the tests.
export async function read(baseURL, shape) {
  const message = await client(baseURL).messages.stream({ model: shape, max_tokens: 10, messages: [user('Hello?')] }).finalMessage();
  const of = type => message.content.filter(block => block.type === type);
  return {
    text: of('text').map(block => block.text).join(''),
    reasoning: of('thinking').map(block => block.thinking).join(''),
    signatures: of('thinking').map(block => block.signature),
    calls: of('tool_use').map(block => [block.id, block.name, block.input]),
    stop: message.stop_reason,
    usage: [message.usage.input_tokens, message.usage.cache_read_input_tokens, message.usage.cache_creation_input_tokens, message.usage.output_tokens],
  };
}
