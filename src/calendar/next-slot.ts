import { minuteMs } from '../domain/period.js';
import { hashFraction, type Schedule } from '../domain/schedule.js';
import type { CronCalendar } from './cron.js';

type CronSchedule = Extract<Schedule, { kind: 'cron' }>;

const spreadShare = 0.1;
const mostSpreadMs = 10_000;

/** Slots in (after, upTo]; `first` and `last` are null when there are none. */
export interface SlotRange {
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
}

/**
 * The first slot after `after` in Unix ms. Interval: k * every + phase, where phase is the interval times the hash of
 * the id. Cron: a time of the expression plus the spread times that hash; null for a cron that never matches.
 */
export function nextSlot(cron: CronCalendar, schedule: Schedule, id: string, after: number): number | null {
  if (schedule.kind === 'cron') return nextOfCron(cron, schedule, id, after)?.slot ?? null;
  const phase = phaseOf(schedule.everyMs, id);
  return (Math.floor((after - phase) / schedule.everyMs) + 1) * schedule.everyMs + phase;
}

/** Counts slots without visiting each: a year of seconds takes a few hundred steps at most. */
export function slotsBetween(
  cron: CronCalendar,
  schedule: Schedule,
  id: string,
  after: number,
  upTo: number,
): SlotRange {
  if (schedule.kind === 'cron') return cronSlotsBetween(cron, schedule, id, after, upTo);
  const { everyMs } = schedule;
  const phase = phaseOf(everyMs, id);
  const before = Math.floor((after - phase) / everyMs);
  const count = Math.max(0, Math.floor((upTo - phase) / everyMs) - before);
  if (count === 0) return { count, first: null, last: null };
  return { count, first: (before + 1) * everyMs + phase, last: (before + count) * everyMs + phase };
}

/** Lengthens an interval to at least 60 s / rate; a cron is not changed. */
export function stretch(schedule: Schedule, ratePerMin: number | null): Schedule {
  if (schedule.kind === 'cron' || ratePerMin === null) return schedule;
  const everyMs = Math.max(schedule.everyMs, Math.ceil(minuteMs / ratePerMin));
  return everyMs === schedule.everyMs ? schedule : { kind: 'every', everyMs };
}

function phaseOf(everyMs: number, id: string): number {
  return Math.floor(hashFraction(id) * everyMs);
}

/** A slot and its cron time. */
interface CronSlot {
  readonly time: number;
  readonly slot: number;
}

function nextOfCron(cron: CronCalendar, schedule: CronSchedule, id: string, after: number): CronSlot | null {
  const share = hashFraction(id);
  let time = cron.next(schedule.expression, schedule.timezone, latestBefore(cron, schedule, share, after));
  while (time !== null) {
    const slot = cronSlot(cron, schedule, share, time);
    if (slot > after) return { time, slot };
    time = cron.next(schedule.expression, schedule.timezone, time);
  }
  return null;
}

/** The latest time known to have no slot after `after` at or before it; solves time + spread(time) = after. */
function latestBefore(cron: CronCalendar, schedule: CronSchedule, share: number, after: number): number {
  const furthest = after - mostDelay(schedule, share) - 1;
  if (schedule.spreadMs !== null) return furthest;
  const next = cron.next(schedule.expression, schedule.timezone, after) ?? Infinity;
  return Math.max(furthest, Math.floor((after - spreadShare * share * next) / (1 - spreadShare * share)) - 1);
}

/** The delay is always below the gap to the next time, so slots keep the order of their times. */
function cronSlot(cron: CronCalendar, schedule: CronSchedule, share: number, time: number): number {
  if (schedule.spreadMs !== null) return time + Math.floor(share * schedule.spreadMs);
  const gap = (cron.next(schedule.expression, schedule.timezone, time) ?? Infinity) - time;
  return time + Math.floor(share * Math.min(spreadShare * gap, mostSpreadMs));
}

function mostDelay(schedule: CronSchedule, share: number): number {
  return Math.floor(share * (schedule.spreadMs ?? mostSpreadMs));
}

function cronSlotsBetween(
  cron: CronCalendar,
  schedule: CronSchedule,
  id: string,
  after: number,
  upTo: number,
): SlotRange {
  const share = hashFraction(id);
  const limit = upTo - mostDelay(schedule, share);
  const first = nextOfCron(cron, schedule, id, after);
  let count = 0;
  let last: number | null = null;
  let time = first?.time ?? null;
  while (time !== null && cronSlot(cron, schedule, share, time) <= upTo) {
    const leap = cron.leap(schedule.expression, schedule.timezone, time, limit);
    count += leap.count;
    last = cronSlot(cron, schedule, share, leap.last);
    time = cron.next(schedule.expression, schedule.timezone, leap.last);
  }
  return { count, first: count > 0 && first ? first.slot : null, last };
}
