import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProber } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Model, Probe } from '../../src/domain/model.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { modelAt } from '../checker/model.js';

/** An hour ago, so that replies are of the past. */
const clock = { ...systemClock, wall: () => Date.now() - 3_600_000 };
const fresh = { query: 'challenge', expect: {} };

let simulator: RunningSimulator;
const prober = createProber({ clock: systemClock, userAgent: 'test', reuseConnections: false, env: {} });
beforeAll(async () => {
  simulator = await createSimulator({ clock }).listen(0, '127.0.0.1');
});
afterAll(async () => {
  prober.close();
  await simulator.close();
});

const check = (model: Model) => prober.check(model, new AbortController().signal);
const reasonsOf = async (modelName: string, changes: Partial<Model>): Promise<string[]> => {
  const model = modelAt(`${simulator.url}/v1`, { modelName, ...changes });
  const reasons = [];
  for (let each = 0; each < 3; each += 1) reasons.push((await check(model)).reason);
  return reasons;
};

describe('a cache in front of the simulated model', () => {
  it.each<[Probe, string]>([
    ['chat', 'cached'],
    ['chat_stream', 'a/cached'],
    ['responses', 'b/cached'],
    ['completion', 'c/cached'],
  ])('is found by a fresh question of the probe %s', async (probe, modelName) => {
    expect(await reasonsOf(modelName, { probe, ...fresh })).toEqual(['ok', 'cached_answer', 'cached_answer']);
  });

  it('is found by the id and the time of its reply to a constant question', async () => {
    expect(await reasonsOf('d/cached', {})).toEqual(['ok', 'cached_answer', 'cached_answer']);
  });

  it('is none where the model answers', async () => {
    expect(await reasonsOf('healthy', fresh)).toEqual(['ok', 'ok', 'ok']);
    expect(await reasonsOf('healthy', {})).toEqual(['ok', 'ok', 'ok']);
    expect(await reasonsOf('wrong', fresh)).toEqual(Array(3).fill('unexpected_answer'));
    expect(await reasonsOf('truncated', fresh)).toEqual(Array(3).fill('output_truncated'));
  });

  it('is not looked for in models that callers of the health API describe', async () => {
    const callers = createProber({
      ...{ clock: systemClock, userAgent: 'test', reuseConnections: false, env: {}, keepTokens: false },
    });
    const model = modelAt(`${simulator.url}/v1`, { modelName: 'e/cached' });
    for (let each = 0; each < 2; each += 1)
      expect((await callers.check(model, new AbortController().signal)).reason).toBe('ok');
    callers.close();
  });
});
