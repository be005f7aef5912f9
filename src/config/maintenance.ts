import type { WindowRule } from '../calendar/maintenance.js';
import { createZone } from '../calendar/zone.js';
import { longestPeriodMs } from '../domain/exclusion.js';
import { modelIdOf } from '../domain/probes.js';
import { isPlausible, parseIsoTime } from '../domain/time.js';
import type { Problem } from './read/problem.js';
import type { SettingsEntry } from './schema/schema.js';
import type { MaintenanceRule } from './settings.js';

/** Matches text against a pattern in which `*` stands for any characters; in linear time. */
function matcher(pattern: string): (text: string) => boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(head)) return false;
    let at = head.length;
    // The first match of each part leaves the most for those that follow.
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return text.length - tail.length >= at && text.endsWith(tail);
  };
}

/** Tests whether one of the rule's patterns covers a model id; one that covers a model covers its probes. */
export function modelMatcher({ models }: Pick<MaintenanceRule, 'models'>): (id: string) => boolean {
  const matchers = models.map(matcher);
  return (id) => {
    const model = modelIdOf(id);
    return matchers.some((matches) => matches(id) || (model !== id && matches(model)));
  };
}

type Entry = SettingsEntry['maintenance'][number];

interface ReadWindow {
  /** Null when there is a problem. */
  readonly found: WindowRule | null;
  /** Paths are relative to the rule. */
  readonly problems: readonly Problem[];
}

/** Reads a rule: recurring windows by `cron` and `duration`, or a single one by `from` and `to`. */
export function windowOf(rule: Entry): ReadWindow {
  if (rule.from !== undefined || rule.to !== undefined) return fixed(rule);
  const { cron, timezone, duration: durationMs } = rule;
  if (cron !== undefined && durationMs !== undefined)
    return { found: { kind: 'recurring', cron, timezone, durationMs }, problems: [] };
  const missing = (key: 'cron' | 'duration'): Problem[] =>
    rule[key] === undefined ? [{ path: [key], message: 'is required' }] : [];
  if (cron !== undefined || durationMs !== undefined)
    return { found: null, problems: [...missing('cron'), ...missing('duration')] };
  return {
    found: null,
    problems: [{ path: ['cron'], message: 'is required, or "from" and "to"' }, ...missing('duration')],
  };
}

function fixed(rule: Entry): ReadWindow {
  const problems: Problem[] = [];
  for (const key of ['cron', 'duration'] as const) {
    if (rule[key] !== undefined)
      problems.push({ path: [key], message: 'does not go with "from" and "to"', at: 'key' });
  }
  const timeOf = (key: 'from' | 'to'): number | null => {
    const text = rule[key];
    const time = text === undefined ? null : timeIn(rule.timezone, text);
    if (text === undefined) problems.push({ path: [key], message: 'is required' });
    else if (time === null)
      problems.push({
        path: [key],
        message: 'must be an ISO 8601 time in whole seconds from 2000 to 2100, such as 2026-12-01T22:00:00Z',
      });
    return time;
  };
  const from = timeOf('from');
  const to = timeOf('to');
  if (from !== null && to !== null) {
    if (to <= from) problems.push({ path: ['to'], message: 'must be after "from"' });
    if (to - from > longestPeriodMs)
      problems.push({ path: ['to'], message: 'must be at most 366 days after "from"' });
    if (problems.length === 0) return { found: { kind: 'fixed', from, to }, problems };
  }
  return { found: null, problems };
}

/**
 * Unix ms. A time without a zone is local time in `timezone`: its first occurrence, or the moment of the change that
 * skips it. Windows open at full seconds, so a fraction would leave a check at the start outside.
 */
function timeIn(timezone: string, text: string): number | null {
  const time = parseIsoTime(text, (local) =>
    isPlausible(local) ? createZone(timezone).instantOf(local) : local,
  );
  return time !== null && isPlausible(time) && time % 1_000 === 0 ? time : null;
}
