import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { care, repeating, titles, told24h } from './care.js';
import { hour, minute, policyOf, second, spell, start } from './notices.js';

const day = 24 * hour;

/** What happens to some models that are down from the start on: seconds between the steps. */
const step = fc.record({
  model: fc.constantFrom('a', 'b', 'c'),
  wait: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 60, max: 9_000 })),
  what: fc.constantFrom('acknowledge', 'snooze', 'take back', 'end'),
});

function lifeOf(steps: readonly { model: string; wait: number; what: string }[]) {
  const notices = ['a', 'b', 'c'].flatMap((model) => spell(model, 0, null));
  const down = new Set(['a', 'b', 'c']);
  /** Times in which a model is acknowledged and open, ms after the start. */
  const cared: { model: string; from: number; to: number }[] = [];
  const until = (model: string, at: number): void => {
    for (const one of cared) if (one.model === model) one.to = Math.min(one.to, at);
  };
  let at = minute;
  for (const { model, wait, what } of steps) {
    at += wait * second;
    if (!down.has(model)) continue;
    if (what === 'end') {
      down.delete(model);
      until(model, at);
      notices.push(spell(model, 0, at)[1]!);
      continue;
    }
    until(model, at);
    if (what === 'take back') {
      notices.push(care('taken_back', model, at));
      continue;
    }
    const end = what === 'snooze' ? at + 2 * hour : Infinity;
    cared.push({ model, from: at, to: end });
    notices.push(care('acknowledged', model, at, end === Infinity ? {} : { until: end }));
  }
  return { notices, cared, down };
}

describe('whatever people do', () => {
  it('nothing that is acknowledged is repeated, and what is down and not acknowledged is, each hour', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { notices, cared, down } = lifeOf(steps);
        const policy = repeating({ perChannel: { count: 1_000, windowMs: hour } });
        const messages = told24h(notices, policy, start + 2 * day);
        const isCared = (model: string, at: number): boolean =>
          cared.some((one) => one.model === model && one.from + minute <= at && at < one.to);
        for (const { kind, at, members } of messages) {
          if (kind !== 'reminder') continue;
          for (const { model, ended } of members) {
            expect(ended).toBeNull();
            expect(isCared(model, at - start)).toBe(false);
          }
        }
        const last = (model: string): number =>
          messages.findLast(
            ({ kind, members }) => kind === 'reminder' && members.some((one) => one.model === model),
          )?.at ?? 0;
        for (const model of down) {
          const rests = isCared(model, 2 * day - 1);
          if (!rests) expect(last(model)).toBeGreaterThan(start + 2 * day - 2 * hour);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('an end is told of each model, once and in its thread, and each acknowledgement message names who cares', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { notices, down } = lifeOf(steps);
        const messages = told24h(notices, repeating(), start + 2 * day);
        const ends = messages.flatMap(({ members, thread }) =>
          members
            .filter(({ ended, isNews }) => ended !== null && isNews)
            .map(({ model }) => `${thread} ${model}`),
        );
        expect(new Set(ends).size).toBe(ends.length);
        expect(ends).toHaveLength(3 - down.size);
        for (const message of messages)
          if (message.kind === 'acknowledged') expect(titles([message])[0]).toContain('acknowledge');
      }),
      { numRuns: 30 },
    );
  });

  it('there is at most one message of acknowledgements in the time of two updates of a group', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { notices } = lifeOf(steps);
        const times = told24h(notices, policyOf(), start + 2 * day)
          .filter(({ kind }) => kind === 'acknowledged')
          .map(({ at }) => at);
        times.forEach((at, index) => {
          if (index > 0) expect(at - times[index - 1]!).toBeGreaterThanOrEqual(5 * minute);
        });
      }),
      { numRuns: 30 },
    );
  });
});
