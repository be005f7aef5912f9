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

  it('is kept with what is odd over a restart, and both are forgotten with the address', async () => {
    const announced = { deprecated: { since: null }, sunsetAt: start + 90 * 24 * 60 * minute };
    const deadFamily = { family: 6, host: 'api.example.com', waitedMs: 1_000 } as const;
    const odd = { announced, deadFamily, phases: { dns: 1_500, tcp: 1_001 } };
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    for (let n = 1; n <= 3; n += 1) await before.record('gpt', start + n * minute, odd);
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt')], start + 4 * minute);
    const { view } = parts.roster.get('gpt')!;
    expect(view.announced).toEqual(announced);
    expect(view.notes.map(({ kind, since }) => [kind, since])).toEqual([
      ['dead_address_family', start + minute],
      ['slow_lookup', start + minute],
      ['deprecated', null],
    ]);
    await parts.roster.replace([modelNamed('gpt', { modelName: 'other' })], parts.clock.now);
    await parts.record('gpt', start + 5 * minute, {});
    expect(parts.roster.get('gpt')!.view).toMatchObject({ announced: null, notes: [] });
  });
});
