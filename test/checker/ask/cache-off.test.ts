import { describe, expect, it } from '@jest/globals';
import { cacheOff } from '../../../src/checker/ask/cache-off.js';
import { dialectFor } from '../../../src/checker/ask/dialects.js';
import { requestFor } from '../../../src/checker/ask/request.js';
import { modelAt } from '../model.js';

const usual = { 'cache-control': 'no-cache' };

function headersOf(model: ReturnType<typeof modelAt>, fresh: boolean, apiKey = 'k') {
  const dialect = dialectFor(model.provider, 'chat')!;
  return requestFor(model, dialect, { apiKey, userAgent: 'test', now: 0, fresh }).headers;
}

describe('a request with a fresh question', () => {
  it.each([
    ['openai', 'https://api.openai.com/v1', usual],
    ['openai_compatible', 'http://litellm:4000/v1', usual],
    [
      'anthropic',
      'https://gateway.ai.cloudflare.com/v1/account/gateway/anthropic',
      { ...usual, 'cf-aig-skip-cache': 'true' },
    ],
    ['portkey', 'http://gateway:8787/v1', { ...usual, 'x-portkey-cache-force-refresh': 'true' }],
    ['openai_compatible', 'https://api.portkey.ai/v1', { ...usual, 'x-portkey-cache-force-refresh': 'true' }],
    ['openai', 'https://oai.helicone.ai/v1', { ...usual, 'helicone-cache-enabled': 'false' }],
    ['openai', 'https://helicone.ai.example.com/v1', usual],
    ['custom', 'https://oai.helicone.ai/v1', {}],
  ])('to %s at %s turns caches off', (provider, baseUrl, headers) => {
    expect(cacheOff(modelAt(baseUrl, { provider }))).toEqual(headers);
  });

  it('alone has such headers, and configured ones have precedence', () => {
    const model = modelAt('https://gateway.ai.cloudflare.com/v1/a/b/openai', { provider: 'openai' });
    expect(headersOf(model, true)).toMatchObject({ ...usual, 'cf-aig-skip-cache': 'true' });
    expect(Object.keys(headersOf(model, false)).join()).not.toMatch(/cache/);
    const headers = { 'CF-AIG-Skip-Cache': 'false' };
    const own = modelAt(model.endpoint.baseUrl, { provider: 'openai', endpoint: { headers } });
    expect(headersOf(own, true)['cf-aig-skip-cache']).toBe('false');
  });

  it('that is signed has none', () => {
    const model = modelAt('https://bedrock-runtime.us-east-1.amazonaws.com', { provider: 'bedrock' });
    expect(headersOf(model, true, 'AKIAIOSFODNN7EXAMPLE:secret')).not.toHaveProperty('cache-control');
    expect(headersOf(model, true, 'bearer-key')).toMatchObject(usual);
  });
});
