import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRowDrawer, joinedBytes } from '../../src/page/drawn-rows.js';
import { glanceOf, type Glance } from '../../src/page/glance.js';
import type { MonitorView } from '../../src/page/monitor-view.js';
import { overviewPage } from '../../src/page/overview.js';
import { readOverviewQuery } from '../../src/page/overview-query.js';
import { overviewOf, type Row } from '../../src/page/overview-view.js';
import type { Frame } from '../../src/page/shell.js';
import { noUptime } from '../../src/domain/view.js';
import { amount } from '../slow.js';

/** Half a minute before a new day. */
const start = Date.UTC(2026, 10, 27, 23, 59, 30);
const glance = glanceOf([], [], start);
const glances = [null, glance, { ...glance, p95: 1_200 }] as const;
const uptimes = [noUptime, { ...noUptime, '24h': { uptime: 0.995, coverage: 1 } }] as const;

const said = (title: string) => ({
  ...{ page: 'openai', title, impact: 'major' as const, since: start - 60_000 },
  link: 'https://status.openai.com',
});

/** Rows that differ in every member that the overview shows, in two or three ways each. */
const row = (key: number): fc.Arbitrary<Row> =>
  fc.record({
    id: fc.constantFrom(`model-${key}`, `renamed-${key}–ü`),
    key: fc.constant(key),
    state: fc.constantFrom('healthy' as const, 'unhealthy' as const, 'maintenance' as const),
    since: fc.constantFrom(start - 50_000, start - 86_400_000),
    reason: fc.constantFrom('timeout' as const, 'auth_failed' as const, null),
    probe: fc.constantFrom('calls', null),
    blame: fc.constantFrom('provider' as const, null),
    provider: fc.constantFrom('openai', 'vllm'),
    modelName: fc.constantFrom('gpt', 'llama'),
    labels: fc.constantFrom({}, { team: 'search' }),
    uptime: fc.constantFrom(...uptimes),
    slo: fc.constantFrom(null, 0.99, 0.999),
    firstSeen: fc.constant(0),
    detail: fc.constantFrom(null, 'no answer', 'ended'),
    maintenanceUntil: fc.constantFrom(null, start + 3_600_000),
    warning: fc.constantFrom(null, 'The certificate has expired'),
    acknowledged: fc.constantFrom(null, { at: start, by: 'Ann', note: null, until: null }),
    checked: fc.boolean(),
    nextDue: fc.constantFrom(null, start + 5_000, start + 90_000),
    vendor: fc.constantFrom(null, said('Elevated errors'), said('All is well again')),
  });

const members = [
  'id',
  'state',
  'since',
  'reason',
  'probe',
  'blame',
  'provider',
  'modelName',
  'labels',
  'uptime',
  'slo',
  'detail',
  'maintenanceUntil',
  'warning',
  'acknowledged',
  'checked',
  'nextDue',
  'vendor',
] as const satisfies readonly (keyof Row)[];

/** What happens between two pages: some time, and one member or none changes. */
const change = fc.record({
  to: row(1),
  member: fc.option(fc.constantFrom(...members)),
  glance: fc.option(fc.constantFrom<Glance | null>(...glances), { nil: undefined, freq: 2 }),
  after: fc.constantFrom(0, 400, 60_000, 86_400_000),
});

it('a kept row is what would be drawn anew, whatever of it changes', async () => {
  await fc.assert(
    fc.asyncProperty(row(1), fc.array(change, { minLength: 1, maxLength: 6 }), async (first, changes) => {
      const kept = createRowDrawer();
      let now = start;
      let shown = first;
      let drawn: Glance | null = null;
      await kept([shown], now, () => drawn);
      for (const { to, member, after, ...next } of changes) {
        now += after;
        if (member !== null) shown = { ...shown, [member]: to[member] };
        if (next.glance !== undefined) drawn = next.glance;
        const html = await kept([shown], now, () => drawn);
        expect(html).toEqual(await createRowDrawer()([shown], now, () => drawn));
      }
    }),
    { numRuns: amount(500, 100) },
  );
});

it('characters beyond ASCII arrive whole', async () => {
  const [first] = fc.sample(row(1), 1);
  const html = await createRowDrawer()([{ ...first!, id: 'größe-模型-🙂' }], start, () => null);
  expect(joinedBytes(html).toString()).toContain('größe-模型-🙂');
});

const monitor: MonitorView = {
  scheduler: { live: true, inFlight: 0, queued: 0, missed: 0 },
  store: { bytes: 1_000, waiting: 0, oldestWaitingMs: 0, failure: null },
  configuration: { inForceSince: start, warnings: [], refused: [] },
  reaches: null,
};
const frame: Frame = {
  ...{ assets: { css: '/page.css', script: '/page.js' }, version: '1.0.0', now: start, theme: 'auto' },
  ...{ openIncidents: 0, publicPages: [], grafanaUrl: null, canLogOut: false, mayChange: true },
};

it('rows in many small groups leave turns of the loop to others as those of one group do', async () => {
  const [first] = fc.sample(row(1), 1);
  const rows = Array.from({ length: 1_000 }, (_, key) => ({
    ...first!,
    ...{ id: `model-${key}`, key, checked: true, labels: { team: `team-${key % 20}` } },
  }));
  const query = readOverviewQuery(new URLSearchParams('limit=1000&group=label:team'), 'full');
  const view = overviewOf(rows, query, { now: start, monitor });
  expect(view.groups.length).toBe(20);
  const draw = createRowDrawer();
  /** Rows that were looked at in each turn of the loop. */
  const inTurn = [0];
  const seen = (): Glance => {
    inTurn.push((inTurn.pop() ?? 0) + 1);
    return glance;
  };
  let ended = false;
  const turn = (): void => {
    inTurn.push(0);
    if (!ended) setImmediate(turn);
  };
  setImmediate(turn);
  // The first time all are drawn, the second time none is.
  for (const most of [25, 200]) {
    inTurn.splice(0, Infinity, 0);
    const page = await overviewPage(frame, view, (some) => draw(some, start, seen));
    expect(page.toString().match(/data-row="/g)?.length).toBe(1_000);
    expect(Math.max(...inTurn)).toBeLessThanOrEqual(most);
  }
  ended = true;
});
