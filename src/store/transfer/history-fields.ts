import { isList, isObject, memberOf, parseJson } from '../../domain/json.js';
import type { Histogram } from '../../domain/histogram.js';
import { longestId, modelIdPattern } from '../../domain/model.js';
import { phaseNames } from '../../domain/result.js';
import type { Codes } from '../codes.js';
import { lastSpeedBucket, speedNames, type Speed } from '../../domain/speed.js';
import { tableOf } from '../../domain/table.js';
import { isPlausible } from '../../domain/time.js';
import { decodeLatencyInto, encodeLatency } from '../latency-blob.js';
import { decodeSpeed, encodeSpeed } from '../rows/speed-blob.js';

/** A value of a column. */
export type Stored = number | string | Uint8Array | null;

/** Conversion between a member of a history line and a column. */
export interface Field {
  /** Description of allowed values, for messages. */
  readonly allowed: string;
  /** True when the member is absent for a null column. */
  readonly optional: boolean;
  write(stored: Stored): unknown;
  /** Undefined for a value that is not allowed. */
  read(value: unknown): Stored | undefined;
}

function field(
  allowed: string,
  write: (stored: never) => unknown,
  read: (value: unknown) => Stored | undefined,
): Field {
  return { allowed, optional: false, write, read };
}

const same = <Value>(value: Value): Value => value;
/** The largest count: sums of many remain exact. */
const mostCount = 1e15;
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= mostCount;
const longestText = 65_536;

/** The same field, or absent. */
export function optional(inner: Field): Field {
  return {
    allowed: inner.allowed,
    optional: true,
    write: (stored) => (stored === null ? undefined : inner.write(stored)),
    read: (value) => (value === undefined ? null : inner.read(value)),
  };
}

/** A time in Unix ms from 2000 to 2100 that is a multiple of `unit` (ms). */
export function timeOn(unit: number, allowed: string): Field {
  return field(
    allowed,
    (ms: number) => new Date(ms).toISOString(),
    (value) => {
      if (typeof value !== 'string') return undefined;
      const ms = Date.parse(value);
      const whole = isPlausible(ms) && ms % unit === 0;
      return whole && new Date(ms).toISOString() === value ? ms : undefined;
    },
  );
}

export const time = timeOn(1, 'a time from 2000 to 2100 such as "2026-03-01T00:00:00.000Z"');

export const count = field(`a whole number from 0 to ${mostCount}`, same, (value) =>
  isCount(value) ? value : undefined,
);

export const flag = field(
  'true or false',
  (stored: number) => stored === 1,
  (value) => (typeof value === 'boolean' ? Number(value) : undefined),
);

export const text = field(`well-formed text of at most ${longestText} characters`, same, (value) =>
  typeof value === 'string' && value.length <= longestText && !/\p{Surrogate}/u.test(value)
    ? value
    : undefined,
);

/** The id of a model. */
export const name = field(
  `text of at most ${longestId} characters without spaces, slashes and control characters, and not . or ..`,
  same,
  (value) =>
    typeof value === 'string' && value.length <= longestId && modelIdPattern.test(value) ? value : undefined,
);

const oneOf = (words: readonly string[]): string => `one of ${words.join(', ')}`;

/** A word that is stored as it is. */
export function word(words: readonly string[]): Field {
  return field(oneOf(words), same, (value) =>
    typeof value === 'string' && words.includes(value) ? value : undefined,
  );
}

/** A word that is stored as its code. */
export function coded<Word extends string>(words: readonly Word[], codes: Codes<Word>): Field {
  return field(oneOf(words), codes.toWord, (value) => {
    const known = words.find((each) => each === value);
    return known && codes.toCode(known);
  });
}

/** JSON that the daemon keeps for itself. */
export const object = field(
  'an object',
  (stored: string) => parseJson(stored),
  (value) => (isObject(value) ? JSON.stringify(value) : undefined),
);

/** The same, with these members. */
export const objectWith = (allowed: string, names: readonly string[]): Field => ({
  ...object,
  allowed,
  read: (value) =>
    isObject(value) && names.every((name) => Object.hasOwn(value, name)) ? object.read(value) : undefined,
});

/** Digests of API keys tell something only with the secret of the database, which is in no export either. */
function withoutDigests(memory: unknown): unknown {
  const keys = memberOf(memory, 'keys');
  return isObject(memory) && isObject(keys) ? { ...memory, keys: { ...keys, digests: undefined } } : memory;
}

/** The daemon's memory of a model. */
export const memory = field(
  'an object',
  (stored: string) => withoutDigests(parseJson(stored)),
  (value) => (isObject(value) ? JSON.stringify(value) : undefined),
);

export const phases = field(
  `an object of ms by phase (${phaseNames.join(', ')})`,
  (stored: string) => parseJson(stored),
  (value) => {
    if (!isObject(value)) return undefined;
    const known = Object.entries(value).every(
      ([phase, ms]) =>
        phaseNames.some((each) => each === phase) && typeof ms === 'number' && ms >= 0 && ms <= mostCount,
    );
    return known ? JSON.stringify(value) : undefined;
  },
);

const histogramTo = (lastBucket: number): Field =>
  field(
    `pairs of a bucket (0 to ${lastBucket}, rising) and its count (from 1 on)`,
    (stored: Uint8Array) => {
      const histogram: Histogram = new Map();
      decodeLatencyInto(histogram, stored);
      return [...histogram];
    },
    (value) => {
      if (!isList(value) || value.length === 0) return undefined;
      const histogram: Histogram = new Map();
      let previous = -1;
      for (const pair of value) {
        if (!isList(pair) || pair.length !== 2) return undefined;
        const [bucket, observed] = pair;
        if (!isCount(bucket) || bucket <= previous || bucket > lastBucket) return undefined;
        if (!isCount(observed) || observed === 0) return undefined;
        histogram.set(bucket, observed);
        previous = bucket;
      }
      const blob = encodeLatency(histogram);
      return blob && Uint8Array.from(blob);
    },
  );

/** Durations. */
export const latency = histogramTo(255);
/** First tokens, throughputs and gaps. */
export const speeds = histogramTo(lastSpeedBucket);

const membersOfSpeed = {
  firstTextMs: 'first_text_ms',
  firstReasoningMs: 'first_reasoning_ms',
  contentMs: 'content_ms',
  gapMs: 'gap_ms',
} as const;

/** How a streamed answer came. */
export const speed = field(
  `an object of ms by name (${Object.values(membersOfSpeed).join(', ')})`,
  (stored: Uint8Array) => {
    const told = decodeSpeed(stored);
    const measured = speedNames.filter((name) => told[name] !== null);
    return Object.fromEntries(measured.map((name) => [membersOfSpeed[name], told[name]]));
  },
  (value) => {
    if (!isObject(value)) return undefined;
    const members = tableOf(speedNames, (name) => value[membersOfSpeed[name]] ?? null);
    const known = speedNames.every((name) => members[name] === null || isCount(members[name]));
    const strange = Object.keys(value).length > speedNames.filter((name) => members[name] !== null).length;
    // Each is a count or null, as was just seen.
    return known && !strange ? encodeSpeed(members as unknown as Speed) : undefined;
  },
);
