import { issueMessage } from '../config/read/issue-message.js';
import type { Announced } from '../domain/announced.js';
import type { DayTokens } from '../domain/budget.js';
import type { Cost, MonthCost } from '../domain/cost.js';
import type { Epoch } from '../domain/epoch.js';
import { healthFrom, withPause, type Health } from '../domain/health.js';
import { addBounded } from '../domain/intervals.js';
import { newKeys, type Keys } from '../domain/keys.js';
import type { Sighting } from '../domain/model-note.js';
import type { Model } from '../domain/model.js';
import { nothingWarned, type Warned } from '../domain/notify/warned.js';
import { hourMs } from '../domain/period.js';
import type { Reason } from '../domain/reason.js';
import type { Interval } from '../domain/state.js';
import { nothingTold, withTold, type Told } from '../domain/told.js';
import { noVersions, type Versions } from '../domain/version.js';
import type { StoredModel } from '../store/port.js';
import { StoreError } from '../store/store-error.js';
import { storedMemorySchema } from '../wire/memory.js';
import { storedSubjectOf } from './stored-subject.js';

/** State of a model that the store keeps between two runs of the daemon. */
export interface Memory extends Versions, Told {
  readonly health: Health;
  readonly epochs: readonly [Epoch, ...Epoch[]];
  /** Identity of what is checked; results on different subjects do not confirm each other. */
  readonly subject: string;
  /** Reason of the newest result that is not unknown. */
  readonly conclusive: Reason | null;
  /** Null for fewer than two keys. */
  readonly keys: Keys | null;
  /** True when the model was paused at the last write; slots since then were not missed. */
  readonly paused: boolean;
  /** True from when an operator pauses the model until one resumes it, across restarts and reloads. */
  readonly pausedByOperator: boolean;
  /** Times that cannot be replayed: results were dropped or refused, or an imported history ends. */
  readonly breaks: readonly Interval[];
  /** What was counted for the token budget, estimates included, which no stored result has; null before the first check under a budget. */
  readonly spent: DayTokens | null;
  /** What recorded checks have cost; null before the first cost that is known. Its currency is that of all stored costs. */
  readonly cost: Cost | null;
  /** What was counted for the budget of the month, estimates included; null before the first check under one. */
  readonly spentMonth: MonthCost | null;
  readonly warned: Warned;
  readonly announced: Announced | null;
  /** What is odd about the newest checks. */
  readonly sightings: readonly Sighting[];
}

/** The part of a memory that is of the replies of the present subject alone. */
export const nothingOdd: Pick<Memory, 'announced' | 'sightings'> = { announced: null, sightings: [] };

const mostBreaks = 16;

/** Adds a break; those within an hour of each other become one, and so do the oldest ones if there are too many. */
export function withBreak(breaks: Memory['breaks'], added: Interval): Memory['breaks'] {
  return addBounded(breaks, [added], { nearMs: hourMs, most: mostBreaks });
}

/** A stored memory; members that an earlier release did not store are absent. */
export interface StoredMemory extends Partial<Omit<Memory, 'health'>> {
  readonly health?: Partial<Health>;
}

/** Type guard: the schema describes the type. */
function isStoredMemory(value: unknown): value is StoredMemory {
  return storedMemorySchema.safeParse(value).success;
}

/** Validates a stored memory, of model `id` if known; null for none. Throws StoreError that names the first invalid member. */
export function readMemory(stored: unknown, id?: string): StoredMemory | null {
  if (stored === null) return null;
  if (isStoredMemory(stored)) return stored;
  const [issue] = storedMemorySchema.safeParse(stored, { error: issueMessage }).error?.issues ?? [];
  const problem = `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not readable'}`.trim();
  const whose = id === undefined ? 'a model' : `the model "${id}"`;
  throw new StoreError('foreign', `the memory of ${whose} in the database cannot be read: ${problem}`);
}

/** Initial memory of a model; absent members get the values of its newest result, or of a new model, first seen at `firstSeen`. */
export function memoryFrom(
  stored: StoredMemory | null,
  {
    model,
    epoch,
    firstSeen,
    latest,
  }: { model: Model; epoch: Epoch } & Pick<StoredModel, 'firstSeen' | 'latest'>,
): Memory {
  const health = healthFrom(stored?.health, firstSeen);
  const count = model.endpoint.apiKeys.length;
  return {
    ...noVersions,
    ...withTold(nothingTold, latest ?? {}),
    epochs: [epoch],
    subject: storedSubjectOf(model),
    conclusive: null,
    paused: false,
    pausedByOperator: false,
    breaks: [],
    spent: null,
    ...{ cost: null, spentMonth: null },
    warned: nothingWarned,
    ...nothingOdd,
    ...stored,
    health: epoch.paused && stored === null ? withPause(health, firstSeen) : health,
    keys: stored?.keys?.healthy.length === count ? stored.keys : newKeys(count),
  };
}

/** The effective model: the configured one, paused if an operator paused it. */
export function modelInForce(configured: Model, { pausedByOperator }: Memory): Model {
  return pausedByOperator && !configured.pause ? { ...configured, pause: true } : configured;
}
