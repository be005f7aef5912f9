import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { states, type State } from '../../src/domain/state.js';
import { compatAnswer, compatQuery, isOfCompat } from '../../src/page/compat/compat-answer.js';
import { mostResults } from '../../src/page/compat/gatus-answer.js';
import type { StatusPageView } from '../../src/page/status-view.js';
import { component, fullPage, hour, incident, maintenance, now, page } from './status-pages.js';

/** What louislam/uptime-kuma 2 answers, as server/model/{status_page,group,monitor,heartbeat,incident,maintenance}.js make it. */
const sqlTime = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
const kumaIncident = z.strictObject({
  ...{ id: z.int().min(0), style: z.literal('info'), title: z.string().min(1), content: z.string() },
  ...{ pin: z.literal(true), active: z.literal(true), createdDate: sqlTime, lastUpdatedDate: z.null() },
  status_page_id: z.int(),
});
const clock = z.strictObject({ hours: z.int(), minutes: z.int() });
const kumaPage = z.strictObject({
  config: z.strictObject({
    ...{
      slug: z.string(),
      title: z.string().min(1),
      description: z.null(),
      icon: z.string(),
      theme: z.literal('auto'),
    },
    ...{
      autoRefreshInterval: z.int(),
      published: z.literal(true),
      showTags: z.boolean(),
      customCSS: z.string(),
    },
    ...{
      footerText: z.null(),
      showPoweredBy: z.boolean(),
      analyticsId: z.null(),
      analyticsScriptUrl: z.null(),
    },
    ...{ analyticsType: z.null(), showCertificateExpiry: z.boolean(), showOnlyLastHeartbeat: z.boolean() },
    rssTitle: z.null(),
  }),
  incident: kumaIncident.nullable(),
  incidents: z.array(kumaIncident),
  publicGroupList: z.array(
    z.strictObject({
      ...{ id: z.int().min(1), name: z.string().min(1), weight: z.int() },
      monitorList: z.array(
        z.strictObject({
          id: z.int().min(1),
          name: z.string().min(1),
          sendUrl: z.literal(0),
          type: z.literal('http'),
        }),
      ),
    }),
  ),
  maintenanceList: z.array(
    z.strictObject({
      ...{ id: z.int().min(0), title: z.string(), description: z.string(), strategy: z.literal('single') },
      ...{ intervalDay: z.int(), active: z.literal(true), dateRange: z.tuple([sqlTime, sqlTime]) },
      ...{
        timeRange: z.tuple([clock, clock]),
        weekdays: z.tuple([]),
        daysOfMonth: z.tuple([]),
        cron: z.literal(''),
      },
      timeslotList: z.array(z.strictObject({ startDate: sqlTime, endDate: sqlTime })),
      ...{ duration: z.int(), durationMinutes: z.int(), timezone: z.string(), timezoneOption: z.string() },
      ...{ timezoneOffset: z.string(), status: z.enum(['under-maintenance', 'scheduled']) },
    }),
  ),
});
const kumaBeats = z.strictObject({
  heartbeatList: z.record(
    z.string().regex(/^[1-9]\d*$/),
    z.array(
      z.strictObject({
        status: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
        time: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/),
        ...{ msg: z.literal(''), ping: z.number().nullable() },
      }),
    ),
  ),
  uptimeList: z.record(z.string().regex(/^[1-9]\d*_\d+$/), z.number().min(0).max(1)),
});
/** TwiN/gatus 5: config/endpoint/{status,result,condition_result,event}.go */
const gatusStatus = z.strictObject({
  ...{
    name: z.string().min(1),
    group: z.string().min(1).optional(),
    key: z.string().regex(/^[^/., #+&]*_[^/., #+&]+$/),
  },
  results: z
    .array(
      z.strictObject({
        ...{ duration: z.int().min(0), errors: z.array(z.string()).optional(), success: z.boolean() },
        conditionResults: z.array(z.strictObject({ condition: z.string(), success: z.boolean() })),
        timestamp: z.iso.datetime(),
      }),
    )
    .max(mostResults),
});
const gatusEvents = z
  .array(z.strictObject({ type: z.enum(['START', 'HEALTHY', 'UNHEALTHY']), timestamp: z.iso.datetime() }))
  .max(50);

function answer(view: StatusPageView, rest: string): unknown {
  const { status, body } = compatAnswer(view, rest);
  expect(status).toBe(200);
  return JSON.parse(body);
}
const kuma = (view: StatusPageView) => ({
  page: kumaPage.parse(answer(view, 'api/status-page/default')),
  beats: kumaBeats.parse(answer(view, 'api/status-page/heartbeat/default')),
});
const gatus = (view: StatusPageView, query = '') =>
  z.array(gatusStatus).parse(answer(view, `api/v1/endpoints/statuses${query}`));

const courseOf = (...past: readonly State[]) =>
  past.map((state, index) => ({ from: now - (past.length - index) * hour, state }));

describe('Uptime Kuma', () => {
  it('is answered with groups, monitors, heartbeats and what is planned', () => {
    const { page: told, beats } = kuma(fullPage);
    const monitors = told.publicGroupList.flatMap(({ monitorList }) => monitorList);
    expect(monitors.map(({ name }) => name).sort()).toEqual(
      fullPage.components.map(({ name }) => name).sort(),
    );
    expect(Object.keys(beats.heartbeatList).sort()).toEqual(monitors.map(({ id }) => String(id)).sort());
    expect(told.config).toMatchObject({ slug: 'status', title: 'Example status' });
    expect(told.incidents[0] ?? null).toEqual(told.incident);
  });

  it('tells of each hour and of now, and of no state that is not up that it is', () => {
    const shown = { up: 1, down: 0, pending: 2, maintenance: 3 };
    const course = courseOf('unknown', 'unhealthy', 'maintenance', 'degraded', 'healthy');
    const view = page({ components: states.map((state) => component(state, { state, course, p95: 90.5 })) });
    const lists = Object.values(kuma(view).beats.heartbeatList).map((list) =>
      list.map(({ status }) => status),
    );
    const past = [shown.pending, shown.down, shown.maintenance, shown.up, shown.up];
    const present = [shown.up, shown.up, shown.down, shown.pending, shown.maintenance];
    expect(lists.map((list) => list.slice(0, -1))).toEqual(states.map(() => past));
    expect(lists.map((list) => list.at(-1)).sort()).toEqual(present.sort());
  });

  it('has the uptime of the windows that the page shows, and the slug that the path ends with', () => {
    const uptime = { '24h': { uptime: 0.5, coverage: 1 }, '90d': { uptime: null, coverage: 0 } };
    const view = page({ path: '/team/Status', components: [component('c', { uptime })] });
    expect(Object.entries(kuma(view).beats.uptimeList)).toEqual([[expect.stringMatching(/_24$/), 0.5]]);
    expect(answer(view, 'api/status-page/STATUS')).toEqual(answer(view, 'api/status-page/default'));
    for (const slug of ['other', 'heartbeat/other', 'default/x', 'default/manifest.json', '%zz']) {
      const { status, body } = compatAnswer(view, `api/status-page/${slug}`);
      expect([status, JSON.parse(body)]).toEqual([404, { status: 'fail', msg: 'Status Page Not Found' }]);
    }
  });

  it('has metrics that its integration in Home Assistant reads', () => {
    const name = 'a "b" \\ c';
    const view = page({
      components: [component('c', { name, state: 'unknown', p95: 12.5 }), component('d')],
    });
    const { type, body } = compatAnswer(view, 'metrics');
    expect(type).toBe('text/plain');
    const labels =
      /monitor_status\{monitor_id="\d+",monitor_name="a \\"b\\" \\\\ c",monitor_type="http",[^}]*\} 2\n/;
    expect(body).toMatch(labels);
    expect(body.match(/^monitor_response_time\{/gm)).toHaveLength(1);
    expect(body).toMatch(/"model d".* 1\n$/);
  });

  it('numbers components alike whatever stands beside them', () => {
    const all = page({ components: Array.from({ length: 300 }, (_, index) => component(`c${index}`)) });
    const one = page({ components: [component('c7')] });
    const ids = (view: StatusPageView) =>
      kuma(view).page.publicGroupList.flatMap(({ monitorList }) => monitorList.map(({ id }) => id));
    expect(new Set(ids(all)).size).toBe(300);
    expect(ids(all)[7]).toBe(ids(one)[0]);
  });
});

describe('Gatus', () => {
  it('is answered with the hours in which the state was known, and no results while it is not', () => {
    const course = courseOf('unknown', 'unhealthy', 'maintenance', 'degraded', 'healthy');
    const view = page({ components: states.map((state) => component(state, { state, course, p95: 90 })) });
    const successes = gatus(view).map(({ results }) => results.map(({ success }) => success));
    const past = [false, true, true];
    expect(successes).toEqual([[...past, true], [...past, true], [...past, false], [], []]);
    expect(gatus(view)[0]!.results.at(-1)).toMatchObject({
      duration: 90e6,
      timestamp: new Date(now).toISOString(),
    });
  });

  it('has keys as Gatus makes them, each once', () => {
    const names = ['GPT 4.1/mini', 'gpt-4-1-mini', 'a_b'];
    const view = page({ components: names.map((name) => component(name, { name, group: 'My, Team' })) });
    expect(gatus(view).map(({ key }) => key)).toEqual([
      'my--team_gpt-4-1-mini',
      'my--team_gpt-4-1-mini-2',
      'my--team_a-b',
    ]);
    const one = answer(view, 'api/v1/endpoints/my--team_a-b/statuses');
    expect(z.object({ events: gatusEvents }).parse(one).events).toHaveLength(1);
    expect(compatAnswer(view, 'api/v1/endpoints/other/statuses').status).toBe(404);
    expect(compatAnswer(view, 'api/v1/endpoints/%zz/statuses').status).toBe(404);
  });

  it('tells of incidents as events', () => {
    const closed = incident('i', 'c', { openedAt: now - 3 * hour, closedAt: now - hour });
    const view = page({ components: [component('c')], incidents: [closed, incident('j', 'd')] });
    const told = answer(view, 'api/v1/endpoints/_model-c/statuses') as { events: { type: string }[] };
    expect(gatusEvents.parse(told.events).map(({ type }) => type)).toEqual(['START', 'UNHEALTHY', 'HEALTHY']);
  });

  it('has pages, the newest first', () => {
    const course = courseOf('healthy', 'unhealthy', 'unhealthy');
    const view = page({ components: [component('c', { course })] });
    const successes = (query: string) => gatus(view, query)[0]!.results.map(({ success }) => success);
    expect(successes('?page=1&pageSize=3')).toEqual([false, false, true]);
    expect(successes('?page=2&pageSize=3')).toEqual([true]);
    expect(successes('?page=3&pageSize=3')).toEqual([]);
  });
});

describe('what other tools ask', () => {
  it('depends on little of the query', () => {
    const of = (rest: string, query: string) => compatQuery(rest, new URLSearchParams(query));
    const statuses = 'api/v1/endpoints/statuses';
    for (const usual of ['', 'page=1&pageSize=50', 'page=0&pageSize=x', 'pageSize=1e9', 'other=1'])
      expect(of(statuses, usual)).toBe('');
    expect(of(statuses, 'page=999999999&pageSize=5')).toBe(`?page=${mostResults + 1}&pageSize=5`);
    expect(of('api/status-page/default', 'page=2')).toBe('');
  });

  it('leaves other paths alone', () => {
    for (const rest of ['api/v1/models', 'api/v2/status.json', 'metrics/x', 'api/status-page', ''])
      expect(isOfCompat(rest)).toBe(false);
  });

  it('has the shape that is documented, and never green for what is not up, whatever the page has', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const state = fc.constantFrom(...states);
    const components = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 20 }),
        name: text,
        group: text,
        state,
        course: fc.array(state, { maxLength: 24 }),
        p95: fc.option(fc.nat(1e6)),
      }),
      { selector: ({ id }) => id, maxLength: 8 },
    );
    fc.assert(
      fc.property(components, text, (parts, title) => {
        const view = page({
          title,
          components: parts.map(({ course, ...rest }) =>
            component(rest.id, { ...rest, course: courseOf(...course) }),
          ),
          maintenances: parts.map(({ id }, index) =>
            maintenance(id, [id], { from: now + (index - 2) * hour, to: now + index * hour }),
          ),
        });
        const { page: told, beats } = kuma(view);
        const names = told.publicGroupList.flatMap(({ monitorList }) => monitorList);
        expect(names).toHaveLength(parts.length);
        const isUp = parts.filter((one) => one.state === 'healthy' || one.state === 'degraded').length;
        const last = Object.values(beats.heartbeatList).map((list) => list.at(-1)?.status);
        expect(last.filter((status) => status === 1)).toHaveLength(isUp);
        const statuses = gatus(view);
        expect(statuses.filter(({ results }) => results.at(-1)?.success === true)).toHaveLength(isUp);
        expect(new Set(statuses.map(({ key }) => key)).size).toBe(parts.length);
        for (const { key } of statuses)
          expect(compatAnswer(view, `api/v1/endpoints/${encodeURIComponent(key)}/statuses`).status).toBe(200);
      }),
    );
  });
});
