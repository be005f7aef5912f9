import { describe, expect, it } from '@jest/globals';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;

describe('what the newest reply told', () => {
  const told = { certificateExpiresAt: start + 90 * 24 * 60 * minute, rateLimitRemaining: { requests: 9 } };
  const nothing = { certificateExpiresAt: null, rateLimitRemaining: {} };

  it('is shown at once after a restart, also where a later check failed', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    await before.record('gpt', start + minute, told);
    await before.record('gpt', start + 2 * minute, { outcome: 'unhealthy', reason: 'timeout', ...nothing });
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt')], start + 3 * minute);
    expect(parts.roster.get('gpt')!.view).toMatchObject(told);
  });

  it('is taken from the newest result of a store of an earlier release', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    await before.record('gpt', start + minute, told);
    const tracked = before.roster.get('gpt')!;
    const { certificateExpiresAt, rateLimitRemaining, ...earlier } = tracked.memory;
    expect({ certificateExpiresAt, rateLimitRemaining }).toEqual(told);
    Object.assign(tracked, { memory: earlier });
    before.writer.changed(tracked, 0);
    await before.writer.flush();
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt')], start + 2 * minute);
    expect(parts.roster.get('gpt')!.view).toMatchObject(told);
  });

  it('is forgotten where the configuration names another address', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    await parts.record('gpt', start + minute, told);
    await parts.roster.replace([modelNamed('gpt', { modelName: 'other' })], parts.clock.now);
    await parts.record('gpt', start + 2 * minute, nothing);
    expect(parts.roster.get('gpt')!.view).toMatchObject(nothing);
  });
});
