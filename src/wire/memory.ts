import { z } from 'zod';
import { blames, outcomes, reasons } from '../domain/reason.js';
import { checkKinds } from '../domain/result.js';
import { states } from '../domain/state.js';

/*
 * What the daemon keeps of a model for itself, as an exported history has it. It is asked no more than that the daemon
 * can work with it; times in Unix ms.
 */

const time = z.int('must be a time in ms');
const count = z.int().min(0);
const outcome = z.enum(outcomes);
const reason = z.enum(reasons);
const state = z.enum(states);

const schedule = z.union(
  [
    z.looseObject({ kind: z.literal('every'), everyMs: z.int().min(1) }),
    z.looseObject({
      kind: z.literal('cron'),
      expression: z.string(),
      timezone: z.string(),
      spreadMs: z.number().nullable(),
    }),
  ],
  'must be a schedule with its kind, every or cron',
);

const epoch = z.looseObject({
  from: time,
  schedule,
  newRun: z.boolean(),
  timeoutMs: z.number(),
  loadingGraceMs: z.number(),
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
      validUntil: z.number(),
      points: z.array(z.looseObject({ from: time, state, reason: reason.nullable() })),
      said: z.array(z.looseObject({ from: time, state })),
    })
    .nullable(),
  lastSuccess: z.looseObject({ outcome, reason }).nullable(),
  validUntil: time,
  settled: time,
  state,
  since: time,
  reason: reason.nullable(),
  windows: z.array(z.looseObject({ from: time, to: time })),
  gaps: z.array(time),
  newRunsAt: z.array(time),
  incident: z
    .looseObject({
      openedAt: time,
      closedAt: time.nullable(),
      reason,
      blame: z.enum(blames).nullable(),
      checksFailed: count,
      lastDetail: z.string().nullable(),
    })
    .nullable(),
  rateLimited: z.looseObject({ count, validUntil: z.number() }).nullable(),
  loading: z.looseObject({ since: time, validUntil: z.number() }).nullable(),
});

/** What is believed of a model, and by which rules. What an earlier release did not remember may be absent. */
export const memorySchema = z.looseObject({
  health,
  epochs: z.array(epoch).min(1, 'must not be empty'),
  subject: z.string().optional(),
  conclusive: reason.nullish(),
  keys: z.looseObject({ healthy: z.array(z.boolean().nullable()), last: z.int() }).nullish(),
  paused: z.boolean().optional(),
  responseModel: z.string().nullish(),
  fingerprints: z.array(z.string()).optional(),
});

const text = z.string().nullable();
const number = z.number().nullable();

/** The newest result of a model. */
export const latestSchema = z.looseObject({
  slot: time,
  kind: z.enum(checkKinds),
  maintenance: z.boolean(),
  startedAt: z.number(),
  durationMs: number,
  firstTokenMs: number,
  outcome,
  reason,
  detail: text,
  httpStatus: number,
  phases: z.record(z.string(), z.number()),
  usage: z.looseObject({ inputTokens: count, outputTokens: count }).nullable(),
  response: text,
  responseModel: text,
  keyIndex: number,
  stalled: z.literal(true).optional(),
});
