import type { Settings } from '../config/settings.js';
import { deadlinesOf, deadlineText } from '../domain/deadline.js';
import { dayMs } from '../domain/period.js';

const warnedMs = 30 * dayMs;

/** What of the configuration ends within 30 days of `now`, or has ended. */
export function endWarnings({ models }: Pick<Settings, 'models'>, now: number): string[] {
  // Probes share the keys and the end of their model.
  const own = models.filter(({ probeOf }) => probeOf === undefined);
  return own.flatMap((model) =>
    deadlinesOf({ model, certificateExpiresAt: null, announced: null })
      .filter(({ at }) => at - now < warnedMs)
      .map((deadline) => `${model.id}: ${deadlineText(deadline, now)}`),
  );
}
