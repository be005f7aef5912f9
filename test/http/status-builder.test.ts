import { describe, expect, it } from '@jest/globals';
import type { Exclusion } from '../../src/domain/exclusion.js';
import { createGlances } from '../../src/http/pages/glances.js';
import { createStatusBuilder } from '../../src/http/pages/status-builder.js';
import type { Backend } from '../../src/http/port.js';
import { noPublicPages } from '../../src/http/public-pages.js';
import { createStatusWords } from '../../src/page/status-words.js';
import { excluded, failing, noon, sampleHealth } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { member, samplePage, storedIncident } from './sample-page.js';

const words = createStatusWords('en-GB', 'UTC');
const hour = 3_600_000;

function builderOver(views: Parameters<typeof createFakeBackend>[0], store: Partial<Backend['store']> = {}) {
  const fake = createFakeBackend(views);
  const backend = { ...fake, store: { ...fake.store, ...store } };
  return createStatusBuilder({ backend, glances: createGlances(backend) });
}

describe('ids of a page', () => {
  const views = [member('gold-a', 1, { health: failing(null) }), member('gold-b', 2)];
  const build = (page = samplePage(), some = views) =>
    builderOver({ views: some }).build(page, noPublicPages, words);

  it('stay the same, across renames too, and hold neither id nor number', async () => {
    const first = await build();
    const again = await build(samplePage(), [
      member('gold-renamed', 1, { health: failing(null) }),
      views[1]!,
    ]);
    expect(again.components.map(({ id }) => id)).toEqual(first.components.map(({ id }) => id));
    expect(again.incidents.map(({ id }) => id)).toEqual(first.incidents.map(({ id }) => id));
    expect(first.incidents).toHaveLength(1);
    for (const { id } of [...first.components, ...first.incidents]) expect(id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('differ between models, between pages, and with the secret of the store alone', async () => {
    const idsOf = ({ components }: { components: readonly { id: string }[] }) =>
      components.map(({ id }) => id);
    const other = builderOver({ views }, { secret: () => Promise.resolve('another') });
    const later = member('gold-a', 1, { health: { ...failing(null), firstSeen: noon - 86_399_999 } });
    const all = [
      ...idsOf(await build()),
      ...idsOf(await build(samplePage({ path: '/other' }))),
      ...idsOf(await other.build(samplePage(), noPublicPages, words)),
    ];
    expect(new Set(all).size).toBe(6);
    expect(idsOf(await build(samplePage(), [later]))[0]).toBe(all[0]);
  });

  it('follow the secret of the store, which a database that replaces a lost one has anew', async () => {
    let [secret, fails] = ['of the first', false];
    const builder = builderOver(
      { views },
      { secret: () => (fails ? Promise.reject(new Error('the disk is gone')) : Promise.resolve(secret)) },
    );
    const ids = async () =>
      (await builder.build(samplePage(), noPublicPages, words)).components.map(({ id }) => id);
    const before = await ids();
    expect(await ids()).toEqual(before);
    fails = true;
    expect(await ids()).toEqual(before);
    fails = false;
    secret = 'of the next';
    const after = await ids();
    expect(after).not.toEqual(before);
    const restarted = builderOver({ views }, { secret: () => Promise.resolve(secret) });
    expect(
      (await restarted.build(samplePage(), noPublicPages, words)).components.map(({ id }) => id),
    ).toEqual(after);
  });

  it('stand beside times in whole seconds, and the day of the first sight', async () => {
    const odd = noon - 7_123;
    const health = {
      ...failing(null),
      firstSeen: odd - 86_400_000,
      since: odd,
      incident: { ...failing(null).incident!, openedAt: odd, closedAt: odd + 1_999 },
      windows: [{ from: odd, to: odd + 3_600_001 }],
    };
    const view = await build(samplePage(), [member('gold-a', 1, { health })]);
    expect(view.components[0]!.firstSeen % 86_400_000).toBe(0);
    const times = [...JSON.stringify({ ...view, now: null }).matchAll(/[:[](1[0-9]{12})[,}\]]/g)].map(
      ([, ms]) => Number(ms),
    );
    expect(times.length).toBeGreaterThanOrEqual(6);
    expect(times.filter((time) => time % 1_000 !== 0)).toEqual([]);
  });
});

describe('incidents of a page', () => {
  it('are those of its history, with the newest as the model knows it', async () => {
    const health = failing(null);
    const opened = health.incident!.openedAt;
    const stored = [
      storedIncident(3, 'gold-a', opened, null),
      storedIncident(2, 'gold-a', noon - 30 * hour, noon - 29 * hour),
      storedIncident(1, 'gold-a', noon - 60 * hour, noon - 50 * hour),
    ];
    const closed = { ...health, incident: { ...health.incident!, closedAt: noon - 1_000 } };
    const builder = builderOver({ views: [member('gold-a', 1, { health: closed })], incidents: stored });
    const view = await builder.build(samplePage({ history: '2d' }), noPublicPages, words);
    expect(view.incidents.map(({ openedAt, closedAt, reason }) => [openedAt, closedAt, reason])).toEqual([
      [opened, noon - 1_000, null],
      [noon - 30 * hour, noon - 29 * hour, null],
    ]);
  });
});

describe('a page of many models', () => {
  const [models, incidentsOfEach, windowsOfEach] = [1_000, 20, 30];
  const views = Array.from({ length: models }, (_, index) => member(`gold-${index}`, index + 1));
  const store: Partial<Backend['store']> = {
    incidents: ({ model = 0 }) =>
      Promise.resolve(
        Array.from({ length: incidentsOfEach }, (_, index) => {
          const openedAt = noon - index * 5 * hour - model * 1_000;
          return storedIncident(index, 'any', openedAt, openedAt + 500);
        }),
      ),
    maintenance: () =>
      Promise.resolve(
        Array.from({ length: windowsOfEach }, (_, index) => {
          const from = noon - (index + 1) * 6 * hour;
          return { from, to: from + hour };
        }),
      ),
  };

  it('has its newest incidents, and is built in turns of the event loop', async () => {
    const builder = builderOver({ views }, store);
    // What is read of the models is kept.
    await builder.build(samplePage(), noPublicPages, words);
    let turns = 0;
    let building = true;
    const count = (): void => {
      turns += 1;
      if (building) setImmediate(count);
    };
    setImmediate(count);
    const view = await builder.build(samplePage(), noPublicPages, words);
    building = false;
    // Looking at the models, putting their pasts together, components, incidents, windows: each in slices.
    expect(turns).toBeGreaterThan(100);
    const newest = Array.from({ length: models * incidentsOfEach }, (_, index) => {
      const of = Math.floor(index / models);
      return noon - of * 5 * hour - ((index % models) + 1) * 1_000;
    }).slice(0, 2_000);
    expect(view.incidents.map(({ openedAt }) => openedAt)).toEqual(newest);
    expect(view.maintenances).toHaveLength(windowsOfEach);
    expect(view.maintenances[0]!.components).toHaveLength(models);
    expect(view.components.map(({ name }) => name).slice(-1)).toEqual(['Model 1000']);
  });
});

describe('maintenance of a page', () => {
  it('is what was recorded, what is under way, and what is planned by rule or exclusion; shared windows are one', async () => {
    const window = { from: noon - hour, to: noon + hour };
    const health = sampleHealth({ windows: [window] });
    const views = [
      member('gold-a', 1, { health, exclusions: [excluded(noon + 5 * hour, noon + 6 * hour)] }),
      member('gold-b', 2, { health }),
      member('tin-c', 3, { exclusions: [excluded(noon + 7 * hour, noon + 8 * hour)] }),
    ];
    const past = { from: noon - 50 * hour, to: noon - 49 * hour };
    const maintenance: Backend['store']['maintenance'] = (key) => Promise.resolve(key === 2 ? [past] : []);
    const rule = {
      kind: 'fixed',
      from: noon + 2 * hour,
      to: noon + 3 * hour,
      models: ['*'],
      reason: 'why',
    } as const;
    const pages = { ...noPublicPages, maintenance: [rule] };
    const build = (page = samplePage()) => builderOver({ views }, { maintenance }).build(page, pages, words);
    const { maintenances, components } = await build();
    const [a, b] = components.map(({ id }) => id);
    expect(maintenances.map(({ from, components: some, reason }) => [from - noon, some, reason])).toEqual([
      [5 * hour, [a], null],
      [2 * hour, [a, b], null],
      [-hour, [a, b], null],
      [-50 * hour, [b], null],
    ]);
    const told = await build(samplePage({ show: { reasons: true } }));
    expect(told.maintenances.map(({ reason }) => reason)).toEqual(['move', 'why', null, null]);
  });

  it('has the reason of its own rule, though another has the same times', async () => {
    for (const from of [noon + hour, noon - hour]) {
      const times = { kind: 'fixed', from, to: from + 2 * hour } as const;
      const maintenance = [
        { ...times, models: ['gold-a', 'gold-b'], reason: 'new disks' },
        { ...times, models: ['gold-b', 'gold-c'], reason: 'new racks' },
        { ...times, models: ['gold-d'], reason: 'new disks' },
      ];
      const pages = { ...noPublicPages, maintenance };
      const health = sampleHealth({ windows: from < noon ? [{ from, to: times.to }] : [] });
      const views = ['a', 'b', 'c', 'd'].map((name, index) => member(`gold-${name}`, index + 1, { health }));
      const builder = builderOver({ views });
      const build = async (keys: object) => {
        const { maintenances, components } = await builder.build(samplePage(keys), pages, words);
        const numberOf = (id: string) => components.findIndex((one) => one.id === id) + 1;
        expect(new Set(maintenances.map(({ id }) => id)).size).toBe(maintenances.length);
        return maintenances.map(({ reason, components: some }) => [reason, some.map(numberOf).toSorted()]);
      };
      expect(await build({ show: { reasons: true } })).toEqual([
        ['new disks', [1, 2, 4]],
        ['new racks', [3]],
      ]);
      expect(await build({})).toEqual([[null, [1, 2, 3, 4]]]);
    }
  });

  it('keeps the reason of an exclusion once it has begun, if it was planned before', async () => {
    const ahead = { ...excluded(noon - hour, noon + hour), createdAt: noon - 2 * hour };
    const late = { ...excluded(noon - 2 * hour, noon + hour), createdAt: noon - hour };
    const health = sampleHealth({ windows: [{ from: noon - hour, to: noon + hour }] });
    const reasonsOf = async (exclusions: readonly Exclusion[], show = true) => {
      const builder = builderOver({ views: [member('gold-a', 1, { health, exclusions })] });
      const page = samplePage({ show: { reasons: show } });
      return (await builder.build(page, noPublicPages, words)).maintenances.map(({ reason }) => reason);
    };
    expect(await reasonsOf([ahead])).toEqual(['move']);
    expect(await reasonsOf([late])).toEqual([null]);
    expect(await reasonsOf([ahead], false)).toEqual([null]);
  });
});
