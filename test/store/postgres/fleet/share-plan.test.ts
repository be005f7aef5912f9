import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hashFraction } from '../../../../src/domain/schedule.js';
import { shardCount, shardOf } from '../../../../src/store/fleet-port.js';
import { leaseMs, overdueMs, renewMs, restMs } from '../../../../src/store/postgres/fleet/lease-times.js';
import { planShare, type ShardRow } from '../../../../src/store/postgres/fleet/share-plan.js';
import { amount } from '../../../slow.js';

/** What the database does for instances, one statement at a time. */
function createTable() {
  let now = 0;
  let shards: ShardRow[] = Array.from({ length: shardCount }, (_, id) => ({
    id,
    owner: null,
    until: -Infinity,
    movedAt: -Infinity,
  }));
  const seen = new Map<string, number>();
  const voluntary: { readonly id: number; readonly restedMs: number }[] = [];
  const survey = () => ({
    live: [...seen].filter(([, at]) => at > now - leaseMs).map(([id]) => id),
    shards,
    now,
  });
  return {
    pass: (ms: number) => void (now += ms),
    leave(own: string) {
      seen.delete(own);
      shards = shards.map((one) => (one.owner === own ? { ...one, owner: null, until: -Infinity } : one));
    },
    renew(own: string) {
      seen.set(own, now);
      shards = shards.map((one) => (one.owner === own ? { ...one, until: now + leaseMs } : one));
      return survey();
    },
    /** Carries out what was planned, maybe from a survey of before. Returns how many shards moved. */
    follow(own: string, { live, shards: then, now: at }: ReturnType<typeof survey>): number {
      const { give, claim } = planShare(own, live, then, at);
      for (const id of give) voluntary.push({ id, restedMs: at - (then[id]?.movedAt ?? at) });
      let left = claim;
      let moved = 0;
      shards = shards.map((one) => {
        if (give.includes(one.id) && one.owner === own) {
          moved += 1;
          return { ...one, owner: null, until: -Infinity };
        }
        if (one.until >= now || left === 0) return one;
        left -= 1;
        moved += 1;
        return { ...one, owner: own, until: now + leaseMs, movedAt: now };
      });
      return moved;
    },
    counts: (ids: readonly string[]) => ids.map((id) => shards.filter(({ owner }) => owner === id).length),
    voluntary,
  };
}

type Happening =
  | { readonly what: 'come' | 'leave' | 'die' | 'renew'; readonly who: number }
  | { readonly what: 'pass'; readonly ms: number };

const happening = fc.oneof(
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('come', 'leave', 'die'), who: fc.nat(11) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('renew'), who: fc.nat(11) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('pass'), ms: fc.nat(20_000) }) },
) as fc.Arbitrary<Happening>;

describe('the plan of shares', () => {
  it('comes to equal shares and then rests, whatever came and went before', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 80 }),
        fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.boolean()),
        (life, last, stale) => {
          const table = createTable();
          for (const one of life) {
            if (one.what === 'pass') table.pass(one.ms);
            else if (one.what === 'leave') table.leave(`i${one.who}`);
            else if (one.what !== 'die') table.follow(`i${one.who}`, table.renew(`i${one.who}`));
          }
          // Those who are no longer there run out of their leases.
          table.pass(leaseMs + 1);
          const ids = last.map((n) => `i${n}`);
          const round = (): number => {
            table.pass(renewMs);
            let moved = 0;
            const delayed: (() => void)[] = [];
            for (const id of ids) {
              const survey = table.renew(id);
              const follow = (): void => void (moved += table.follow(id, survey));
              // Some act on what others have changed since.
              if (stale.next().value === true) delayed.push(follow);
              else follow();
            }
            for (const follow of delayed) follow();
            return moved;
          };
          const rounds = restMs / renewMs;
          for (let n = 0; n < 3 * rounds; n += 1) round();
          const counts = table.counts(ids);
          expect(counts.reduce((sum, count) => sum + count)).toBe(shardCount);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          for (let n = 0; n < 2 * rounds; n += 1) expect(round()).toBe(0);
          for (const { restedMs } of table.voluntary) expect(restedMs).toBeGreaterThanOrEqual(restMs);
        },
      ),
      { numRuns: amount(300, 40) },
    );
  });

  it('leaves no shard of a dead instance to another one that does not claim it', () => {
    const shards = Array.from({ length: shardCount }, (_, id) => ({
      id,
      owner: id < 100 ? 'dead' : 'a',
      until: id < 100 ? 50_000 : 70_000,
      movedAt: 0,
    }));
    const plan = (now: number) => planShare('a', ['a', 'b'], shards, now);
    // The share of the other one, which may be about to claim it.
    expect(plan(50_000 + renewMs)).toMatchObject({ claim: 0 });
    expect(plan(50_000 + overdueMs + 1)).toEqual({ give: [], claim: 100 });
    expect(planShare('b', ['a', 'b'], shards, 50_001)).toEqual({ give: [], claim: 128 });
  });

  it('moves no more than what one instance more needs', () => {
    const table = createTable();
    for (const id of ['a', 'b', 'c']) table.renew(id);
    for (const id of ['a', 'b', 'c']) table.follow(id, table.renew(id));
    expect(table.counts(['a', 'b', 'c'])).toEqual([86, 85, 85]);
    let moved = 0;
    for (let n = 0; n < 20; n += 1) {
      table.pass(renewMs);
      for (const id of ['a', 'b', 'c', 'd']) moved += table.follow(id, table.renew(id));
    }
    expect(table.counts(['a', 'b', 'c', 'd'])).toEqual([64, 64, 64, 64]);
    // Each is given back, and claimed.
    expect(moved).toBe(2 * 64);
  });

  it('gives each instance a share also where there are more of them than shards', () => {
    const live = Array.from({ length: 300 }, (_, n) => `i${n}`);
    const shards = Array.from({ length: shardCount }, (_, id) => ({
      id,
      owner: null,
      until: -Infinity,
      movedAt: -Infinity,
    }));
    const claims = live.map((id) => planShare(id, live, shards, 0).claim);
    expect(claims.filter((claim) => claim === 1)).toHaveLength(shardCount);
    expect(claims.filter((claim) => claim === 0)).toHaveLength(300 - shardCount);
  });
});

describe('the shard of a model', () => {
  const ids = Array.from({ length: 25_600 }, (_, n) => `model-${n}`);

  it('is the same for ever, and each has its part of many models', () => {
    expect(['gpt-4o', 'claude', 'a', ''].map(shardOf)).toEqual([101, 45, 179, 11]);
    const counts = new Map<number, number>();
    for (const id of ids) counts.set(shardOf(id), (counts.get(shardOf(id)) ?? 0) + 1);
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: shardCount }, (_, n) => n),
    );
    expect(Math.max(...counts.values())).toBeLessThan(160);
  });

  it('has nothing to do with the phase of its checks', () => {
    const phases = ids.filter((id) => shardOf(id) < 4).map(hashFraction);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const share = phases.filter((phase) => Math.floor(phase * 10) === tenth).length / phases.length;
      expect(share).toBeGreaterThan(0.05);
      expect(share).toBeLessThan(0.15);
    }
  });
});
