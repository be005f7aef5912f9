import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stateAt } from '../../src/domain/timeline.js';
import { StoreError } from '../../src/store/store-error.js';
import { start, workplace } from '../store/samples.js';
import { loadModel } from '../config/loading.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;
const lost = new StoreError('unknown_model', 'no model has the key 1');

describe('new store that replaces a damaged one', () => {
  it('accepts the result of a check that began before it', async () => {
    const path = join(place.directory(), 'pulse.db');
    const parts = createParts(place.open(path));
    await parts.roster.replace([modelNamed('gpt'), modelNamed('other')], start);
    await parts.record('gpt', start + minute);
    rmSync(path);
    await parts.record('other', start + 3 * minute);
    while (!(await parts.writer.flush()));
    expect(await parts.record('gpt', start + 2 * minute)).toMatchObject({ slot: start + 3 * minute + 1 });
  });

  it('is retried when it cannot be created, and queued results stay counted', async () => {
    const path = join(place.directory(), 'pulse.db');
    const parts = createParts(place.open(path));
    await parts.roster.replace([modelNamed('gpt')], start);
    await parts.record('gpt', start + minute);
    rmSync(path);
    parts.refuse(['register'], lost);
    await parts.record('gpt', start + 2 * minute);
    await parts.writer.flush();
    expect(parts.writer.pendingResults).toBe(1);
    parts.refuse([]);
    expect(await parts.writer.flush()).toBe(false);
    expect(parts.writer.pendingResults).toBe(0);
    await parts.record('gpt', start + 3 * minute);
    expect(parts.writer.pendingResults).toBe(0);
  });

  it('is not assumed if the damaged file stays', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    await parts.record('gpt', start + minute);
    parts.refuse(['write'], new StoreError('damaged', 'is damaged'));
    await parts.record('gpt', start + 2 * minute);
    expect(parts.writer.pendingResults).toBe(1);
    expect(parts.roster.get('gpt')!.memory.health.firstSeen).toBe(start);
  });
});

describe('result that the store refuses', () => {
  const spoiled = { usage: { inputTokens: 1e30, outputTokens: 1 } };

  it('is dropped alone: its neighbours and later results are written, and it is never shown', async () => {
    const store = place.fresh();
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('good'), modelNamed('bad')], start);
    const waiting = [parts.record('bad', start + minute, spoiled), parts.record('good', start + minute)];
    await Promise.all(waiting);
    await parts.record('bad', start + 2 * minute);
    const slots = async (id: string) =>
      (
        await store.results(parts.roster.get(id)!.view.key, { from: 0, to: start + 60 * minute, limit: 9 })
      ).map(({ slot }) => slot - start);
    expect([await slots('good'), await slots('bad')]).toEqual([[minute], [2 * minute]]);
    expect(parts.writer.pendingResults).toBe(0);
    expect(parts.roster.get('bad')!.view.results).toMatchObject([{ count: 1 }]);
    expect(parts.refusals).toMatchObject([
      { model: 'bad', what: 'result', slot: start + minute, value: 'input_tokens: 1e+30' },
    ]);
  });
});

describe('failed write', () => {
  it('is retried after a second, not at once', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    await parts.record('gpt', start + minute);
    parts.refuse(['write']);
    await parts.record('gpt', start + 2 * minute);
    const failed = performance.now();
    await parts.refusedCalls(2);
    expect(performance.now() - failed).toBeGreaterThan(900);
    parts.refuse([]);
  });
});

describe('remaining rate limit', () => {
  it('is kept per kind: a reply that names one kind does not clear the other', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    const replies = [{ requests: 9 }, { tokens: 500 }, {}, { requests: 8 }];
    for (const [index, rateLimitRemaining] of replies.entries())
      await parts.record('gpt', start + (index + 1) * minute, { rateLimitRemaining });
    expect(parts.roster.get('gpt')!.view.rateLimitRemaining).toEqual({ requests: 8, tokens: 500 });
  });
});

describe('slot', () => {
  it('is not missed if it has a result: it ends no validity and is no gap', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    await parts.record('gpt', start + minute);
    const gpt = parts.roster.get('gpt')!;
    const { health } = gpt.memory;
    parts.recorder.miss(gpt, { lastSlot: start + minute, unwatched: start + minute }, 'stopped', 1);
    expect(gpt.memory.health).toBe(health);
    expect(gpt.pending?.gaps ?? []).toEqual([]);
  });
});

describe('roster', () => {
  it('restores the tokens of the day after a restart, also when a budget is added later', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    await before.record('gpt', start + minute);
    const parts = createParts(store);
    parts.clock.now = start + 2 * minute;
    await parts.roster.replace([modelNamed('gpt')], parts.clock.now);
    expect(parts.roster.get('gpt')!.view.tokensToday.tokens).toBe(0);
    await parts.roster.replace([modelNamed('gpt', { tokensPerDay: 100 })], parts.clock.now);
    const { day, tokens } = parts.roster.get('gpt')!.view.tokensToday;
    expect([day * 86_400_000, tokens]).toEqual([start, 17]);
    const again = createParts(store);
    await again.roster.replace([modelNamed('gpt', { tokensPerDay: 100 })], start + 3 * minute);
    expect(again.roster.get('gpt')!.view.tokensToday.tokens).toBe(17);
  });

  it('retires models removed from the registry while no daemon ran', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt'), modelNamed('gone')], start);
    await before.record('gone', start + minute);
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt')], start + 2 * minute);
    const models = await store.models();
    expect(models.map(({ id, retiredAt, watermark }) => [id, retiredAt, watermark])).toEqual([
      ['gpt', null, null],
      ['gone', start + 2 * minute, null],
    ]);
  });

  it('changes nothing if the store refuses a model', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt')], start);
    for (const call of ['register', 'retire'] as const) {
      parts.refuse([call]);
      await expect(parts.roster.replace([modelNamed('new', { pause: true })], start)).rejects.toThrow();
      expect([...parts.roster.all()].map(({ view }) => view.model.id)).toEqual(['gpt']);
    }
  });

  it('stores a memory that the next start accepts, for the longest names in a configuration', async () => {
    const path = `https://a.example/${'p'.repeat(2_048 - 'https://a.example/'.length)}`;
    const longest = await loadModel(`models:
  - {id: a, provider: openai_compatible, base_url: "${path}", model: '${'"'.repeat(1_024)}'}\n`);
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([longest], start);
    await before.record('a', start + minute);
    const parts = createParts(store);
    await parts.roster.replace([longest], start + 2 * minute);
    expect(parts.roster.get('a')!.memory.health.settled).toBe(start + minute);
  });

  it('starts and reloads without reading the memory of retired models', async () => {
    const parts = createParts(place.fresh());
    parts.refuse(['models']);
    await parts.roster.replace([modelNamed('old'), modelNamed('other')], start);
    await parts.roster.replace([modelNamed('new', { renameFrom: 'old' })], start + minute);
    expect([...parts.roster.all()].map(({ view }) => view.model.id)).toEqual(['new']);
  });

  it('moves unwritten results of a renamed model', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('old')], start);
    await parts.record('old', start + minute);
    parts.refuse(['write']);
    await parts.record('old', start + 2 * minute);
    await parts.roster.replace([modelNamed('new', { renameFrom: 'old' })], parts.clock.now);
    parts.refuse([]);
    await parts.record('new', start + 3 * minute);
    const { view, memory } = parts.roster.get('new')!;
    expect(memory.health.settled).toBe(start + 3 * minute);
    expect(view.results).toMatchObject([{ outcome: 'healthy', count: 3 }]);
    expect(parts.writer.pendingResults).toBe(0);
  });

  it('forgets the watermark of a paused model, also across a restart', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    await before.record('gpt', start + minute);
    await before.roster.replace([modelNamed('gpt', { pause: true })], before.clock.now);
    await before.writer.flush();
    const parts = createParts(store);
    await parts.roster.replace([modelNamed('gpt')], start + 60 * minute);
    expect(parts.roster.get('gpt')!.watermark).toBe(start + 60 * minute);
  });
});

describe('maintenance windows', () => {
  const rule = {
    kind: 'recurring' as const,
    cron: '0 0 * * *',
    timezone: 'UTC',
    durationMs: 60 * minute,
    models: ['*'],
    reason: null,
  };

  it('begin at the reload that adds them: earlier time is unchanged', async () => {
    const parts = createParts(place.fresh());
    const change = await parts.roster.replace([modelNamed('gpt')], start - 5 * minute);
    parts.windows.replace([], start - 5 * minute, change.added);
    await parts.record('gpt', start - 2 * minute);
    const now = start + 10 * minute;
    parts.windows.replace([rule], now, []);
    parts.windows.sweep(now + 1_000);
    const { health } = parts.roster.get('gpt')!.memory;
    expect(health.windows).toEqual([{ from: now, to: start + 60 * minute }]);
    parts.windows.replace([{ ...rule, durationMs: 30 * minute }], now + minute, []);
    expect(stateAt(parts.roster.get('gpt')!.memory.health, now + 25 * minute).state).toBe('unknown');
    expect(parts.roster.get('gpt')!.memory.health.windows).toEqual([
      { from: now, to: now + minute },
      { from: now + minute, to: start + 30 * minute },
    ]);
  });

  it('apply if they passed while the machine slept, by the rules of that time', async () => {
    const parts = createParts(place.fresh());
    const before = start - 5 * minute;
    const { added } = await parts.roster.replace([modelNamed('gpt')], before - 24 * 60 * minute);
    parts.windows.replace([], before - 24 * 60 * minute, added);
    parts.windows.replace([rule], before, []);
    parts.windows.sweep(before);
    parts.windows.sweep(start + 90 * minute);
    expect(parts.roster.get('gpt')!.memory.health.windows).toEqual([
      { from: start, to: start + 60 * minute },
    ]);
  });

  it('apply from their beginning if they began while no daemon ran', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start - 5 * minute);
    await before.record('gpt', start - 2 * minute);
    const parts = createParts(store);
    const now = start + 10 * minute;
    const { added } = await parts.roster.replace([modelNamed('gpt')], now);
    parts.windows.replace([rule], now, added);
    parts.windows.sweep(now);
    expect(added[0]!.memory.health.windows).toEqual([{ from: start, to: start + 60 * minute }]);
  });
});
