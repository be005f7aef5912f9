import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { keyFor, keysAfter, type Keys } from '../domain/keys.js';
import type { Model } from '../domain/model.js';
import { awaitsMore, recheckAt } from '../domain/health.js';
import type { RecordedResult } from '../domain/result.js';
import type { Job } from '../scheduler/port.js';
import { adjusted } from './adjustments.js';
import type { Attempt } from './attempt.js';
import type { Recorder } from './recorder.js';
import { note, type Tracked } from './tracked.js';

/** Health of the keys used by a check; null when the key was replaced while it ran, or for fewer than two keys. */
function keysUsed({ memory, view }: Tracked, asked: Model, keyIndex: number | null): Keys | null {
  if (keyIndex === null) return null;
  const same = view.model.endpoint.apiKeys[keyIndex] === asked.endpoint.apiKeys[keyIndex];
  return same ? memory.keys : null;
}

/** Runs a job from start to recorded result, and schedules a recheck when the result needs confirmation. */
export function createRunner(parts: {
  attempt: Attempt;
  clock: Clock;
  recorder: Recorder;
  tracked: (id: string) => Tracked | undefined;
  recheck: (id: string, at: number) => void;
  log: Logger;
}) {
  const { attempt, clock, recorder, log } = parts;

  /** Models with a logged failure; each is logged once, since a defect recurs at every slot. */
  const logged = new WeakSet<Tracked>();
  const logOnce = (tracked: Tracked, err: unknown): void => {
    if (logged.has(tracked)) return;
    logged.add(tracked);
    log.error(
      { model: tracked.view.model.id, err },
      'check failed with an internal error; other checks continue',
    );
  };

  return async (job: Job, signal: AbortSignal, hasResult: (unconfirmed: boolean) => void): Promise<void> => {
    const tracked = parts.tracked(job.id);
    if (tracked === undefined) return;
    // Aborted checks are counted by the scheduler, and removed models are not recorded.
    const current = (): boolean => !signal.aborted && parts.tracked(job.id) === tracked;
    let recording: Promise<RecordedResult> | null = null;
    try {
      const { view } = tracked;
      const { model } = view;
      const { keys } = tracked.memory;
      const key = keys === null ? undefined : keyFor(keys, job.kind === 'recheck');
      const { found, circumstances } = await attempt(tracked, job.overRate, signal, { key });
      if (!current()) return;
      const endedAt = clock.wall();
      const used = keysUsed(tracked, model, found.keyIndex);
      const result = adjusted(found, { ...circumstances, keys: used });
      if (used !== null) note(tracked, { keys: keysAfter(used, adjusted(found, circumstances)) });
      recording = recorder.record(tracked, result, job.slot, job.kind);
      hasResult(awaitsMore(tracked.memory.health));
      const recorded = await recording;
      const at = recheckAt(tracked.memory.health, recorded, endedAt, model.confirm.recheckAfterMs);
      if (at !== null) parts.recheck(job.id, at);
    } catch (error) {
      logOnce(tracked, error);
      if (recording !== null || job.kind !== 'scheduled' || !current()) return;
      // Counts like an aborted check: started, without a result.
      recorder.miss(tracked, { lastSlot: job.slot, unwatched: null }, 'stopped', 1);
    }
  };
}
