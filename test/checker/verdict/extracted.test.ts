import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const replyOf = (body: object) => ({
  status: 200,
  headers: {},
  body: Buffer.from(JSON.stringify(body)),
  overLimit: false,
});

describe('reply whose check is over', () => {
  it.each([
    ['before the program runs', 0, { answer: 'New Delhi' }],
    ['before it is known whether the answer is null', 1, { answer: null }],
  ])('%s reports nothing about the model', async (_when, runs, body) => {
    let run = 0;
    const found = await judgeExtracted(replyOf(body), judging, (program, json) => {
      run += 1;
      return jq.run(program, json, run > runs ? over : undefined);
    });
    expect(found).toMatchObject({ reason: 'internal_error', detail: expect.stringMatching(/turn/) });
  });
});

describe('reply that jq cannot read, since its thread does not start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-jq-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const moduleOf = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const noThread = () => {
    throw Object.assign(new Error('Worker initialization failure: EAGAIN'), {
      code: 'ERR_WORKER_INIT_FAILED',
    });
  };

  it.each([
    ['the system has no thread left', noThread, /does not start: .*EAGAIN$/],
    ['its package is gone', () => join(folder, 'gone'), /does not start: Cannot find module '.*gone'$/],
    [
      'its package does not load',
      () => moduleOf('broken.cjs', "exports.loadJq = () => Promise.reject(new Error('no wasm'))"),
      /does not start: no wasm$/,
    ],
    [
      'the thread ends before',
      () => moduleOf('ends.cjs', 'exports.loadJq = () => process.exit(1)'),
      /does not start: its thread ended$/,
    ],
  ])('because %s, reports nothing about the model, and the next one is read', async (_why, find, detail) => {
    let broken = true;
    const own = createJq(() => (broken ? find() : createRequire(import.meta.url).resolve('jq-wasm')));
    const judge = () =>
      judgeExtracted(replyOf({ answer: 'New Delhi' }), judging, (program, json) => own.run(program, json));
    for (let turn = 0; turn < 2; turn += 1)
      expect(await judge()).toMatchObject({
        reason: 'internal_error',
        detail: expect.stringMatching(detail) as unknown,
      });
    expect(await own.problemIn('.answer')).toBeNull();
    broken = false;
    expect(await judge()).toMatchObject({ reason: 'ok', response: 'New Delhi' });
    own.close();
  });

  it('stays malformed where the program fails on it', async () => {
    const program = { ...model, custom: { payload: {}, responseFormat: '.answer | error("odd")' } };
    const found = await judgeExtracted(replyOf({ answer: 1 }), { ...judging, model: program }, jq.run);
    expect(found).toMatchObject({ reason: 'malformed_response' });
  });
});
