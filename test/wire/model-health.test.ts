import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { modelHealthReply, modelHealthRequest } from '../../src/wire/model-health.js';

describe('the model-health API', () => {
  it('takes the seed’s request unchanged', () => {
    const path = new URL('../fixtures/replies/seed-request.json', import.meta.url);
    const seed = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    expect(modelHealthRequest.parse(seed)).toEqual(seed);
    expect(modelHealthRequest.safeParse({ endpoint_configuration: null }).success).toBe(false);
  });

  it('reads an answer by its status alone', () => {
    expect(
      modelHealthReply.parse({
        status: 'healthy',
        data: 7,
        error: [],
        details: { usage: 1, reason: 'slow' },
      }),
    ).toEqual({
      status: 'healthy',
      data: null,
      error: null,
      details: { usage: null, reason: 'slow' },
    });
    expect(modelHealthReply.safeParse({ status: 'ok' }).success).toBe(false);
  });
});
