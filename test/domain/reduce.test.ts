import { describe, expect, it } from '@jest/globals';
import { stateAt } from '../../src/domain/timeline.js';
import { explained, live, result, rules, seen, type Event } from './life.js';

const minute = 60_000;
const times = (count: number, from: number, make: (slot: number) => Event): Event[] =>
  Array.from({ length: count }, (_, index) => make(from + index * minute));

describe('reducer', () => {
  it('keeps a first failure unknown, and dates the confirmed failure back to it', () => {
    const once = live([result(1_000, 'unhealthy')]);
    expect(seen(once, 2_000)).toEqual([[0, 'unknown']]);
    const twice = live([result(1_000, 'unhealthy'), result(11_000, 'unhealthy')]);
    expect(seen(twice, 12_000)).toEqual([
      [0, 'unknown'],
      [1_000, 'unhealthy'],
    ]);
    expect(twice.incidents.get(1_000)).toMatchObject({ openedAt: 1_000, closedAt: null, checksFailed: 2 });
  });

  it('stays healthy after an unconfirmed failure', () => {
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

  it('is unknown from the first slot that was missed while the daemon was down', () => {
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

  it('ends the validity of a result two intervals and a timeout after its slot', () => {
    const life = live([result(minute, 'healthy')]);
    expect(stateAt(life.health, 3.5 * minute - 1).state).toBe('healthy');
    expect(stateAt(life.health, 3.5 * minute)).toMatchObject({ state: 'unknown', since: 3.5 * minute });
  });

  it('closes an incident at the first of the confirming successes', () => {
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

  it('keeps an incident open over a gap, and is unhealthy again from the first failure after it', () => {
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

  it('ignores an unconfirmed failure after a gap', () => {
    const life = live([
      result(minute, 'healthy'),
      { kind: 'gap', slot: 2 * minute },
      result(9 * minute, 'unhealthy'),
    ]);
    expect(stateAt(life.health, 9.1 * minute)).toMatchObject({ state: 'unknown', since: 2 * minute });
  });

  it('freezes belief, run and incident during maintenance, and starts anew afterwards', () => {
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

  it('is unhealthy at the end of maintenance with one incident if the model failed before, in and after it', () => {
    const from = 2.5 * minute;
    const to = 20.5 * minute;
    const life = live([
      ...times(2, minute, (slot) => result(slot, 'unhealthy')),
      { kind: 'window', from, to },
      ...times(18, 3 * minute, (slot) => result(slot, 'unhealthy')),
      result(21 * minute, 'unhealthy'),
    ]);
    expect(seen(life, 21.1 * minute).slice(1)).toEqual([
      [minute, 'unhealthy'],
      [from, 'maintenance'],
      [to, 'unhealthy'],
    ]);
    expect([...life.incidents.values()]).toMatchObject([{ openedAt: minute, closedAt: null }]);
  });

  it('is unhealthy from the 10th rate limit in a row on, and not before', () => {
    const nine = live(times(9, minute, (slot) => result(slot, 'degraded', 'rate_limited')));
    expect(stateAt(nine.health, 9 * minute).state).toBe('degraded');
    const eleven = live(times(11, minute, (slot) => result(slot, 'degraded', 'rate_limited')));
    expect(stateAt(eleven.health, 11 * minute)).toMatchObject({ state: 'unhealthy', since: 10 * minute });
  });

  it('is unhealthy if loading exceeds its grace period', () => {
    const life = live(times(13, minute, (slot) => result(slot, 'unknown', 'model_loading')));
    expect(stateAt(life.health, 13 * minute)).toMatchObject({ state: 'unhealthy', since: 12 * minute });
  });

  it('does not confirm results across a change of the request', () => {
    const life = live([
      result(minute, 'healthy'),
      result(2 * minute, 'unhealthy'),
      { kind: 'new run', at: 2.5 * minute },
      result(3 * minute, 'unhealthy'),
    ]);
    expect(stateAt(life.health, 3 * minute).state).toBe('healthy');
  });

  it('does not confirm results across the first of two changes of the request with a slot in between', () => {
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

  it('is unknown from the first of two unknown results on, with the reason, until the next known result', () => {
    const life = live([
      result(minute, 'healthy'),
      result(2 * minute, 'unknown', 'no_connectivity'),
      result(3 * minute, 'unknown', 'no_connectivity'),
      result(4 * minute, 'unknown', 'secret_missing'),
      result(5 * minute, 'healthy'),
    ]);
    expect(explained(life, 6 * minute)).toEqual([
      [0, 'unknown', 'not_yet'],
      [minute, 'healthy'],
      [2 * minute, 'unknown', 'no_connectivity'],
      [4 * minute, 'unknown', 'secret_missing'],
      [5 * minute, 'healthy'],
    ]);
  });

  it('also corrects the durations back to the first unknown result', () => {
    const life = live([
      result(minute, 'healthy'),
      result(2 * minute, 'unknown'),
      result(3 * minute, 'unknown'),
      result(4 * minute, 'unknown'),
    ]);
    expect(life.durations).toMatchObject({ healthy: minute, unknown: 3 * minute });
  });

  it('ends a run during unknown time, but neither belief nor incident', () => {
    const soon = [result(1.2 * minute, 'unknown'), result(1.4 * minute, 'unknown')];
    const up = live([
      result(1, 'healthy'),
      result(minute, 'unhealthy'),
      ...soon,
      result(1.6 * minute, 'unhealthy'),
    ]);
    expect(up.incidents.size).toBe(0);
    expect(seen(up, 1.7 * minute).at(-1)).toEqual([1.2 * minute, 'unknown']);
    const blind = [result(2 * minute, 'unknown'), result(3 * minute, 'unknown')];
    const down = live([
      ...times(2, 1, (slot) => result(slot, 'unhealthy')),
      ...blind,
      result(4 * minute, 'healthy'),
    ]);
    expect([...down.incidents.values()]).toMatchObject([{ openedAt: 1, closedAt: null }]);
    expect(seen(down, 4.1 * minute).slice(1)).toEqual([
      [1, 'unhealthy'],
      [2 * minute, 'unknown'],
    ]);
  });

  it('updates the reason of unknown time at once, and reports not_watched when results expire', () => {
    const life = live([result(minute, 'unknown', 'secret_missing')]);
    expect(explained(life, 10 * minute)).toEqual([
      [0, 'unknown', 'not_yet'],
      [minute, 'unknown', 'secret_missing'],
      [3.5 * minute, 'unknown', 'not_watched'],
    ]);
    const known = live([result(minute, 'healthy'), { kind: 'gap', slot: 2 * minute }]);
    expect(explained(known, 10 * minute).at(-1)).toEqual([2 * minute, 'unknown', 'not_watched']);
    const never = live([{ kind: 'gap', slot: 2 * minute }]);
    expect(explained(never, 10 * minute).at(-1)).toEqual([2 * minute, 'unknown', 'not_watched']);
  });

  it('is paused at once until resumed, and then waits for a result', () => {
    const life = live([
      result(minute, 'healthy'),
      { kind: 'pause', at: 1.5 * minute },
      { kind: 'resume', at: 9 * minute },
      result(10 * minute, 'unhealthy'),
      result(11 * minute, 'healthy'),
    ]);
    expect(explained(life, 12 * minute).slice(1)).toEqual([
      [minute, 'healthy'],
      [1.5 * minute, 'unknown', 'paused'],
      [9 * minute, 'unknown', 'not_watched'],
      [11 * minute, 'healthy'],
    ]);
  });

  it('does not become known after a pause by a check that ended during it', () => {
    const life = live([
      { kind: 'pause', at: 1.5 * minute },
      result(minute, 'healthy'),
      { kind: 'resume', at: 2 * minute },
    ]);
    expect(explained(life, 3 * minute).slice(1)).toEqual([
      [minute, 'healthy'],
      [1.5 * minute, 'unknown', 'paused'],
      [2 * minute, 'unknown', 'not_watched'],
    ]);
  });

  it('ends a run at a pause', () => {
    const life = live([
      result(1, 'healthy'),
      result(minute, 'unhealthy'),
      { kind: 'pause', at: minute + 1 },
      { kind: 'resume', at: minute + 2 },
      result(2 * minute, 'unhealthy'),
    ]);
    expect(life.incidents.size).toBe(0);
  });

  it('dates a pause after a check that was running when it began', () => {
    const life = live([{ kind: 'pause', at: minute }, result(2 * minute, 'healthy')]);
    expect(explained(life, 3 * minute).slice(1)).toEqual([
      [minute, 'unknown', 'paused'],
      [2 * minute, 'healthy'],
      [2 * minute + 1, 'unknown', 'paused'],
    ]);
  });

  it('ends the validity of a result with a long interval at most ten minutes after the next slot', () => {
    const life = live([result(minute, 'healthy')], { ...rules, intervalMs: 60 * minute });
    expect(explained(life, 1_000 * minute).at(-1)).toEqual([71.5 * minute, 'unknown', 'not_watched']);
  });

  it('rejects a slot that is not after the newest one', () => {
    expect(() => live([result(minute, 'healthy'), result(minute, 'healthy')], rules)).toThrow(RangeError);
  });
});
