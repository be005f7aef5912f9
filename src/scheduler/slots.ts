import type { Calendar } from '../calendar/calendar.js';
import { hashFraction } from '../domain/schedule.js';
import type { Plan } from './port.js';

const firstCheckMs = 10_000;
/** More first checks than this in a second would be a stampede of our own: with thousands of models the first wave takes longer. */
const firstChecksPerSecond = 200;

/** A first check keeps so far from the slot after it that it has ended by then. */
const calmMs = 2_000;

/** ms in which `count` models are to be checked for the first time. */
export function firstWaveMs(count: number): number {
  return Math.max(firstCheckMs, (count / firstChecksPerSecond) * 1_000);
}

/** When a model's next slot is due. */
export interface Due {
  /** Unix ms; Infinity for never. */
  readonly at: number;
  /** It lies on the schedule; a first check, and what a clock set back has moved, do not. */
  readonly regular: boolean;
}

/** Slots that ended without a check. */
export interface Lost {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** True when nothing valid would be known of the model by the time of its slot `next`. */
export function needsFirstCheck({ validUntil }: Plan, next: number): boolean {
  return next > validUntil;
}

/** When a first check is due before the slot `next`, once the rate has room from `room` on; that slot serves where it comes soon. */
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
 * Takes the slot that is due at `now`. When later ones have passed as well, the newest serves and the others are
 * lost. What follows an irregular slot keeps the distance the rate asks for.
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
