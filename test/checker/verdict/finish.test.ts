import { describe, expect, it } from '@jest/globals';
import { createRedaction } from '../../../src/checker/secrets/redact.js';
import type { CheckResult } from '../../../src/domain/result.js';
import { finished } from '../finished.js';
import { modelAt } from '../model.js';

const redact = createRedaction([]);

function refusedBy(baseUrl: string, message: string): CheckResult {
  const model = modelAt(baseUrl);
  const body = Buffer.from(JSON.stringify({ error: { message } }));
  return finished({ model, redact }, { status: 429, headers: { 'retry-after': '86400' }, body }).result;
}

describe('rate limit that asks to wait for a day', () => {
  const said = 'Rate limit is exceeded. Try again in 86400 seconds.';

  it.each([
    ['https://r.openai.azure.com/openai/v1', said, 'rate_limited', 'degraded'],
    ['https://r.services.ai.azure.com/models', 'Too many requests', 'rate_limited', 'degraded'],
    ['https://r.openai.azure.com/openai/v1', 'Daily limit reached', 'quota_exhausted', 'unhealthy'],
    ['https://notazure.com/v1', said, 'quota_exhausted', 'unhealthy'],
    ['https://azure.com.example.com/v1', said, 'quota_exhausted', 'unhealthy'],
  ])('of %s, saying %j, is %s', (baseUrl, message, reason, outcome) => {
    expect(refusedBy(baseUrl, message)).toMatchObject({ reason, outcome, retryAfterMs: 86_400_000 });
  });
});
