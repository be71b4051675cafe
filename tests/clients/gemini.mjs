// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person who knows the official client would write for the conversations of tests/plugins/test-conversations.c.
import { FunctionCallingConfigMode, GoogleGenAI, ThinkingLevel } from '@google/genai';

const model = 'gemini-3-flash';
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const tools = [{ functionDeclarations: [{ name: 'weather', description: 'What the weather is.', parametersJsonSchema: schema }, { name: 'clock' }] }];
const user = (...parts) => ({ role: 'user', parts });
const assistant = (...parts) => ({ role: 'model', parts });
const text = text => ({ text });
const base64 = text => Buffer.from(text).toString('base64');
const weather = { id: 'call_a1', name: 'weather', args: { city: 'Köln' } };
const choice = functionCallingConfig => ({ tools, toolConfig: { functionCallingConfig } });
const thinking = more => ({ thinkingConfig: { includeThoughts: true, ...more } });

export const requests = {
  'plain': { contents: 'Hi "you"\n' },
  'knobs': { contents: 'Hello', config: { systemInstruction: 'Be brief.', temperature: 0.25, topP: 0.5, maxOutputTokens: 100, stopSequences: ['END', '\n\n'] } },
  'tools': { contents: 'Weather?', config: choice({ mode: FunctionCallingConfigMode.AUTO }) },
  'choice-none': { contents: 'Weather?', config: choice({ mode: FunctionCallingConfigMode.NONE }) },
  'choice-required': { contents: 'Weather?', config: choice({ mode: FunctionCallingConfigMode.ANY }) },
  'choice-name': { contents: 'Weather?', config: choice({ mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['clock'] }) },
  'results': {
    contents: [user(text('Weather and time?')),
      assistant(text('Let me look.'), { functionCall: weather }, { functionCall: { id: 'call_b2', name: 'clock', args: {} } }),
      user({ functionResponse: { id: 'call_b2', name: 'clock', response: { output: 'noon' } } },
        { functionResponse: { id: 'call_a1', name: 'weather', response: { error: 'no such city' } } }, text('Well?'))],
    config: { tools },
  },
  'reasoning': {
    contents: [user(text('Weather?')), assistant({ functionCall: weather, thoughtSignature: 'c2ln' }),
      user({ functionResponse: { id: 'call_a1', name: 'weather', response: { output: 'rain' } } })],
    config: { tools, ...thinking({ thinkingLevel: ThinkingLevel.HIGH }) },
  },
  'schema': { contents: 'A city', config: { responseMimeType: 'application/json', responseJsonSchema: schema } },
  'images': {
    contents: [user(text('What is it?'), { inlineData: { mimeType: 'image/png', data: base64('PNG!') } },
      { fileData: { mimeType: 'image/jpeg', fileUri: 'https://example.org/b.jpg' } })],
  },
  'files': {
    contents: [user(text('Read them.'), { inlineData: { mimeType: 'application/pdf', data: base64('%PDF') } },
      { fileData: { mimeType: 'application/pdf', fileUri: 'https://example.org/b.pdf' } },
      { inlineData: { mimeType: 'text/markdown', data: base64('# Notes') } })],
  },
  'cache': { contents: [user(text('One')), assistant(text('Two')), user(text('Three'))], config: { systemInstruction: 'A long text.' } },
  'effort-none': { contents: 'Quick!', config: thinking({ thinkingLevel: ThinkingLevel.MINIMAL }) },
  'effort-max': { contents: 'Think!', config: thinking({ thinkingLevel: ThinkingLevel.HIGH }) },
  'system-inside': {
    contents: [user(text('One'), text('It is late.')), assistant(text('Two')), user(text('Three'))],
    config: { systemInstruction: 'Be brief.\n\nBe kind.' },
  },
  'beginning': { contents: [user(text('Which?')), assistant(text('It is \n'))] },
};

function client(baseUrl) {
  return new GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl } });
}

export async function send(url, name) {
  const { contents, config } = requests[name];
  const stream = await client(url).models.generateContentStream({ model, contents, config: { ...thinking(), ...config } });
  for await (const chunk of stream)
    void chunk;
}

// What the official client makes of a stream, in the words of the tests.
export async function read(url, shape) {
  const answer = { text: '', reasoning: '', signatures: [], calls: [], stop: null, usage: null };
  for await (const chunk of await client(url).models.generateContentStream({ model: shape, contents: 'Hello?' })) {
    for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
      if (part.functionCall)
        answer.calls.push([part.functionCall.name, part.functionCall.args]);
      else
        answer[part.thought ? 'reasoning' : 'text'] += part.text ?? '';
      if (part.thoughtSignature)
        answer.signatures.push(part.thoughtSignature);
    }
    answer.stop = chunk.candidates?.[0]?.finishReason ?? chunk.promptFeedback?.blockReason ?? answer.stop;
    const usage = chunk.usageMetadata;
    if (usage)
      answer.usage = [usage.promptTokenCount, usage.cachedContentTokenCount ?? 0, usage.candidatesTokenCount ?? 0, usage.thoughtsTokenCount ?? 0];
  }
  return answer;
}

export async function list(url) {
  const models = [];
  for await (const each of await client(url).models.list({ config: { pageSize: 1000 } }))
    models.push([each.name, each.inputTokenLimit, each.outputTokenLimit ?? 0]);
  return models;
}

export async function embed(url) {
  const answer = await client(url).models.embedContent({ model: 'gemini-embedding-001', contents: ['banana', 'kiwi'], config: { outputDimensionality: 2 } });
  return answer.embeddings.map(each => each.values);
}
