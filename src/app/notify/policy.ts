import { createHash } from 'node:crypto';
import { createCronCalendar } from '../../calendar/cron.js';
import { maintenanceWindows } from '../../calendar/maintenance.js';
import { modelMatcher } from '../../config/maintenance.js';
import type { NotificationSettings } from '../../config/notifications.js';
import type { Policy } from '../../domain/notify/policy.js';

/** The policy of a configuration. */
export function policyOf(settings: NotificationSettings): Policy {
  const { routes, group, limits, quiet, tell } = settings;
  const cron = createCronCalendar();
  const seen = new Map<string, { readonly at: number; readonly until: number | null }>();
  return {
    routes: routes.map(({ match: { models, ...match }, to, goesOn, repeatMs }) => ({
      match: { ...match, model: models === null ? null : modelMatcher({ models }) },
      ...{ to, goesOn, repeatMs },
    })),
    digest: createHash('sha256')
      .update(JSON.stringify([routes, tell]))
      .digest('hex')
      .slice(0, 16),
    groupBy: group.by,
    waitMs: group.waitMs,
    updateMs: group.updateMs,
    perChannel: limits.perChannel,
    perModel: limits.perModel,
    ...tell,
    quietUntil(what, now) {
      // A plan asks for each of its members.
      const known = seen.get(what);
      if (known?.at === now) return known.until;
      const rules = quiet.filter(({ except }) => !except.includes(what)).map(({ rule }) => rule);
      const [window] = maintenanceWindows(cron, rules, now, now + 1);
      const until = window?.to ?? null;
      seen.set(what, { at: now, until });
      return until;
    },
  };
}
