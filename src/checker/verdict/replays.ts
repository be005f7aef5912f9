import { randomInt } from 'node:crypto';
import { challengeOf, type Challenge } from '../../domain/challenge.js';
import { dayMs } from '../../domain/period.js';
import type { Endpoint, Model, Probe } from '../../domain/model.js';
import type { ReplyIdentity } from './answer.js';
import { answersChallenge } from './challenge-answer.js';
import type { Verdict } from './judge.js';

/** Earlier challenges of a model that an answer is compared with. */
const mostChallenges = 16;
/** Earlier replies: gateways with caches of their own may answer in turn. */
const mostReplies = 3;
/** Age from which a creation time shows a replay: below it, two replies may share a second. */
const leastAgeMs = 10_000;
/** Age up to which it does: no gateway keeps an answer for longer, and servers that write always the same time write an old one. */
const mostAgeMs = 31 * dayMs;

/** The last challenges and replies of one model. */
interface Seen {
  /** Seeds of challenges, which take the least memory. */
  readonly seeds: number[];
  readonly replies: ReplyIdentity[];
}

type Asking = Pick<Model, 'endpoint' | 'probe'>;

const sameReply = (one: ReplyIdentity, other: ReplyIdentity): boolean =>
  one.id === other.id && one.createdAt === other.createdAt;

/**
 * An earlier question that this text answers; null for none. What the present question names is no sign of another one. It becomes the
 * newest one that is remembered: a cache may give the same answer for long.
 */
function earlierIn(text: string, present: Challenge, { seeds }: Seen, probe: Probe): string | null {
  const named = present.question.toLowerCase();
  for (const [index, seed] of seeds.entries()) {
    const { answer, ...earlier } = challengeOf(seed, probe);
    if (named.includes(answer) || !answersChallenge(text, { answer, ...earlier })) continue;
    seeds.splice(index, 1);
    seeds.push(seed);
    return earlier.question;
  }
  return null;
}

/** The reply of before that this one repeats, in words; null for none. */
function replayed(identity: ReplyIdentity | undefined, { replies }: Seen, startedAt: number): string | null {
  if (identity === undefined) return null;
  const age = startedAt - identity.createdAt;
  const isOfPast = age >= leastAgeMs && age <= mostAgeMs;
  if (!isOfPast || !replies.some((reply) => sameReply(reply, identity))) return null;
  const created = new Date(identity.createdAt).toISOString().replace('.000Z', 'Z');
  return `the reply ${identity.id.slice(0, 100)} created at ${created} came before`;
}

function remember({ replies }: Seen, identity: ReplyIdentity | undefined): void {
  if (identity === undefined || replies.some((reply) => sameReply(reply, identity))) return;
  replies.push(identity);
  if (replies.length > mostReplies) replies.shift();
}

/**
 * Finds answers that come from a cache. Remembers the last challenges and replies of each model in memory, as long as its endpoint, which
 * copies of a model share, is configured: it begins anew with a start.
 */
export function createReplays(draw: () => number = () => randomInt(2 ** 32)) {
  const known = new WeakMap<Endpoint, Seen>();

  function seenOf({ endpoint }: Asking): Seen {
    const seen = known.get(endpoint) ?? { seeds: [], replies: [] };
    known.set(endpoint, seen);
    return seen;
  }

  return {
    /** A challenge that is none of the last ones of the model. */
    next(model: Asking): Challenge {
      const { seeds } = seenOf(model);
      const { probe } = model;
      const answers = new Set(seeds.map((seed) => challengeOf(seed, probe).answer));
      let seed = draw();
      // Two seeds may have one question.
      for (let tries = 0; tries < 100 && answers.has(challengeOf(seed, probe).answer); tries += 1)
        seed = draw();
      seeds.push(seed);
      if (seeds.length > mostChallenges) seeds.shift();
      return challengeOf(seed, probe);
    },

    /** The verdict, which is `cached_answer` if the answer is one of before. `startedAt` is the start of the request in Unix ms. */
    judge(model: Asking, found: Verdict, challenge: Challenge | null, startedAt: number): Verdict {
      const { reason, response, identity } = found;
      const seen = seenOf(model);
      // A right answer to a fresh question is fresh, whatever its id.
      const isDoubtful = reason === 'unexpected_answer' || (challenge === null && reason === 'ok');
      const before = isDoubtful ? replayed(identity, seen, startedAt) : null;
      remember(seen, identity);
      if (!isDoubtful) return found;
      const earlier =
        challenge === null || response === null ? null : earlierIn(response, challenge, seen, model.probe);
      const detail = earlier === null ? before : `the answer to an earlier question, "${earlier}"`;
      return detail === null ? found : { ...found, reason: 'cached_answer', detail };
    },
  };
}
