import { describe, expect, it } from '@jest/globals';
import type { Model } from '../../src/domain/model.js';
import { modelAt } from './model.js';
import { checkOnce, withServer } from './probing.js';
import { listenHttp } from './server.js';

const askedText = (reply: string, changes: Partial<Model>) =>
  withServer(
    listenHttp((_request, response) => response.end(reply)),
    (port) => checkOnce(modelAt(`http://127.0.0.1:${port}`, changes)),
  );
const asked = (reply: unknown, changes: Partial<Model>) => askedText(JSON.stringify(reply), changes);

describe('model list probe', () => {
  const list = { object: 'list', data: [{ id: 'gpt-4o' }, { id: 'gpt-4o-mini' }] };

  it('never reports healthy, even if slow', async () => {
    const slow = { durationMs: 0, firstTokenMs: null };
    const result = await asked(list, { probe: 'models', modelName: 'GPT-4o-mini', slow });
    expect(result).toMatchObject({ reason: 'ok', outcome: 'unknown', response: null });
    expect(result.detail).toContain('does not show that it answers');
  });

  it('reports unknown if the model is missing, since an alias may be missing', async () => {
    expect(await asked(list, { probe: 'models', modelName: 'gpt-3' })).toMatchObject({
      reason: 'ok',
      outcome: 'unknown',
      detail: 'the list of models lacks this name, but may omit aliases',
    });
  });

  it('reports a failure if the model is missing from a complete list', async () => {
    expect(await asked(list, { provider: 'openai', probe: 'models', modelName: 'gpt-3' })).toMatchObject({
      reason: 'model_not_found',
      outcome: 'unhealthy',
      detail: 'not in the list of models',
    });
  });

  it('judges a reply that is not a list like any other reply', async () => {
    const changes: Partial<Model> = { probe: 'models', modelName: 'gpt-4o' };
    expect((await asked({ hello: 1 }, changes)).reason).toBe('malformed_response');
    expect((await asked({ error: { code: 'invalid_api_key' } }, changes)).reason).toBe('auth_failed');
  });
});

describe('list of models that is longer than what is read of a reply', () => {
  /** As OpenRouter describes a model. */
  const entry = (index: number) => ({
    id: `vendor-${index % 40}/some-model-${index}`,
    name: `Vendor: Some Model ${index}`,
    description: 'x'.repeat(1_600),
    pricing: { prompt: '0.0000002' },
  });
  const entries = (count: number) => Array.from({ length: count }, (_each, index) => entry(index));
  const has = 'the list of models has this name, which does not show that it answers';
  const lacks = 'the list of models is too long; the part that is read lacks this name';

  it.each([
    ['of 1.3 MB', { data: entries(750) }, 'vendor-3/some-model-43', has],
    ['of 1.3 MB, whose end is not read', { data: entries(750) }, 'vendor-29/some-model-749', lacks],
    ['with slashes that are escaped', { models: entries(750) }, 'Vendor-4/Some-Model-4', has],
    ['as a bare list', entries(750), 'vendor-5/some-model-5', has],
    [
      'with too many parts',
      { data: Array.from({ length: 45_000 }, (_each, index) => ({ id: `m${index}` })) },
      'm44999',
      has,
    ],
  ])('is searched: %s', async (_which, list, modelName, detail) => {
    const text = JSON.stringify(list).replaceAll('vendor-4/', String.raw`vendor-4\/`);
    const result = await askedText(text, { provider: 'openai', probe: 'models', modelName });
    expect(result).toMatchObject({ reason: 'ok', outcome: 'unknown', detail });
  });

  it.each([
    ['a list without names', { data: [{ description: 'x'.repeat(1_300_000) }] }],
    ['another reply', { id: 'a', choices: [{ message: { content: 'x'.repeat(1_300_000) } }] }],
  ])('is not searched in %s', async (_which, reply) => {
    const result = await asked(reply, { probe: 'models', modelName: 'a' });
    const detail = 'body over 1048576 bytes: a limit of modelpulse, which reads 1 MiB of a reply';
    expect(result).toMatchObject({ reason: 'probe_unsupported', outcome: 'unknown', detail });
  });
});

describe('reply of 1.3 MB of a custom API', () => {
  const whole = JSON.stringify({ data: [{ b64_json: 'A'.repeat(1_300_000) }] });
  const own = (responseFormat: string | null): Partial<Model> => ({
    provider: 'custom',
    custom: { payload: {}, responseFormat },
  });
  const limit = 'a limit of modelpulse, which reads 1 MiB of a reply';

  it.each([
    ['JSON for a program', whole, '.data[0].b64_json', `body over 1048576 bytes: ${limit}`],
    ['JSON that is the answer', whole, null, `body over 1048576 bytes: ${limit}`],
    [
      'too many parts',
      `[${'{},'.repeat(110_000)}{}]`,
      '.[0]',
      `over 100000 texts, lists and objects: ${limit}`,
    ],
  ])('tells the limit of the monitor, and blames no provider: %s', async (_which, text, program, detail) => {
    const result = await askedText(text, own(program));
    expect(result).toMatchObject({ reason: 'probe_unsupported', outcome: 'unknown', detail });
  });

  it.each([
    ['a page', `<!doctype html><p>${'x'.repeat(1_300_000)}`],
    ['blanks', ' '.repeat(1_300_000)],
  ])('is no answer where it is %s', async (_which, text) => {
    expect((await askedText(text, own(null))).reason).toBe('malformed_response');
  });

  it('is a limit of the monitor in any API if it begins as JSON, and malformed if it does not', async () => {
    expect(await askedText(whole, {})).toMatchObject({ reason: 'probe_unsupported', outcome: 'unknown' });
    expect((await askedText('x'.repeat(1_300_000), {})).reason).toBe('malformed_response');
    const line = `${JSON.stringify({ message: { content: 'New Delhi ' } })}\n`;
    const endless = await askedText(line.repeat(30_000), { provider: 'ollama', probe: 'chat_stream' });
    expect(endless).toMatchObject({ reason: 'malformed_response', outcome: 'unhealthy' });
  });
});

describe('embedding probe', () => {
  const embedding = (vector: unknown) => ({
    model: 'embed-2',
    data: [{ embedding: vector }],
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });

  it('is healthy regardless of text expectations', async () => {
    expect(await asked(embedding([0.25, -0.5]), { probe: 'embeddings' })).toMatchObject({
      reason: 'ok',
      outcome: 'healthy',
      responseModel: 'embed-2',
      usage: { inputTokens: 7, outputTokens: 0 },
    });
  });

  it.each([[[]], [['a']], [null]])('treats %j as empty', async (vector) => {
    const { reason } = await asked(embedding(vector), { probe: 'embeddings' });
    expect(reason).toBe('empty_response');
  });

  it('reports a mismatch for another model if one is expected', async () => {
    const expectation = { contains: ['New Delhi'], model: ['embed-1'] };
    const { reason } = await asked(embedding([1]), { probe: 'embeddings', expect: expectation });
    expect(reason).toBe('model_mismatch');
  });
});
