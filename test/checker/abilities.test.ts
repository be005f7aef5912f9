import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../src/checker/ask/dialects.js';
import { estimateTokens } from '../../src/checker/ask/token-estimate.js';
import { providerFor } from '../../src/config/model/providers.js';
import { longQuestion, needle } from '../../src/domain/long-question.js';
import type { Model, Probe } from '../../src/domain/model.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { modelAt } from './model.js';
import { checkOnce, withServer } from './probing.js';
import { listenHttp } from './server.js';

const bodyOf = (provider: string, probe: Probe, changes: Partial<Model> = {}) =>
  dialectFor(provider, probe)?.ask(modelAt('http://x', { provider, probe, ...changes })).body;

describe('request of the probe tools', () => {
  it.each([
    ['openai', { tool_choice: 'required', max_completion_tokens: 128 }],
    ['mistral', { tool_choice: 'any' }],
    ['alibaba', { tool_choice: { type: 'function', function: { name: 'report_capital' } } }],
    ['anthropic', { tool_choice: { type: 'any' }, max_tokens: 128 }],
    ['gemini', { toolConfig: { functionCallingConfig: { mode: 'ANY' } } }],
    ['ollama', { options: { num_predict: 128, temperature: 0 } }],
  ])('forces a call where %s can', (provider, wanted) => {
    expect(bodyOf(provider, 'tools')).toMatchObject(wanted);
  });

  it.each(['ai21', 'cohere', 'ollama', 'bedrock'])('has no choice where %s may refuse it', (provider) => {
    const body = bodyOf(provider, 'tools');
    expect(JSON.stringify(body)).toContain('report_capital');
    expect(JSON.stringify(body)).not.toMatch(/choice/i);
  });

  it('gives way to the request options, also inside of an object', () => {
    expect(bodyOf('openai', 'tools', { requestOptions: { tool_choice: 'auto' } })).toMatchObject({
      tool_choice: 'auto',
      tools: [{ type: 'function' }],
    });
    expect(bodyOf('openai', 'tools', { requestOptions: { tool_choice: null } })).not.toHaveProperty(
      'tool_choice',
    );
    const generationConfig = { maxOutputTokens: 64 };
    expect(bodyOf('gemini', 'structured', { requestOptions: { generationConfig } })).toMatchObject({
      generationConfig: { maxOutputTokens: 64, responseMimeType: 'application/json' },
    });
  });

  it('is not known of APIs without tools or schemas', () => {
    expect(['custom', 'deepseek', 'ai21'].map((provider) => dialectFor(provider, 'structured'))).toEqual([
      null,
      null,
      null,
    ]);
    expect(dialectFor('custom', 'tools')).toBeNull();
  });
});

describe('a simulated model', () => {
  let simulator: RunningSimulator;
  beforeAll(async () => {
    simulator = await createSimulator().listen(0, '127.0.0.1');
  });
  afterAll(() => simulator.close());

  const reasonOf = async (
    provider: string,
    probe: Probe,
    modelName: string,
    changes: Partial<Model> = {},
  ) => {
    const { paths } = providerFor(provider, { model: modelName });
    const endpoint = { paths };
    const expectation = probe === 'context' ? {} : { contains: ['New Delhi'] };
    const model = modelAt(simulator.url, {
      provider,
      probe,
      modelName,
      endpoint,
      expect: expectation,
      ...changes,
    });
    return (await checkOnce(model)).reason;
  };

  it.each(['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'mistral', 'ollama'])(
    'shows each outcome of tools and schemas in the format of %s',
    async (provider) => {
      const names = ['healthy', 'ability-ignored', 'broken-arguments', 'ability-refused'];
      const of = (probe: Probe) => Promise.all(names.map((name) => reasonOf(provider, probe, name)));
      expect(await of('tools')).toEqual([
        'ok',
        'capability_ignored',
        'capability_ignored',
        'probe_unsupported',
      ]);
      expect(await of('structured')).toEqual(['ok', 'capability_ignored', 'ok', 'probe_unsupported']);
    },
  );

  it('reads a long question as a whole, or is seen not to', async () => {
    const query = 'What is the code word at the beginning of this text? Answer with the code word only.';
    const long = { query, contextTokens: 8_000 };
    expect(await reasonOf('ollama', 'context', 'healthy', long)).toBe('ok');
    expect(await reasonOf('ollama', 'context', 'context-cut', long)).toBe('context_truncated');
    expect(await reasonOf('openai', 'context', 'context-cut', long)).toBe('context_truncated');
  });
});

describe('long question', () => {
  it('begins with the code word and ends with the question, in about four characters a token', () => {
    const text = longQuestion(32_000, 'What is it?');
    expect(text.slice(0, 60)).toContain(needle);
    expect(text.endsWith('What is it?')).toBe(true);
    expect(text.length).toBeCloseTo(128_000, -3);
    expect(longQuestion(1, 'q')).toContain(needle);
  });

  it('is counted in the estimate', () => {
    const model = modelAt('http://x', { probe: 'context', contextTokens: 32_000 });
    expect(estimateTokens(model).inputTokens).toBeGreaterThan(36_000);
  });

  const answered = (text: string, prompt_tokens: number, finish_reason = 'stop') =>
    withServer(
      listenHttp((_request, response) =>
        response.end(
          JSON.stringify({
            choices: [{ message: { content: text }, finish_reason }],
            usage: { prompt_tokens, completion_tokens: 8 },
          }),
        ),
      ),
      (port) =>
        checkOnce(
          modelAt(`http://127.0.0.1:${port}`, { probe: 'context', contextTokens: 32_000, expect: {} }),
        ),
    );

  it.each([
    ['Kestrel-4821', 31_000, 'ok'],
    ['The code word is kestrel\u20114821.', 40_000, 'ok'],
    ['kestrel-4821', 16_000, 'ok'],
    ['kestrel-4821', 15_000, 'context_truncated'],
    ['kestrel-4821', 2_048, 'context_truncated'],
    ['kestrel-4821', 1, 'ok'],
    ['I do not see a code word.', 4_096, 'context_truncated'],
    ['I do not see a code word.', 0, 'context_truncated'],
    ['kestrel-4821', 0, 'ok'],
    ['It is falcon.', 31_000, 'unexpected_answer'],
    ['', 2_048, 'context_truncated'],
    ['', 31_000, 'empty_response'],
  ])('answered with "%s" and %d tokens is %s', async (text, tokens, reason) => {
    expect((await answered(text, tokens)).reason).toBe(reason);
  });

  it('that is cut by the token limit before the code word is no failure', async () => {
    expect((await answered('The code', 31_000, 'length')).reason).toBe('output_truncated');
  });
});

describe('expectation of a vector', () => {
  const asked = (embedding: unknown, expectation: Model['expect']) =>
    withServer(
      listenHttp((_request, response) => response.end(JSON.stringify({ data: [{ embedding }] }))),
      (port) => checkOnce(modelAt(`http://127.0.0.1:${port}`, { probe: 'embeddings', expect: expectation })),
    );
  const floats = (...values: number[]) => Buffer.from(new Float32Array(values).buffer).toString('base64');

  it.each<[string, unknown, Model['expect'], string, string | null]>([
    ['size', [0.6, 0.8], { dimensions: 2 }, 'ok', null],
    [
      'other size',
      [0.6, 0.8],
      { dimensions: 3 },
      'unexpected_answer',
      'the vector has 2 numbers instead of 3',
    ],
    ['length', [0.6, 0.8], { norm: 1 }, 'ok', null],
    ['length in base64', floats(0.6, 0.8), { norm: 1, dimensions: 2 }, 'ok', null],
    ['length within a hundredth', [0.6, 0.806], { norm: 1 }, 'ok', null],
    ['other length', [6, 8], { norm: 1 }, 'unexpected_answer', 'the vector has the length 10 instead of 1'],
    ['any length', [6, 8], { norm: 10 }, 'ok', null],
    ['zeros', [0, 0], { dimensions: 2, norm: 1 }, 'empty_response', 'an empty vector'],
    ['constant', [0.5, 0.5, 0.5, 0.5], { norm: 1 }, 'empty_response', 'an empty vector'],
  ])('%s', async (_name, embedding, expectation, reason, detail) => {
    expect(await asked(embedding, expectation)).toMatchObject({ reason, detail });
  });

  it('brings the vector in short only where it is compared', async () => {
    expect(await asked([0.6, 0.8], { dimensions: 2 })).not.toHaveProperty('vector');
    expect((await asked([0.6, 0.8], { similarToFirst: 0.99 })).vector).toMatchObject({ least: 0.99 });
  });
});

it('labelled samples cover every outcome of both probes', () => {
  const file = new URL('../fixtures/replies/abilities.json', import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    cases: { probe: string; source: string; expect: { reason: string } }[];
  };
  const of = (probe: string) =>
    new Set(cases.filter((one) => one.probe === probe).map((one) => one.expect.reason));
  for (const probe of ['tools', 'structured'])
    expect([...of(probe)]).toEqual(expect.arrayContaining(['ok', 'capability_ignored', 'probe_unsupported']));
  expect(cases.every(({ source }) => source !== '')).toBe(true);
});
