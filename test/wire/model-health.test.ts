import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { modelHealthReply, modelHealthRequest } from '../../src/wire/model-health.js';

describe('model-health API', () => {
  it('accepts the seed request unchanged', () => {
    const path = new URL('../fixtures/replies/seed-request.json', import.meta.url);
    const seed = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    expect(modelHealthRequest.parse(seed)).toEqual(seed);
    expect(modelHealthRequest.safeParse({ endpoint_configuration: null }).success).toBe(false);
  });

  it('reads a reply by its status alone', () => {
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

  it('ignores counts and times that a check cannot have, and converts -0 to 0', () => {
    const read = (seconds: number, count: number) =>
      modelHealthReply.parse({
        status: 'healthy',
        details: { first_token_seconds: seconds, usage: { input_tokens: count, output_tokens: 1 } },
      }).details;
    expect(read(1.5, 14)).toEqual({
      first_token_seconds: 1.5,
      usage: { input_tokens: 14, output_tokens: 1 },
    });
    expect(read(-0, -0)).toEqual({ first_token_seconds: 0, usage: { input_tokens: 0, output_tokens: 1 } });
    for (const [seconds, count] of [
      [-1, -5],
      [1e306, 1e30],
      [86_401, 12.5],
    ] as const) {
      expect(read(seconds, count)).toEqual({ first_token_seconds: null, usage: null });
    }
  });
});
