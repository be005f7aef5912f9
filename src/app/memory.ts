import { issueMessage } from '../config/read/issue-message.js';
import type { Epoch } from '../domain/epoch.js';
import { healthFrom, withPause, type Health } from '../domain/health.js';
import { newKeys, type Keys } from '../domain/keys.js';
import { subjectOf, type Model } from '../domain/model.js';
import type { Reason } from '../domain/reason.js';
import { noVersions, type Versions } from '../domain/version.js';
import { StoreError } from '../store/store-error.js';
import { storedMemorySchema } from '../wire/memory.js';

/** What the store keeps of a model between two runs of the daemon. */
export interface Memory extends Versions {
  readonly health: Health;
  readonly epochs: readonly [Epoch, ...Epoch[]];
  /** What is asked; results about another subject do not confirm each other. */
  readonly subject: string;
  /** Reason of the newest result that is not unknown. */
  readonly conclusive: Reason | null;
  /** Null where there are not several. */
  readonly keys: Keys | null;
  /** It was not checked when this was written: no slot of that time was missed. */
  readonly paused: boolean;
  /** An operator paused it; holds until an operator resumes it, across restarts and reloads. */
  readonly pausedByOperator: boolean;
}

/** A memory as some release stored it: what that release did not remember is absent. */
export interface StoredMemory extends Partial<Omit<Memory, 'health'>> {
  readonly health?: Partial<Health>;
}

/** The schema and the type say the same. */
function isStoredMemory(value: unknown): value is StoredMemory {
  return storedMemorySchema.safeParse(value).success;
}

/** Reads a memory, of the model `id` where that is known, as the store has it; null for none. Throws StoreError with the first member that is wrong. */
export function readMemory(stored: unknown, id?: string): StoredMemory | null {
  if (stored === null) return null;
  if (isStoredMemory(stored)) return stored;
  const [issue] = storedMemorySchema.safeParse(stored, { error: issueMessage }).error?.issues ?? [];
  const problem = `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not readable'}`.trim();
  const whose = id === undefined ? 'a model' : `the model "${id}"`;
  throw new StoreError('foreign', `the memory of ${whose} in the database cannot be read: ${problem}`);
}

/** The memory of a model that is followed from now on: what was not stored is as for a new model, first seen at `firstSeen`. */
export function memoryFrom(
  stored: StoredMemory | null,
  { model, epoch, firstSeen }: { model: Model; epoch: Epoch; firstSeen: number },
): Memory {
  const health = healthFrom(stored?.health, firstSeen);
  const count = model.endpoint.apiKeys.length;
  return {
    ...noVersions,
    epochs: [epoch],
    subject: subjectOf(model),
    conclusive: null,
    paused: false,
    pausedByOperator: false,
    ...stored,
    health: epoch.paused && stored === null ? withPause(health, firstSeen) : health,
    keys: stored?.keys?.healthy.length === count ? stored.keys : newKeys(count),
  };
}

/** The model in force: the configured one, paused where an operator paused it. */
export function modelInForce(configured: Model, { pausedByOperator }: Memory): Model {
  return pausedByOperator && !configured.pause ? { ...configured, pause: true } : configured;
}
