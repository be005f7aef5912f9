import type { CheckResult } from '../domain/result.js';
import { HttpError } from '../http/http-error.js';
import type { Backend } from '../http/port.js';
import type { createUnrecordedAttempt } from './runner.js';
import type { Roster } from './roster.js';

/** Probes at one time; they wait for nobody, so that the registry's checks are not kept from their slots. */
const concurrency = 64;

/** Checks of models of the registry that somebody else schedules: they use up rate and budget and record nothing. */
export function createProbe(parts: {
  roster: Roster;
  attempt: ReturnType<typeof createUnrecordedAttempt>;
  /** Takes a place in the model's rate; false when none is left. */
  spend: (id: string) => boolean;
}): Backend['probe'] {
  const { roster, attempt, spend } = parts;
  let running = 0;

  return async (id, timeoutMs, signal): Promise<CheckResult | null> => {
    const tracked = roster.get(id);
    if (tracked === undefined) return null;
    const { view } = tracked;
    if (view.model.pause) throw new HttpError(409, 'paused', 'the model is paused');
    if (running >= concurrency)
      throw new HttpError(503, 'busy', `${concurrency} probes are running already; try again soon`);
    running += 1;
    try {
      const model = { ...view.model, timeoutMs: Math.floor(Math.min(view.model.timeoutMs, timeoutMs)) };
      return await attempt(tracked, { ...view, model }, !spend(id), signal);
    } finally {
      running -= 1;
    }
  };
}
