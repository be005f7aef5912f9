import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReplyIdentity } from '../../../src/checker/verdict/answer.js';
import { missesChallenge } from '../../../src/checker/verdict/challenge-answer.js';
import { verdict, type Verdict } from '../../../src/checker/verdict/judge.js';
import { createReplays } from '../../../src/checker/verdict/replays.js';
import type { Challenge } from '../../../src/domain/challenge.js';
import type { Probe } from '../../../src/domain/model.js';
import { challengeAnswer } from '../../../src/simulator/challenge-answer.js';
import { modelAt } from '../model.js';

const now = Date.UTC(2026, 0, 5, 12);
const day = 86_400_000;
const identity: ReplyIdentity = { id: 'chatcmpl-8dOx5sdjB0yjHPE0X1mM', createdAt: now - 3_600_000 };

/** A memory of one model, whose seeds are drawn in this order. */
function memory(draw?: () => number, replays = createReplays(draw)) {
  const model = modelAt('http://a.test');
  return {
    next: (probe: Probe) => replays.next({ ...model, probe }),
    judge: (found: Verdict, challenge: Challenge | null, startedAt: number) =>
      replays.judge(model, found, challenge, startedAt),
  };
}

/** What is judged of this text as the answer to the challenge. */
function judged(text: string, challenge: Challenge | null, from?: ReplyIdentity): Verdict {
  const missed = challenge === null ? null : missesChallenge(text, challenge);
  return {
    ...verdict(missed === null ? 'ok' : 'unexpected_answer', missed?.detail ?? null),
    response: text,
    ...(from && { identity: from }),
  };
}

const right = ({ question }: Challenge): string => challengeAnswer(question) ?? '';
const identities = fc.record({
  id: fc.constantFrom('chatcmpl-8dOx5sdjB0yj', 'resp_68e2b4c1d0f0', 'x'.repeat(200)),
  createdAt: fc.integer({ min: now - 40 * day, max: now + 40 * day }),
});

describe('a fresh question', () => {
  it('is never one of the last ones, whatever is drawn', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 }), { minLength: 30, maxLength: 60 }), (draws) => {
        let at = 0;
        // Few seeds, until they are used up.
        const seen = memory(() => draws[(at += 1)] ?? at);
        let before = '';
        for (let check = 0; check < 10; check += 1) {
          const { question } = seen.next('chat');
          expect(question).not.toBe(before);
          before = question;
        }
      }),
    );
  });

  it('is fresh where it is answered rightly, though id and time never change', () => {
    fc.assert(
      fc.property(identities, fc.integer({ min: 2, max: 20 }), (same, checks) => {
        const seen = memory();
        for (let check = 0; check < checks; check += 1) {
          const challenge = seen.next('chat');
          const found = judged(right(challenge), challenge, same);
          expect(seen.judge(found, challenge, now)).toBe(found);
        }
      }),
    );
  });

  it('shows a cache where the answer fits an earlier one, whatever id it has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), fc.boolean(), (between, named) => {
        const seen = memory();
        const first = seen.next('chat');
        for (let check = 1; check < between; check += 1) {
          const challenge = seen.next('chat');
          seen.judge(judged(right(challenge), challenge), challenge, now);
        }
        const challenge = seen.next('chat');
        const found = judged(`It is ${right(first)}.`, challenge, named ? identity : undefined);
        expect(seen.judge(found, challenge, now)).toMatchObject({
          reason: 'cached_answer',
          detail: `the answer to an earlier question, "${first.question}"`,
          response: found.response,
        });
      }),
    );
  });

  it('shows a cache that gives the same answer for longer than questions are remembered', () => {
    let seed = 0;
    const seen = memory(() => (seed += 1));
    const text = right(seen.next('chat'));
    for (let check = 0; check < 60; check += 1) {
      const challenge = seen.next('chat');
      expect(seen.judge(judged(text, challenge), challenge, now).reason).toBe('cached_answer');
    }
  });

  it('is answered wrongly, not from a cache, by a text of neither', () => {
    const seen = memory();
    for (let check = 0; check < 20; check += 1) {
      const challenge = seen.next('chat');
      expect(seen.judge(judged('New Delhi', challenge), challenge, now).reason).toBe('unexpected_answer');
    }
  });

  it('shows a cache where a wrong answer has id and time of one before', () => {
    const seen = memory();
    const reasons = [0, 1, 2].map(() => {
      const challenge = seen.next('chat');
      return seen.judge(judged('New Delhi', challenge, identity), challenge, now).reason;
    });
    expect(reasons).toEqual(['unexpected_answer', 'cached_answer', 'cached_answer']);
  });
});

describe('a constant question', () => {
  const twice = (first: ReplyIdentity | undefined, second: ReplyIdentity | undefined, at = now) => {
    const seen = memory();
    seen.judge(judged('New Delhi', null, first), null, now - 60_000);
    return seen.judge(judged('New Delhi', null, second), null, at);
  };

  it('shows a cache by the id and the time of an earlier reply', () => {
    expect(twice(identity, identity)).toMatchObject({
      reason: 'cached_answer',
      detail: 'the reply chatcmpl-8dOx5sdjB0yjHPE0X1mM created at 2026-01-05T11:00:00Z came before',
    });
  });

  it.each([
    ['another id', identity, { ...identity, id: 'chatcmpl-9aaaaaaaaaaa' }],
    ['another time', identity, { ...identity, createdAt: identity.createdAt + 1_000 }],
    ['no id', identity, undefined],
    ['none before', undefined, identity],
    ['a time of now', { ...identity, createdAt: now }, { ...identity, createdAt: now }],
    ['a time ahead', { ...identity, createdAt: now + day }, { ...identity, createdAt: now + day }],
    [
      'a time of years ago',
      { ...identity, createdAt: now - 900 * day },
      { ...identity, createdAt: now - 900 * day },
    ],
  ])('shows none by %s', (_what, first, second) => {
    expect(twice(first, second).reason).toBe('ok');
  });

  it('shows caches that answer in turn', () => {
    const seen = memory();
    const other = { ...identity, id: 'chatcmpl-9aaaaaaaaaaa' };
    const reasons = [identity, other, identity, other].map(
      (from) => seen.judge(judged('New Delhi', null, from), null, now).reason,
    );
    expect(reasons).toEqual(['ok', 'ok', 'cached_answer', 'cached_answer']);
  });

  it('leaves a failure as it is', () => {
    const seen = memory();
    seen.judge(judged('New Delhi', null, identity), null, now);
    const failed: Verdict = { ...verdict('content_filtered', 'refused'), identity };
    expect(seen.judge(failed, null, now)).toBe(failed);
  });

  it('is remembered of one model alone', () => {
    const replays = createReplays();
    const [one, other] = [memory(undefined, replays), memory(undefined, replays)];
    one.judge(judged('New Delhi', null, identity), null, now);
    expect(other.judge(judged('New Delhi', null, identity), null, now).reason).toBe('ok');
  });
});
