import { afterAll, describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../../src/checker/ask/dialects.js';
import { createTimeLimit } from '../../../src/checker/transport/time-limit.js';
import { createExpectations } from '../../../src/checker/verdict/expectation.js';
import { createJq } from '../../../src/checker/verdict/jq.js';
import { judgeExtracted } from '../../../src/checker/verdict/judge.js';
import { systemClock } from '../../../src/domain/clock.js';
import { modelAt } from '../model.js';

const jq = createJq();
afterAll(() => jq.close());

const custom = { payload: {}, responseFormat: '.answer' };
const model = modelAt('http://127.0.0.1:1/', { provider: 'custom', custom });
const judging = {
  model,
  dialect: dialectFor('custom', 'chat')!,
  meets: createExpectations(),
  reading: null,
};
const over = createTimeLimit({ clock: systemClock, timeoutMs: 60_000, signal: AbortSignal.abort() });

describe('reply whose check is over', () => {
  it.each([
    ['before the program runs', 0, { answer: 'New Delhi' }],
    ['before it is known whether the answer is null', 1, { answer: null }],
  ])('%s reports nothing about the model', async (_when, runs, body) => {
    const reply = {
      status: 200,
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
      overLimit: false,
    };
    let run = 0;
    const found = await judgeExtracted(reply, judging, (program, json) => {
      run += 1;
      return jq.run(program, json, run > runs ? over : undefined);
    });
    expect(found).toMatchObject({ reason: 'internal_error', detail: expect.stringMatching(/turn/) });
  });
});
