import * as z from 'zod';
import { blames, outcomes, reasons, stateReasons } from '../domain/reason.js';
import { checkKinds } from '../domain/result.js';
import { speedNames } from '../domain/speed.js';
import { tableOf } from '../domain/table.js';
import { earliestTime, latestTime } from '../domain/time.js';
import { states } from '../domain/state.js';

/*
 * Memory that the daemon keeps of a model, in the form of an exported history. The schema requires only what the daemon
 * needs to work with it; times in Unix ms.
 */

const mostCount = 1e15;
const time = z
  .int('must be a time in ms')
  .min(earliestTime, 'must be a time from 2000 on')
  .max(latestTime, 'must be a time before 2100');
const count = z.int().min(0).max(mostCount);
/** A duration in ms, or a time plus such a duration. */
const ms = z.number().min(0).max(mostCount);
const text = z
  .string()
  .max(65_536)
  .refine((value) => !/\p{Surrogate}/u.test(value), 'must be well-formed text');
const outcome = z.enum(outcomes);
const reason = z.enum(reasons);
const stateReason = z.enum(stateReasons);
const state = z.enum(states);
const point = z.looseObject({ from: time, state, reason: stateReason.nullable() });
const said = z.array(z.looseObject({ from: time, state }));

const schedule = z.union(
  [
    z.looseObject({ kind: z.literal('every'), everyMs: z.int().min(1).max(mostCount) }),
    z.looseObject({
      kind: z.literal('cron'),
      expression: z.string(),
      timezone: z.string(),
      spreadMs: ms.nullable(),
    }),
  ],
  'must be a schedule with its kind, every or cron',
);

/** Settings of an epoch. */
export const epochSchema = z.looseObject({
  from: time,
  schedule,
  newRun: z.boolean(),
  paused: z.literal(true).optional(),
  reducer: count.optional(),
  timeoutMs: ms,
  loadingGraceMs: ms,
  failures: count,
  successes: count,
});

const health = z.looseObject({
  firstSeen: time,
  belief: z.enum(['none', 'up', 'down']),
  run: z
    .looseObject({
      kind: z.enum(['success', 'failure']),
      count,
      from: time,
      reason,
      detail: text.nullish(),
      validUntil: ms,
      points: z.array(point),
      said,
    })
    .nullable(),
  unknowns: z
    .looseObject({ count, from: time, reason, validUntil: ms, points: z.array(point), said })
    .nullish(),
  lastSuccess: z.looseObject({ outcome, reason }).nullable(),
  validUntil: ms,
  settled: time,
  state,
  since: time,
  reason: stateReason.nullable(),
  windows: z.array(z.looseObject({ from: time, to: time })),
  gaps: z.array(time),
  pauses: z.array(z.looseObject({ from: time, to: time.nullable() })).optional(),
  newRunsAt: z.array(time),
  incident: z
    .looseObject({
      openedAt: time,
      closedAt: time.nullable(),
      reason,
      blame: z.enum(blames).nullable(),
      checksFailed: count,
      lastDetail: text.nullable(),
    })
    .nullable(),
  rateLimited: z.looseObject({ count, validUntil: ms }).nullable(),
  loading: z.looseObject({ since: time, validUntil: ms }).nullable(),
});

const warned = z.looseObject({
  keys: z.array(z.looseObject({ position: count, since: time, count, reason, told: z.boolean() })),
  budget: z.looseObject({ day: count, share: z.number() }).nullable(),
  month: z.looseObject({ month: count, share: z.number() }).nullish(),
  objective: z.array(z.looseObject({ share: z.number(), at: time })),
});

const limit = z.looseObject({
  limit: z.number().positive().max(mostCount),
  remaining: z.number().min(0).max(mostCount),
  resetAt: time.nullable(),
  until: time,
});

/** Absent in a history of an earlier release. */
const told = {
  certificateExpiresAt: time.nullish(),
  headroom: z.looseObject({ requests: limit.optional(), tokens: limit.optional() }).optional(),
  rateLimitRemaining: z.looseObject({ requests: count.optional(), tokens: count.optional() }).optional(),
};

/** Absent in a history of an earlier release. */
const odd = {
  announced: z
    .looseObject({
      deprecated: z.looseObject({ since: time.nullable() }).nullable(),
      sunsetAt: time.nullable(),
    })
    .nullish(),
  sightings: z
    .array(
      z.looseObject({
        kind: z.enum(['dead_address_family', 'slow_lookup']),
        since: time,
        seen: count,
        missed: count,
        family: z.union([z.literal(4), z.literal(6)]).nullable(),
        host: text.nullable(),
        ms,
      }),
    )
    .optional(),
};

/** State of a model, and the settings it was derived with. Members that an earlier release did not keep may be absent. */
export const memorySchema = z.looseObject({
  health,
  epochs: z.array(epochSchema).min(1, 'must not be empty'),
  subject: text.optional(),
  conclusive: reason.nullish(),
  keys: z
    .looseObject({
      healthy: z.array(z.boolean().nullable()),
      last: z.int().min(-1).max(mostCount),
      digests: z.array(text).optional(),
    })
    .nullish(),
  paused: z.boolean().optional(),
  pausedByOperator: z.boolean().optional(),
  breaks: z.array(z.looseObject({ from: time, to: time })).optional(),
  spent: z.looseObject({ day: count, tokens: count }).nullish(),
  cost: z.looseObject({ currency: text, nanos: count }).nullish(),
  spentMonth: z.looseObject({ month: count, nanos: count }).nullish(),
  responseModel: text.nullish(),
  fingerprints: z.array(text).optional(),
  vectors: z.looseObject({ of: text, sketches: z.array(text) }).optional(),
  warned: warned.optional(),
  ...odd,
  ...told,
});

/** The same as read from the daemon's own database, where an earlier release may have left out members of `health`, too. */
export const storedMemorySchema = memorySchema.extend({ health: health.partial() }).partial();

const number = count.nullable();

/** The newest result of a model. */
export const latestSchema = z.looseObject({
  slot: time,
  kind: z.enum(checkKinds),
  maintenance: z.boolean(),
  startedAt: ms,
  durationMs: ms.nullable(),
  firstTokenMs: ms.nullable(),
  outcome,
  reason,
  detail: text.nullable(),
  httpStatus: number,
  phases: z.record(z.string(), ms),
  costNanos: count.nullish(),
  usage: z.looseObject({ inputTokens: count, outputTokens: count }).nullable(),
  response: text.nullable(),
  responseModel: text.nullable(),
  keyIndex: number,
  stalled: z.literal(true).optional(),
  speed: z.looseObject(tableOf(speedNames, () => ms.nullable())).optional(),
  ...told,
});
