import { expect, it } from '@jest/globals';
import { glanceOf } from '../../src/page/glance.js';
import { noon } from '../metrics/sample-view.js';

const hour = 3_600_000;
const none = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0, maintenance: 0 };
const step = (index: number, durations: Partial<typeof none>) => ({
  from: noon - index * hour,
  to: noon - (index - 1) * hour,
  durations: { ...none, ...durations },
  latency: new Map(),
});

it('a glance has the longest state of each hour, of equal ones the worse, and no hour before the model was known', () => {
  const hours = [
    step(4, {}),
    step(3, { healthy: 50, unhealthy: 10 }),
    step(2, { healthy: 30, unknown: 30 }),
    step(1, { maintenance: 1 }),
  ];
  expect(glanceOf([], hours, noon).course).toEqual([
    { from: noon - 3 * hour, state: 'healthy' },
    { from: noon - 2 * hour, state: 'unknown' },
    { from: noon - hour, state: 'maintenance' },
  ]);
});
