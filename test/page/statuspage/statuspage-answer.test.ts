import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { states } from '../../../src/domain/state.js';
import { statuspageAnswer, statuspageNames } from '../../../src/page/statuspage/statuspage-answer.js';
import type { StatusPageView } from '../../../src/page/status-view.js';
import { hostileText } from '../hostile-text.js';
import { component, day, fullPage, hour, incident, maintenance, now, page } from '../status-pages.js';
import { read } from './statuspage-schemas.js';

const near = fc.integer({ min: -30, max: 30 }).map((hours) => now + hours * hour);
const anyPage: fc.Arbitrary<StatusPageView> = fc
  .record({
    text: hostileText,
    members: fc.array(
      fc.record({ group: fc.constantFrom('', 'A', 'B'), state: fc.constantFrom(...states), since: near }),
      { maxLength: 6 },
    ),
    times: fc.array(fc.tuple(near, near, fc.boolean()), { maxLength: 5 }),
  })
  .map(({ text, members, times }) => {
    const span = ([a, b]: readonly [number, number, boolean]) => [Math.min(a, b), Math.max(a, b)] as const;
    return page({
      title: text,
      components: members.map((parts, index) => component(`c${index}`, { ...parts, name: text })),
      incidents: times.map((some, index) => {
        const [openedAt, closedAt] = span(some);
        return incident(`i${index}`, `c${index}`, {
          openedAt,
          closedAt: some[2] ? closedAt : null,
          reason: some[2] ? text : null,
        });
      }),
      maintenances: times.map((some, index) => {
        const [from, to] = span(some);
        return maintenance(`m${index}`, [`c${index}`, 'c0'], { from, to: to + 1, reason: text });
      }),
    });
  });

describe('the answers of a page', () => {
  it('have the shapes that Atlassian documents, whatever is on the page', () => {
    const readers = Object.values(read);
    expect(readers).toHaveLength(statuspageNames.length);
    for (const reader of readers) expect(() => reader(fullPage)).not.toThrow();
    fc.assert(
      fc.property(anyPage, fc.constantFrom(...readers), (view, reader) => {
        expect(() => reader(view)).not.toThrow();
      }),
    );
    expect(statuspageAnswer(fullPage, 'subscribers.json')).toBeNull();
    expect(statuspageAnswer(fullPage, 'toString')).toBeNull();
  });

  it('list only what belongs to each name', () => {
    const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
    expect(ids(read.incidents(fullPage).incidents)).toEqual(['i2', 'i1']);
    expect(ids(read.unresolved(fullPage).incidents)).toEqual(['i2']);
    expect(ids(read.upcoming(fullPage).scheduled_maintenances)).toEqual(['m3']);
    expect(ids(read.active(fullPage).scheduled_maintenances)).toEqual(['m2']);
    expect(ids(read.maintenances(fullPage).scheduled_maintenances)).toEqual(['m2', 'm3', 'm1']);
    const summary = read.summary(fullPage);
    expect(ids(summary.incidents)).toEqual(['i2']);
    expect(ids(summary.scheduled_maintenances)).toEqual(['m2', 'm3']);
  });

  it('list fifty incidents, the newest first, also of those that are open', () => {
    const incidents = Array.from({ length: 60 }, (_, index) => incident(`i${index}`, 'c1'));
    const down = page({ incidents });
    for (const some of [read.incidents(down), read.unresolved(down), read.summary(down)]) {
      expect(some.incidents).toHaveLength(50);
      expect(some.incidents[0]?.id).toBe('i0');
    }
  });

  it('stay below 2 MB with two thousand models that are all down, and fifty maintenances of all', () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => index.toString(16).padStart(16, '0'));
    const all = (count: number, from: number) =>
      Array.from({ length: count }, (_, index) =>
        maintenance(`m${from}-${index}`, ids, { from: now + from - index, to: now + from + hour }),
      );
    const views = [-2 * hour, -60, hour].map((from) =>
      page({
        components: ids.map((id) => component(id, { state: 'unhealthy', name: `the model number ${id}` })),
        incidents: ids.map((id) => incident(`i${id}`, id)),
        maintenances: all(50, from),
      }),
    );
    for (const view of views)
      for (const name of statuspageNames)
        expect(JSON.stringify(statuspageAnswer(view, name)).length).toBeLessThan(2_000_000);
    const [over, underWay] = views;
    const listed = read.active(underWay!).scheduled_maintenances;
    expect(listed.map(({ components }) => components.length)).toEqual(Array(50).fill(20));
    expect(listed[0]?.name).toContain('and 1997 more');
    expect(read.maintenances(over!).scheduled_maintenances[49]?.incident_updates).toHaveLength(3);
  });

  it('change only when the page does', () => {
    const later = { ...fullPage, now: now + 1 };
    expect(statuspageAnswer(later, 'summary.json')).toEqual(statuspageAnswer(fullPage, 'summary.json'));
    expect(read.status(fullPage).page.updated_at).toBe(new Date(now - hour).toISOString());
  });
});

describe('an incident', () => {
  const down = page({
    components: [component('c1', { state: 'unhealthy', since: now - 3 * hour })],
    incidents: [incident('i1', 'c1', { reason: 'No answer in time' })],
  });
  const up = page({
    components: [component('c1', { state: 'degraded', since: now - hour })],
    incidents: [incident('i1', 'c1', { reason: 'No answer in time', closedAt: now - hour })],
  });

  it('is being investigated until it is resolved, and keeps its id, name, address and old updates', () => {
    const [open] = read.incidents(down).incidents;
    const [closed] = read.incidents(up).incidents;
    expect(open).toMatchObject({
      id: 'i1',
      name: 'model c1 down',
      status: 'investigating',
      impact: 'major',
      resolved_at: null,
      shortlink: 'https://status.example.com/status#incident-i1',
    });
    expect(open?.incident_updates[0]?.body).toBe('model c1 is down. Reason: No answer in time.');
    const { status, resolved_at, updated_at, incident_updates, components, ...kept } = closed ?? {};
    expect(open).toMatchObject(kept);
    expect([status, resolved_at, updated_at]).toEqual([
      'resolved',
      updated_at,
      new Date(now - hour).toISOString(),
    ]);
    expect(incident_updates?.[1]).toEqual(open?.incident_updates[0]);
    expect(incident_updates?.[0]?.affected_components).toEqual([
      { code: 'c1', name: 'model c1', old_status: 'major_outage', new_status: 'degraded_performance' },
    ]);
    expect(components?.[0]?.status).toBe('degraded_performance');
  });

  it('of a component that left the page affects none and names none', () => {
    const [gone] = read.incidents(page({ incidents: [incident('i1', 'gone')] })).incidents;
    expect(gone).toMatchObject({ name: 'A former component down', components: [] });
    expect(gone?.incident_updates[0]?.affected_components).toBeNull();
  });
});

describe('a maintenance', () => {
  it('goes from scheduled over in progress to completed, with an update for each', () => {
    const planned = maintenance('m1', ['c1'], {
      from: now + hour,
      to: now + 2 * hour,
      reason: 'New index',
      announcedAt: now - day,
    });
    const at = (time: number) =>
      read.maintenances(page({ now: time, maintenances: [planned] })).scheduled_maintenances[0];
    const statuses = (time: number) => at(time)?.incident_updates.map(({ status }) => status);
    expect(statuses(now)).toEqual(['scheduled']);
    expect(statuses(now + hour)).toEqual(['in_progress', 'scheduled']);
    expect(statuses(now + 2 * hour)).toEqual(['completed', 'in_progress', 'scheduled']);
    expect(at(now)).toMatchObject({
      name: 'Maintenance of model c1',
      status: 'scheduled',
      impact: 'maintenance',
      created_at: new Date(now - day).toISOString(),
      scheduled_for: new Date(now + hour).toISOString(),
      scheduled_until: new Date(now + 2 * hour).toISOString(),
    });
    expect(at(now)?.incident_updates[0]?.body).toBe('New index');
    expect(at(now + 2 * hour)?.resolved_at).toBe(new Date(now + 2 * hour).toISOString());
  });
});
