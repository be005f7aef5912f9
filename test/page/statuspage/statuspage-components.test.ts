import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { states, type State } from '../../../src/domain/state.js';
import {
  componentList,
  componentsById,
  componentStatus,
  statusOf,
  unknownDescription,
} from '../../../src/page/statuspage/statuspage-components.js';
import type { StatusPageView } from '../../../src/page/status-view.js';
import { component, fullPage, hour, now, page } from '../status-pages.js';

const inStates = (...all: readonly State[]): StatusPageView =>
  page({ components: all.map((state, index) => component(`c${index}`, { state })) });

const listOf = (view: StatusPageView) => componentList(view, componentsById(view));

describe('the status of a component', () => {
  it('is operational only when it is healthy; unknown is never green and says so', () => {
    expect(componentStatus).toEqual({
      healthy: 'operational',
      degraded: 'degraded_performance',
      unhealthy: 'major_outage',
      unknown: 'degraded_performance',
      maintenance: 'under_maintenance',
    });
    const descriptions = listOf(inStates(...states)).map(({ description }) => description);
    expect(descriptions).toEqual(states.map((state) => (state === 'unknown' ? unknownDescription : null)));
  });
});

describe('the status of a page', () => {
  it.each<[string, string, readonly State[]]>([
    ['none', 'All Systems Operational', ['healthy', 'healthy']],
    ['maintenance', 'Service Under Maintenance', ['healthy', 'maintenance']],
    ['maintenance', 'Service Under Maintenance', ['maintenance']],
    ['minor', 'Partially Degraded Service', ['healthy', 'degraded', 'unknown']],
    ['minor', 'State Partly Unknown', ['healthy', 'unknown', 'maintenance']],
    ['minor', 'State Unknown', ['unknown', 'unknown']],
    ['minor', 'State Unknown', ['unknown', 'maintenance']],
    ['minor', 'State Unknown', []],
    ['major', 'Partial System Outage', ['healthy', 'unhealthy']],
    ['major', 'Partial System Outage', ['unknown', 'unhealthy']],
    ['critical', 'Major System Outage', ['unhealthy', 'unhealthy']],
    ['critical', 'Major System Outage', ['unhealthy', 'maintenance']],
  ])('is %s, %s', (indicator, description, all) => {
    expect(statusOf(inStates(...all))).toEqual({ indicator, description });
  });

  it('is none only when each component is healthy', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { maxLength: 8 }), (all) => {
        const healthy = all.length > 0 && all.every((state) => state === 'healthy');
        expect(statusOf(inStates(...all)).indicator === 'none').toBe(healthy);
      }),
    );
  });
});

describe('the list of components', () => {
  it('has what stands alone, then each group before its members, with places in it', () => {
    const list = listOf(fullPage);
    expect(list.map(({ name, group, position }) => [name, group, position])).toEqual([
      ['whisper', false, 1],
      ['Assistant', true, 2],
      ['gpt-4o-mini', false, 1],
      ['claude-sonnet', false, 2],
      ['Search', true, 3],
      ['embed-3-small', false, 1],
      ['deepseek-chat', false, 2],
    ]);
    const group = list[4];
    expect(group).toMatchObject({
      status: 'under_maintenance',
      components: ['c3', 'c5'],
      group_id: null,
      updated_at: new Date(now - hour).toISOString(),
    });
    expect(list.slice(5).map(({ group_id }) => group_id)).toEqual([group?.id, group?.id]);
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
  });

  it('has the same ids for the same groups, and other ones on another page', () => {
    const ids = (view: StatusPageView) => listOf(view).map(({ id }) => id);
    expect(ids({ ...fullPage, title: 'New name', now: now + hour })).toEqual(ids(fullPage));
    expect(ids({ ...fullPage, path: '/other' })[1]).not.toBe(ids(fullPage)[1]);
  });
});
