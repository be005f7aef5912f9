import { describe, expect, it } from '@jest/globals';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;

describe('plan of a model that returns', () => {
  it.each([
    ['was answered within 0 ms', { durationMs: 0 }],
    [
      'was not sent, since the rate was used up',
      { durationMs: null, reason: 'rate_budget', outcome: 'unknown' },
    ],
    ['has no duration because of a stall', { durationMs: null }],
  ] as const)('counts the newest attempt toward the rate if it %s', async (_what, changes) => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    await before.record('gpt', start + minute, { ...changes, startedAt: start + minute + 5 });
    const after = createParts(store);
    await after.roster.replace([modelNamed('gpt')], start + minute);
    for (const { roster } of [before, after])
      expect(roster.plans()).toEqual([expect.objectContaining({ lastStart: start + minute + 5 })]);
  });
});
