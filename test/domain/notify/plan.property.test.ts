import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import { simulate } from '../../../src/domain/notify/simulate.js';
import { hour, inOrder, minute, policyOf, second, spell, start } from './notices.js';

const day = 24 * hour;
const told = (notices: readonly Notice[], policy = policyOf(), until = start + 2 * day) =>
  simulate(inOrder(notices), { channel: 'team', policy, until });

const reasons = ['server_error', 'timeout', 'overloaded'] as const;

/** Lives of some models: alternating times up and down, of seconds to hours. */
const lives = fc.array(
  fc.record({
    reasons: fc.array(fc.constantFrom(...reasons), { minLength: 1, maxLength: 3 }),
    steps: fc.array(fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 60, max: 9_000 })), {
      minLength: 1,
      maxLength: 24,
    }),
  }),
  { minLength: 1, maxLength: 8 },
);

function noticesOf(
  all: readonly { reasons: readonly (typeof reasons)[number][]; steps: readonly number[] }[],
) {
  return inOrder(
    all.flatMap(({ reasons: some, steps }, model) => {
      const found: Notice[] = [];
      let at = 0;
      steps.forEach((step, index) => {
        const from = at;
        at += step * second;
        if (index % 2 === 0) return;
        const last = index === steps.length - 1;
        const reason = some[index % some.length] ?? 'timeout';
        found.push(...spell(`m${model}`, from, last ? null : at, { reason }));
      });
      return found;
    }),
  );
}

/** What a reader believes to be down after these messages. */
function believed(messages: readonly Message[]): Set<string> {
  const down = new Set<string>();
  for (const { members } of messages) {
    for (const { model, ended, isNews } of members) {
      if (!isNews) continue;
      if (ended === null) down.add(model);
      else down.delete(model);
    }
  }
  return down;
}

describe('a storm', () => {
  it('of 1,000 models that fail and are back within 5 minutes is at most 4 messages', () => {
    const models = Array.from({ length: 1_000 }, (_, index) => index);
    const storm = models.flatMap((index) =>
      spell(`m${index}`, (index % 60) * second, 4 * minute + (index % 60) * second, {
        reason: index % 2 === 0 ? 'timeout' : 'server_error',
      }),
    );
    const { messages } = told(storm);
    expect(messages.length).toBeLessThanOrEqual(4);
    expect(messages.map(({ kind }) => kind)).toEqual(['problem', 'problem', 'resolved', 'resolved']);
    expect(messages.slice(2).reduce((sum, { ended }) => sum + ended, 0)).toBe(1_000);
  });

  it('of one provider is one message and an update each five minutes', () => {
    const models = Array.from({ length: 1_000 }, (_, index) => index);
    const { messages } = told(models.flatMap((index) => spell(`m${index}`, index * 60, null)));
    expect(messages.map(({ kind, open }) => [kind, open])).toEqual([
      ['problem', 334],
      ['update', 1_000],
    ]);
  });
});

describe('a flapper', () => {
  it('that is down 1 of every 3 minutes for a day gets its messages, and the pair of flapping and settled', () => {
    const spells = Array.from({ length: 480 }, (_, index) => index * 3 * minute);
    const { messages, heldBack } = told(spells.flatMap((from) => spell('m', from, from + minute)));
    const pair = messages.flatMap(({ members }) => members.flatMap(({ flapping }) => flapping ?? []));
    expect(messages.length).toBeLessThanOrEqual(6 + 2);
    expect(pair).toEqual(['began', 'settled']);
    expect(messages.at(-1)?.kind).toBe('resolved');
    expect(heldBack.flapping).toBeGreaterThan(900);
  });

  it('that stays down is told as down when it has settled', () => {
    const spells = Array.from({ length: 20 }, (_, index) => index * 3 * minute);
    const all = spells.flatMap((from) => spell('m', from, from + minute));
    const { messages } = told([...all, ...spell('m', hour, null)]);
    const last = messages.at(-1)?.members[0];
    expect(last).toMatchObject({ model: 'm', ended: null, flapping: 'settled' });
  });
});

describe('whatever happens', () => {
  it('the reader knows in the end what is down', () => {
    fc.assert(
      fc.property(lives, (all) => {
        const notices = noticesOf(all);
        const down = new Set<string>();
        for (const { model, kind } of notices) {
          if (kind === 'began') down.add(model);
          else down.delete(model);
        }
        expect(believed(told(notices, policyOf(), start + 10 * day).messages)).toEqual(down);
      }),
      { numRuns: 120 },
    );
  });

  it('no window has more messages than the channel may have', () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 1, max: 4 }), (all, count) => {
        const windowMs = 10 * minute;
        const { messages } = told(
          noticesOf(all),
          policyOf({ perChannel: { count, windowMs } }),
          start + 10 * day,
        );
        for (const { at } of messages) {
          const within = messages.filter((other) => other.at > at - windowMs && other.at <= at);
          expect(within.length).toBeLessThanOrEqual(count);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('an end is told to who was told of the beginning, in the same thread', () => {
    fc.assert(
      fc.property(lives, (all) => {
        const { messages } = told(noticesOf(all), policyOf(), start + 10 * day);
        const threads = new Map<string, string[]>();
        for (const { thread, kind } of messages) threads.set(thread, [...(threads.get(thread) ?? []), kind]);
        for (const kinds of threads.values()) {
          if (kinds[0] === 'passed') expect(kinds).toEqual(['passed']);
          else expect(kinds[0]).toBe('problem');
          expect(kinds.slice(0, -1)).not.toContain('resolved');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('what is held back is counted in a message or still to come', () => {
    fc.assert(
      fc.property(lives, (all) => {
        const perChannel = { count: 1, windowMs: 30 * minute };
        const { messages, heldBack } = told(noticesOf(all), policyOf({ perChannel }), start + 10 * day);
        const said = messages.flatMap((message) => Object.values(message.heldBack));
        const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
        expect(sum(said)).toBe(sum(Object.values(heldBack)));
      }),
      { numRuns: 60 },
    );
  });
});
