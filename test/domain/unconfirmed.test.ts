import { describe, expect, it } from '@jest/globals';
import { recheckAt } from '../../src/domain/health.js';
import { stateAt } from '../../src/domain/timeline.js';
import { result as recorded, start } from '../store/samples.js';
import { live, result, rules, seen, type Event } from './life.js';

const minute = 60_000;
const times = (count: number, from: number, make: (slot: number) => Event): Event[] =>
  Array.from({ length: count }, (_, index) => make(from + index * minute));

describe('reducer', () => {
  const since = 5 * minute;
  it.each<[string, Event[]]>([
    ['silence', []],
    ['missed slots', [{ kind: 'gap', slot: since }]],
    [
      'a pause',
      [
        { kind: 'pause', at: since },
        { kind: 'resume', at: 50 * minute },
      ],
    ],
    ['unknown results', times(56, since, (slot) => result(slot, 'unknown'))],
    [
      'a window in which all is well',
      [
        { kind: 'window', from: since, to: 60.5 * minute },
        ...times(56, since, (slot) => result(slot, 'healthy')),
      ],
    ],
  ])('ignores an unconfirmed success of an unhealthy model after %s', (_, between) => {
    const before = [...times(4, minute, (slot) => result(slot, 'unhealthy')), ...between];
    const once = live([...before, result(61 * minute, 'healthy')]);
    expect(stateAt(once.health, 61 * minute).state).toBe('unknown');
    expect(stateAt(live(before).health, 61 * minute - 1).state).toBe('unknown');
    expect([...once.incidents.values()]).toMatchObject([{ openedAt: minute, closedAt: null }]);
    const twice = live([...before, result(61 * minute, 'healthy'), result(61.2 * minute, 'degraded')]);
    expect(seen(twice, 61.3 * minute).slice(-2)).toEqual([
      [61 * minute, 'healthy'],
      [61.2 * minute, 'degraded'],
    ]);
    expect([...twice.incidents.values()]).toMatchObject([{ openedAt: minute, closedAt: 61 * minute }]);
    const relapsed = live([...before, result(61 * minute, 'healthy'), result(61.2 * minute, 'unhealthy')]);
    expect(seen(relapsed, 61.3 * minute).at(-1)).toEqual([61.2 * minute, 'unhealthy']);
    expect([...relapsed.incidents.values()]).toMatchObject([{ openedAt: minute, closedAt: null }]);
  });
});

describe('recheck', () => {
  const down = times(2, start + minute, (slot) => result(slot, 'unhealthy'));
  const lapsed: Event[] = [...down, { kind: 'gap', slot: start + 3 * minute }];
  const slot = start + 61 * minute;
  const due = (events: readonly Event[], last: Parameters<typeof recorded>[1]): number | null => {
    const { health } = live([...events, result(slot, last?.outcome ?? 'healthy')], rules, start);
    return recheckAt(health, recorded(slot, last), slot + 500, 10_000);
  };

  it('is due for an unconfirmed success if the model was unhealthy before unknown time', () => {
    expect(due(lapsed, {})).toBe(slot + 10_500);
    expect(due(lapsed, { outcome: 'degraded', retryAfterMs: 20_000 })).toBe(slot + 20_500);
    expect(due(lapsed, { kind: 'recheck' })).toBeNull();
    expect(due(lapsed, { outcome: 'unhealthy' })).toBeNull();
    expect(due(lapsed, { outcome: 'unknown' })).toBeNull();
  });

  it('is not due for the first success of a model known to be unhealthy', () => {
    const known = times(60, start + minute, (each) => result(each, 'unhealthy'));
    expect(due(known, {})).toBeNull();
  });

  it('is due for an unconfirmed failure, but not in a window', () => {
    const up = [result(start + minute, 'healthy')];
    expect(due(up, { outcome: 'unhealthy' })).toBe(slot + 10_500);
    expect(due(up, { outcome: 'unhealthy', maintenance: true })).toBeNull();
    expect(due(lapsed, { maintenance: true })).toBeNull();
  });
});
