import { describe, expect, it } from '@jest/globals';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts, type Parts } from './parts.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;

const versionsTold = ({ told }: Parts) => told.filter(({ kind }) => kind === 'version');

describe('version change of a model', () => {
  it('is reported after its result, counted, and remembered across a restart', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    await before.record('gpt', start + minute, { responseModel: 'v1', systemFingerprint: 'a' });
    await before.record('gpt', start + 2 * minute, { responseModel: 'v2', systemFingerprint: 'b' });
    const change = { model: 'gpt', slot: start + 2 * minute };
    expect(before.told.slice(-3)).toMatchObject([
      { kind: 'result', model: 'gpt', result: { slot: start + 2 * minute } },
      { kind: 'version', ...change, change: { what: 'response_model', was: 'v1', is: 'v2' } },
      { kind: 'version', ...change, change: { what: 'system_fingerprint', was: 'a', is: 'b' } },
    ]);
    expect(before.roster.get('gpt')!.view.versionChanges).toBe(2);

    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt')], start + 3 * minute);
    await parts.record('gpt', start + 3 * minute, { responseModel: 'v2', systemFingerprint: 'a' });
    expect(versionsTold(parts)).toEqual([]);
    await parts.record('gpt', start + 4 * minute, { responseModel: 'v3', systemFingerprint: 'c' });
    expect(versionsTold(parts)).toHaveLength(2);
    expect(parts.roster.get('gpt')!.view.versionChanges).toBe(4);
    expect((await store.models())[0]!.totals.versionChanges).toBe(4);
  });

  it('is not reported if the configuration names another model', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    await parts.record('gpt', start + minute, { responseModel: 'v1', systemFingerprint: 'a' });
    await parts.roster.replace([modelNamed('gpt', { modelName: 'other' })], parts.clock.now);
    await parts.record('gpt', start + 2 * minute, { responseModel: 'v2', systemFingerprint: 'b' });
    expect(versionsTold(parts)).toEqual([]);
  });

  it('is reported for a store of an earlier release without fingerprints', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    await before.record('gpt', start + minute, { responseModel: 'v1' });
    const tracked = before.roster.get('gpt')!;
    const { fingerprints, ...earlier } = tracked.memory;
    Object.assign(tracked, { memory: earlier });
    before.writer.changed(tracked, 0);
    await before.writer.flush();
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt')], start + 2 * minute);
    await parts.record('gpt', start + 2 * minute, { responseModel: 'v2', systemFingerprint: 'b' });
    expect([fingerprints, versionsTold(parts).length]).toEqual([[], 1]);
  });
});

describe('events of a result', () => {
  it('are sent only after it was written', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    const tracked = parts.roster.get('gpt')!;
    parts.clock.now = start + minute;
    const { slot, kind, ...found } = (await import('../store/samples.js')).result(start + minute);
    const recording = parts.recorder.record(tracked, found, slot, kind);
    expect(parts.told).toEqual([]);
    await recording;
    expect(parts.told.map((event) => event.kind)).toEqual(['result', 'state']);
    expect(parts.told[1]).toMatchObject({ model: 'gpt', state: 'healthy', was: 'unknown', since: slot });
  });
});
