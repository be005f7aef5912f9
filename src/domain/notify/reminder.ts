import type { Moment } from './intake.js';
import type { Looks } from './looks.js';
import type { Group, Member } from './memory.js';

/** ms between looks for the end of a rest, which no notice tells. */
export const restLookMs = 10_000;

/** What of a group is to be repeated now, and when that was due (Unix ms); null for nothing. */
export function dueReminder(
  group: Group,
  { policy, now, isResting }: Moment,
  looks: Looks,
): { readonly repeated: readonly Member[]; readonly at: number } | null {
  if (group.flight !== null || group.lastAt === null || group.repeatMs === null) return null;
  const at = group.lastAt + group.repeatMs;
  if (at > now) {
    looks.at(at);
    return null;
  }
  const open = Object.values(group.members).filter(
    ({ ended, told, flapping, acknowledged }) =>
      ended === null && told > 0 && flapping === null && acknowledged === undefined,
  );
  if (open.length === 0) return null;
  // Nobody has to be reminded of what is known to be worked on.
  const awaited = open.filter(({ model }) => isResting?.(model) !== true);
  const repeated = awaited.filter(({ what }) => {
    const until = policy.quietUntil(what, now);
    if (until !== null) looks.at(until);
    return until === null;
  });
  if (repeated.length > 0) return { repeated, at };
  if (awaited.length < open.length) looks.at(now + restLookMs);
  return null;
}
