import { describe, expect, it } from '@jest/globals';
import type { Model } from '../../src/domain/model.js';
import { modelAt } from './model.js';
import { checkOnce, withServer } from './probing.js';
import { listenHttp } from './server.js';

const asked = (reply: unknown, changes: Partial<Model>) =>
  withServer(
    listenHttp((_request, response) => response.end(JSON.stringify(reply))),
    (port) => checkOnce(modelAt(`http://127.0.0.1:${port}`, changes)),
  );

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
