import type { Calendar } from '../calendar/calendar.js';
import type { Model } from '../domain/model.js';
import type { Blame } from '../domain/reason.js';
import { dayMs } from '../domain/period.js';

/** A series that other rules read. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** A rule that fires while its expression has a result. */
export interface AlertRule {
  /** `model` and `incident`, that of a model, where the series of the expression carry the label `model`. */
  readonly about: 'model' | 'incident' | 'monitor';
  readonly alert: string;
  readonly expr: string;
  /** How long the expression must hold, as Prometheus writes durations. */
  readonly for?: string;
  readonly labels: {
    readonly severity: 'critical' | 'warning' | 'info' | 'none';
    /** Left out where the series of the expression bring it. */
    readonly blame?: Blame;
    readonly window?: string;
  };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly detail?: string;
    readonly since?: string;
    readonly vendors?: string;
  };
}

/** Rules that Prometheus evaluates in order, so that an alert may read what the group has just recorded. */
export interface RuleGroup {
  readonly name: string;
  /** Left out for Prometheus' own `evaluation_interval`. */
  readonly interval?: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

/** Labels of the instance that exposes a series. Alerts on models have none of them: a model moves from one instance to another. */
const instanceLabels = ['instance', 'pod'];

/** The greatest value that any instance has of each series of `expr`, also without the labels `dropped`. */
export function anyInstance(expr: string, ...dropped: string[]): string {
  return `max without (${[...instanceLabels, ...dropped].join(', ')}) (${expr})`;
}

/** Time over which values are carried: one or two missed scrapes, or the time until another instance has a model. */
const carried = '2m';

/**
 * The value of `selector` over one or two missed scrapes: a failed scrape ends every series at once, and would end the
 * alert. Short enough that a removed model soon drops out.
 */
export function bridged(selector: string): string {
  return `last_over_time(${selector}[${carried}])`;
}

/**
 * The value of `selector` at the instance that has the model now. While none has it, as in a missed scrape or after the death of an
 * instance, the last one of up to two minutes: an instance that has given the model away is not asked for longer than that.
 */
export function newest(selector: string, ...dropped: string[]): string {
  return newestOver(carried, selector, ...dropped);
}

/** As `newest`, with values of up to `span`. */
export function newestOver(span: string, selector: string, ...dropped: string[]): string {
  return `(${anyInstance(selector, ...dropped)} or ${anyInstance(`last_over_time(${selector}[${span}])`, ...dropped)})`;
}

/** True when a check ended after the present state began, so that more than one result confirms the state. */
export const checkedSinceItBegan = `${newest('modelpulse_last_check_timestamp_seconds')} > ${newest('modelpulse_state_since_timestamp_seconds')}`;

/** A matcher for the models of these ids, or for all others. */
export function modelMatcher(operator: '=~' | '!~', ids: readonly string[]): string {
  const pattern = ids.map((id) => id.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  return `model${operator}${JSON.stringify(pattern)}`;
}

/** A month that begins on a Monday. */
const month = { from: Date.UTC(2024, 0, 1) - 1, days: 31 };

/** ms from one check of the model to the next, for a cron the mean of a month; null when it is never checked. */
export function checkIntervalMs({ pause, schedule, id }: Model, calendar: Calendar): number | null {
  if (pause) return null;
  if (schedule.kind === 'every') return schedule.everyMs;
  const { count } = calendar.slotsBetween(schedule, id, month.from, month.from + month.days * dayMs);
  return count === 0 ? null : Math.round((month.days * dayMs) / count);
}
