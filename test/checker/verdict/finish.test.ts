import { describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../../src/checker/ask/dialects.js';
import { createRedaction } from '../../../src/checker/secrets/redact.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import { finish } from '../../../src/checker/verdict/finish.js';
import { judge } from '../../../src/checker/verdict/judge.js';
import { systemClock } from '../../../src/domain/clock.js';
import type { CheckResult } from '../../../src/domain/result.js';
import { modelAt } from '../model.js';

const meets = createExpectations();
const redact = createRedaction([]);

function refusedBy(baseUrl: string, message: string): CheckResult {
  const model = modelAt(baseUrl);
  const dialect = dialectFor(model.provider, model.probe)!;
  const body = Buffer.from(JSON.stringify({ error: { message } }));
  const reply = { status: 429, headers: { 'retry-after': '86400' }, body, overLimit: false };
  const judged = judge(reply, { model, dialect, meets, reading: null });
  const done = {
    reply,
    fault: null,
    durationMs: 1,
    phases: {},
    certificateExpiresAt: null,
    firstTokenMs: null,
  };
  return finish({ model, startedAt: 0, redact }, done, judged, systemClock);
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
