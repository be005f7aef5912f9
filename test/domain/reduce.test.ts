import { describe, expect, it } from '@jest/globals';
import { stateAt } from '../../src/domain/timeline.js';
import { live, result, rules, seen, type Event } from './life.js';

const minute = 60_000;
const times = (count: number, from: number, make: (slot: number) => Event): Event[] =>
  Array.from({ length: count }, (_, index) => make(from + index * minute));

describe('the reducer', () => {
  it('leaves a first failure unknown and dates the confirmed one back to it', () => {
    const once = live([result(1_000, 'unhealthy')]);
    expect(seen(once, 2_000)).toEqual([[0, 'unknown']]);
    const twice = live([result(1_000, 'unhealthy'), result(11_000, 'unhealthy')]);
    expect(seen(twice, 12_000)).toEqual([
      [0, 'unknown'],
      [1_000, 'unhealthy'],
    ]);
    expect(twice.incidents.get(1_000)).toMatchObject({ openedAt: 1_000, closedAt: null, checksFailed: 2 });
  });

  it('stays healthy through a failure that is not confirmed', () => {
    const life = live([result(1, 'healthy'), result(minute, 'unhealthy'), result(2 * minute, 'healthy')]);
    expect(seen(life, 3 * minute)).toEqual([
      [0, 'unknown'],
      [1, 'healthy'],
    ]);
    expect(life.incidents.size).toBe(0);
  });

  it('opens one incident over an unknown result between two failures', () => {
    const life = live([
      result(1, 'healthy'),
      result(minute, 'unhealthy'),
      result(2 * minute, 'unknown'),
      result(3 * minute, 'unhealthy'),
    ]);
    expect([...life.incidents.keys()]).toEqual([minute]);
    expect(seen(life, 3 * minute).at(-1)).toEqual([minute, 'unhealthy']);
  });

  it('knows nothing from the first slot that was missed while the daemon was down', () => {
    const noon = 720 * minute;
    const before = times(3, noon - 2 * minute, (slot) => result(slot, 'healthy'));
    const life = live([
      ...before,
      { kind: 'gap', slot: noon + minute },
      result(noon + 10.5 * minute, 'healthy'),
    ]);
    expect(seen(life, noon + 11 * minute)).toEqual([
      [0, 'unknown'],
      [noon - 2 * minute, 'healthy'],
      [noon + minute, 'unknown'],
      [noon + 10.5 * minute, 'healthy'],
    ]);
  });

  it('lets a result expire two intervals and a timeout after its slot', () => {
    const life = live([result(minute, 'healthy')]);
    expect(stateAt(life.health, 3.5 * minute - 1).state).toBe('healthy');
    expect(stateAt(life.health, 3.5 * minute)).toMatchObject({ state: 'unknown', since: 3.5 * minute });
  });

  it('closes an incident at the first of the successes that prove it over', () => {
    const life = live([
      ...times(2, minute, (slot) => result(slot, 'unhealthy')),
      result(3 * minute, 'degraded'),
      result(4 * minute, 'healthy'),
    ]);
    expect(life.incidents.get(minute)).toMatchObject({ closedAt: 3 * minute, checksFailed: 2 });
    expect(seen(life, 5 * minute)).toEqual([
      [0, 'unknown'],
      [minute, 'unhealthy'],
      [3 * minute, 'degraded'],
      [4 * minute, 'healthy'],
    ]);
  });

  it('keeps an incident open over silence, and shows it again with the first failure after', () => {
    const life = live([
      ...times(2, minute, (slot) => result(slot, 'unhealthy')),
      { kind: 'gap', slot: 3 * minute },
      result(60 * minute, 'unhealthy'),
    ]);
    expect(seen(life, 61 * minute).slice(1)).toEqual([
      [minute, 'unhealthy'],
      [3 * minute, 'unknown'],
      [60 * minute, 'unhealthy'],
    ]);
    expect([...life.incidents.values()]).toMatchObject([
      { openedAt: minute, closedAt: null, checksFailed: 3 },
    ]);
  });

  it('lets an unconfirmed failure after a gap change nothing', () => {
    const life = live([
      result(minute, 'healthy'),
      { kind: 'gap', slot: 2 * minute },
      result(9 * minute, 'unhealthy'),
    ]);
    expect(stateAt(life.health, 9.1 * minute)).toMatchObject({ state: 'unknown', since: 2 * minute });
  });

  it('freezes belief, run and incident in a maintenance window and begins anew after it', () => {
    const window: Event = { kind: 'window', from: 2.5 * minute, to: 5.5 * minute };
    const life = live([
      result(minute, 'healthy'),
      result(2 * minute, 'unhealthy'),
      window,
      ...times(3, 3 * minute, (slot) => result(slot, 'unhealthy')),
      result(6 * minute, 'unhealthy'),
    ]);
    expect(life.incidents.size).toBe(0);
    expect(life.health.run).toMatchObject({ count: 1, from: 6 * minute });
    expect(seen(life, 6.1 * minute).slice(2)).toEqual([
      [2.5 * minute, 'maintenance'],
      [5.5 * minute, 'unknown'],
    ]);
  });

  it('believes in rate limits from the 10th in a row, and not before', () => {
    const nine = live(times(9, minute, (slot) => result(slot, 'degraded', 'rate_limited')));
    expect(stateAt(nine.health, 9 * minute).state).toBe('degraded');
    const eleven = live(times(11, minute, (slot) => result(slot, 'degraded', 'rate_limited')));
    expect(stateAt(eleven.health, 11 * minute)).toMatchObject({ state: 'unhealthy', since: 10 * minute });
  });

  it('believes in loading that outlasts its grace', () => {
    const life = live(times(13, minute, (slot) => result(slot, 'unknown', 'model_loading')));
    expect(stateAt(life.health, 13 * minute)).toMatchObject({ state: 'unhealthy', since: 12 * minute });
  });

  it('does not let results confirm each other across a change of what is asked', () => {
    const life = live([
      result(minute, 'healthy'),
      result(2 * minute, 'unhealthy'),
      { kind: 'new run', at: 2.5 * minute },
      result(3 * minute, 'unhealthy'),
    ]);
    expect(stateAt(life.health, 3 * minute).state).toBe('healthy');
  });

  it('confirms nothing across the first of two changes of what is asked, when a slot lies between them', () => {
    const life = live([
      result(minute, 'healthy'),
      result(2 * minute, 'unhealthy'),
      { kind: 'new run', at: 2.5 * minute },
      { kind: 'new run', at: 3.5 * minute },
      result(3 * minute, 'unhealthy'),
      result(4 * minute, 'unhealthy'),
    ]);
    expect(stateAt(life.health, 4 * minute).state).toBe('healthy');
  });

  it('refuses a slot that is not after the newest one', () => {
    expect(() => live([result(minute, 'healthy'), result(minute, 'healthy')], rules)).toThrow(RangeError);
  });
});
