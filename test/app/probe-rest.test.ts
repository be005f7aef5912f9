import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createAnnotations, createPauses } from '../../src/app/operator.js';
import { slotOf } from '../../src/domain/time.js';
import { seenVector } from '../../src/domain/vector.js';
import { shownState } from '../../src/domain/view.js';
import { shardOf } from '../../src/store/fleet-port.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();

const calls = modelNamed('gpt#calls', { probe: 'tools', probeOf: { model: 'gpt', name: 'calls' } });
const ignored = {
  outcome: 'degraded',
  reason: 'capability_ignored',
  detail: 'text instead of a tool call',
} as const;

it('a probe is told with its model, and rests with it', async () => {
  const parts = createParts(place.fresh());
  const { roster, clock, writer, told } = parts;
  await roster.replace([modelNamed('gpt'), calls], start);
  await parts.record('gpt', start + 1_000);
  await parts.record('gpt#calls', start + 2_000, ignored);
  const states = told.filter((event) => event.kind === 'state');
  expect(states.map(({ model, state }) => `${model} ${state}`)).toEqual([
    'gpt healthy',
    'gpt#calls degraded',
    'gpt degraded',
  ]);
  expect(states.at(-1)).toMatchObject({ reason: 'capability_ignored', probe: 'calls' });
  const view = roster.get('gpt')!.view;
  expect(shownState(view, clock.now)).toMatchObject({ state: 'degraded', probe: 'calls' });
  expect(view.health).toMatchObject({ state: 'healthy', incident: null });

  const pauses = createPauses({ clock, roster, log: pino({ level: 'silent' }), replanned: writer.flush });
  const paused = () => ['gpt', 'gpt#calls'].map((id) => roster.get(id)!.view.pausedBy);
  await pauses.pause('gpt');
  expect(paused()).toEqual(['operator', 'operator']);
  await pauses.resume('gpt');
  expect(paused()).toEqual([null, null]);

  await roster.replace([modelNamed('gpt')], start + 3_000);
  expect(shownState(roster.get('gpt')!.view, clock.now)).toMatchObject({ probe: null });
});

it('a probe that is added to a paused model rests with it', async () => {
  const parts = createParts(place.fresh());
  const { roster, clock, writer } = parts;
  await roster.replace([modelNamed('gpt')], start);
  const pauses = createPauses({ clock, roster, log: pino({ level: 'silent' }), replanned: writer.flush });
  await pauses.pause('gpt');
  await roster.replace([modelNamed('gpt'), calls], start + 1_000);
  expect(roster.get('gpt#calls')!.view.pausedBy).toBe('operator');
  expect(roster.plans()).toEqual([]);
  await pauses.resume('gpt');
  expect(roster.plans().map(({ id }) => id)).toEqual(['gpt', 'gpt#calls']);
});

it('time that is excluded of a model is excluded of its probes, until it is included again', async () => {
  const store = place.fresh();
  const { roster, clock } = createParts(store);
  await roster.replace([modelNamed('gpt'), calls, modelNamed('other')], start);
  const annotations = createAnnotations({ store, clock, roster, excluded: () => Promise.resolve() });
  const window = { from: start, to: start + 60_000, reason: 'a test' };
  const exclusion = await annotations.exclude('gpt', window);
  const excluded = () => ['gpt', 'gpt#calls', 'other'].map((id) => roster.get(id)!.view.exclusions.length);
  expect(excluded()).toEqual([1, 1, 0]);
  expect(await annotations.include('gpt', exclusion!.id)).toBe(true);
  expect(excluded()).toEqual([0, 0, 0]);
  expect(await store.exclusions(roster.get('gpt#calls')!.view.key)).toEqual([]);
});

it('a period that was excluded twice stays excluded of the probes while one exclusion of it is left', async () => {
  const store = place.fresh();
  const { roster, clock } = createParts(store);
  await roster.replace([modelNamed('gpt'), calls], start);
  const annotations = createAnnotations({ store, clock, roster, excluded: () => Promise.resolve() });
  const window = { from: start, to: start + 60_000, reason: 'a test' };
  const both = [await annotations.exclude('gpt', window), await annotations.exclude('gpt', window)];
  const kept = async (id: string) => (await store.exclusions(roster.get(id)!.view.key)).length;
  for (const left of [1, 0]) {
    expect(await annotations.include('gpt', both[left]!.id)).toBe(true);
    expect([await kept('gpt'), await kept('gpt#calls')]).toEqual([left, left]);
    expect(roster.get('gpt#calls')!.view.exclusions).toHaveLength(left);
  }
});

it('a model that is back has the acknowledgement of its open incident at once', async () => {
  const store = place.fresh();
  const { roster, record } = createParts(store);
  await roster.replace([modelNamed('gpt')], start);
  for (const at of [1_000, 2_000, 3_000])
    await record('gpt', start + at, { outcome: 'unhealthy', reason: 'timeout' });
  const [incident] = await store.incidents({ limit: 1 });
  const said = { at: start + 4_000, by: 'Ada', note: null, until: null };
  await store.acknowledge(incident!.id, {
    acknowledgement: said,
    notice: {
      ...{ kind: 'acknowledged', what: 'unhealthy', model: 'gpt', provider: 'openai', labels: {} },
      ...{ since: start + 1_000, at: said.at, reason: 'timeout', blame: 'provider', detail: null },
      ...{ failures: 3, acknowledged: said },
    },
  });
  await roster.replace([], start + 5_000);
  await roster.replace([modelNamed('gpt')], start + 6_000);
  expect(roster.get('gpt')!.view.acknowledged).toMatchObject({ incident: incident!.id, by: 'Ada' });
});

it('the first vector of a text is known after a restart', async () => {
  const store = place.fresh();
  const model = modelNamed('vectors', { probe: 'embeddings', expect: { similarToFirst: 0.99 } });
  const vectorOf = (...values: number[]) => seenVector(values, model);
  const first = createParts(store);
  await first.roster.replace([model], start);
  await first.record('vectors', slotOf(start + 1_000), vectorOf(1, 0));
  const second = createParts(store);
  await second.roster.replace([model], start + 2_000);
  await second.record('vectors', slotOf(start + 3_000), vectorOf(1, 0.01));
  await second.record('vectors', slotOf(start + 4_000), vectorOf(0, 1));
  const changes = second.told.flatMap((event) => (event.kind === 'version' ? [event.change.what] : []));
  expect(changes).toEqual(['embedding']);
  expect(second.roster.get('vectors')!.view.versionChanges).toBe(1);
});

it('a renamed model keeps the history of its probes, also beside a new one', async () => {
  const store = place.fresh();
  const first = createParts(store);
  await first.roster.replace([modelNamed('gpt'), calls], start);
  await first.record('gpt#calls', start + 1_000, ignored);
  const keyOf = ({ roster }: typeof first, id: string) => roster.get(id)!.view.key;
  const [model, probe] = [keyOf(first, 'gpt'), keyOf(first, 'gpt#calls')];
  const second = createParts(store);
  const renamed = (name: string) =>
    modelNamed(`new#${name}`, { renameFrom: `gpt#${name}`, probeOf: { model: 'new', name } });
  const next = [modelNamed('new', { renameFrom: 'gpt' }), renamed('calls'), renamed('json')];
  expect((await second.roster.replace(next, start + 2_000)).warnings).toEqual([]);
  expect([keyOf(second, 'new'), keyOf(second, 'new#calls')]).toEqual([model, probe]);
  const { view } = second.roster.get('new')!;
  expect(view.probes.map(({ name }) => name)).toEqual(['calls', 'json']);
  expect(shownState(view, start + 2_000)).toMatchObject({ state: 'degraded', probe: 'calls' });
});

it('a probe is in the shard of its model', () => {
  expect(shardOf('gpt#calls')).toBe(shardOf('gpt'));
});
