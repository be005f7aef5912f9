import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  withKey,
  keyFor,
  keysAfter,
  keysKept,
  keysKnown,
  newKeys,
  type Keys,
} from '../../src/domain/keys.js';
import { outcomeFor, type Reason } from '../../src/domain/reason.js';
import { notSent, type CheckResult } from '../../src/domain/result.js';

const answered = (keyIndex: number, reason: Reason, detail: string | null = null): CheckResult => ({
  ...notSent(0, reason, outcomeFor(reason, {}), detail),
  keyIndex,
});

/** Checks in a row, each with the key whose turn it is; `dead` says which are refused. */
function live(dead: readonly boolean[], recheck: readonly boolean[]) {
  let keys = newKeys(dead.length)!;
  return recheck.map((again) => {
    const key = keyFor(keys, again);
    const result = answered(key, dead[key] === true ? 'auth_failed' : 'ok');
    const judged = withKey(result, keys, {});
    keys = keysAfter(keys, result);
    return { key, judged, keys };
  });
}

const regular = (count: number): boolean[] => Array.from({ length: count }, () => false);

describe('several API keys', () => {
  it('are used in turn', () => {
    expect(live([false, false, false], regular(7)).map(({ key }) => key)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it('report a rejected key as degraded, with its position, while another is accepted', () => {
    const seen = live([false, true, false], regular(6)).map(({ judged }) => judged);
    expect(seen.map(({ outcome }) => outcome)).toEqual([
      'healthy',
      'degraded',
      'healthy',
      'healthy',
      'degraded',
      'healthy',
    ]);
    expect(seen[1]).toMatchObject({ reason: 'auth_failed', detail: 'key 2 of 3' });
  });

  it('are unhealthy if all are rejected', () => {
    const seen = live([true, true], regular(4)).map(({ judged }) => judged.outcome);
    expect(seen).toEqual(['unhealthy', 'unhealthy', 'unhealthy', 'unhealthy']);
  });

  it('are not unhealthy due to one dead key at the start: the recheck uses an untried key', () => {
    const [first, again] = live([true, false, false], [false, true]);
    expect(first!.judged).toMatchObject({ outcome: 'unhealthy', keyIndex: 0 });
    expect(again!.judged).toMatchObject({ outcome: 'healthy', keyIndex: 1 });
  });

  it('are rechecked with the rejected key once all were tried', () => {
    const keys: Keys = { healthy: [false, false, true], last: 2 };
    const refused = keysAfter(keys, answered(2, 'permission_denied'));
    expect(keyFor(refused, true)).toBe(2);
    expect(keyFor(refused, false)).toBe(0);
  });

  it('keep their health if the model failed, and not the key', () => {
    const keys: Keys = { healthy: [true, false, null], last: 0 };
    for (const reason of ['server_error', 'timeout', 'rate_limited', 'invalid_request'] as const)
      for (const index of [0, 1, 2])
        expect(keysAfter(keys, answered(index, reason)).healthy).toEqual(keys.healthy);
    expect(keysAfter(keys, answered(2, 'slow')).healthy).toEqual([true, false, true]);
    expect(keysAfter(keys, notSent(0, 'budget_spent', 'unknown', null))).toBe(keys);
  });

  it('do not change a result that is not about the key; an outcome set by the model applies', () => {
    const keys: Keys = { healthy: [true, true], last: 0 };
    const broken = answered(1, 'server_error', 'oops');
    expect(withKey(broken, keys, {})).toBe(broken);
    const refused = answered(1, 'auth_failed', 'no such key');
    expect(withKey(refused, keys, { auth_failed: 'unhealthy' })).toMatchObject({
      outcome: 'unhealthy',
      detail: 'key 2 of 2: no such key',
    });
  });

  it('keep the health of unchanged keys when others are replaced', () => {
    const keys: Keys = { healthy: [true, false, true], last: 2 };
    expect(keysKept(keys, ['a', 'b', 'c'], ['a', 'new', 'c'])!.healthy).toEqual([true, null, true]);
    expect(keysKept(keys, ['a', 'b', 'c'], ['a', 'b'])).toEqual({ healthy: [true, false], last: 1 });
    expect(keysKept(keys, ['a', 'b', 'c'], ['a'])).toBeNull();
    expect(keysKept(null, ['a'], ['a', 'b'])).toEqual({ healthy: [null, null], last: -1 });
  });

  it('have the health of before a restart where their digest is the same', () => {
    const keys: Keys = { healthy: [true, false, true], last: 2, digests: ['a', 'b', 'c'] };
    expect(keysKnown(keys, ['a', 'b', 'c'])).toEqual(keys);
    expect(keysKnown(keys, ['c', 'b'])).toEqual({ healthy: [null, false], last: 1, digests: ['c', 'b'] });
    expect(keysKnown({ healthy: [true, false], last: 1 }, ['a', 'b']).healthy).toEqual([null, null]);
    expect(keysKept(keys, ['x', 'y', 'z'], ['x', 'y', 'z'])).toBe(keys);
    expect(keysKept(keys, ['x', 'y', 'z'], ['x', 'y', 'new'])).not.toHaveProperty('digests');
    expect(keysAfter(keys, { keyIndex: 1, outcome: 'healthy', reason: 'ok' }).digests).toBe(keys.digests);
  });

  it('are each used once per cycle of regular checks, regardless of rechecks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 2, maxLength: 5 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        (dead, again) => {
          const seen = live(dead, again);
          for (const { judged, keys } of seen) {
            const known = keys.healthy.filter((good) => good !== null).length;
            if (!dead.every(Boolean) && known === dead.length) expect(judged.outcome).not.toBe('unhealthy');
            if (dead.every(Boolean)) expect(judged.outcome).toBe('unhealthy');
          }
          const turns = seen.filter((_, index) => !again[index]).length;
          if (again.length > 0 && turns === again.length && turns >= dead.length)
            expect(new Set(seen.slice(-dead.length).map(({ key }) => key)).size).toBe(dead.length);
        },
      ),
    );
  });
});
