import type { Calendar } from '../calendar/calendar.js';
import { hashFraction } from '../domain/schedule.js';
import type { Plan } from './port.js';

const firstCheckMs = 10_000;
/** Limits the load of first checks: with thousands of models the first wave takes longer. */
const firstChecksPerSecond = 200;

/** Least ms between a first check and the next slot, so that it normally ends before. */
const calmMs = 2_000;

/** ms over which the first checks of `count` models are spread. */
export function firstWaveMs(count: number): number {
  return Math.max(firstCheckMs, (count / firstChecksPerSecond) * 1_000);
}

/** When a model's next slot is due. */
export interface Due {
  /** Unix ms; Infinity for never. */
  readonly at: number;
  /** True for times of the schedule; false for first checks and times moved by a clock set back. */
  readonly regular: boolean;
}

/** Slots that ended without a check. */
export interface Lost {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** True when the newest results expire before the slot `next`. */
export function needsFirstCheck({ validUntil }: Plan, next: number): boolean {
  return next > validUntil;
}

/** Due time of a first check, after `room` (Unix ms at which the rate has room); the slot `next` itself if it is soon. */
export function firstCheck(
  calendar: Calendar,
  { id, schedule }: Plan,
  next: number,
  room: number,
  waveMs: number,
): Due {
  const interval = next === Infinity ? Infinity : calendar.intervalAt(schedule, id, next);
  const soon = room + Math.floor(hashFraction(id) * Math.min(interval, waveMs));
  const at = Math.min(soon, next - calmMs);
  return at < room ? { at: next, regular: true } : { at, regular: false };
}

/**
 * Takes the slot that is due at `now`. When several have passed, the newest is served and the others are lost. The slot
 * after an irregular one keeps the distance that the rate requires.
 */
export function takeDue(
  calendar: Calendar,
  plan: Plan,
  due: Due,
  now: number,
): { readonly slot: number; readonly next: number; readonly lost: Lost | null } {
  const { id, schedule, ratePerMin } = plan;
  const distance = due.regular || ratePerMin === null ? 0 : Math.ceil(60_000 / ratePerMin) - 1;
  const next = calendar.nextSlot(schedule, id, due.at + distance) ?? Infinity;
  if (next > now) return { slot: due.at, next, lost: null };
  const passed = calendar.slotsBetween(schedule, id, next - 1, now);
  const newest = passed.last ?? next;
  const last = calendar.slotsBetween(schedule, id, next - 1, newest - 1).last ?? due.at;
  return {
    slot: newest,
    next: calendar.nextSlot(schedule, id, newest) ?? Infinity,
    lost: { first: due.at, last, count: passed.count },
  };
}
