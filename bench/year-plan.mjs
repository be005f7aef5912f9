// What happened to each model in the generated year: outages, slow spells, times nobody watched, maintenance, and single failures.
// Everything follows from the number of the model, so that the same call always tells the same story.

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;
export const days = 365;

/** Numbers in [0, 1) that look random; mulberry32. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const outageReasons = ['timeout', 'server_error', 'overloaded', 'gateway_error', 'auth_failed'];

/** Minutes from `start` at which a spell of a kind begins, about `count` in the year, and its length. */
function spells(random, minutes, count, longest) {
  const found = [];
  for (let at = 0; ;) {
    at += 30 + Math.floor((-Math.log(1 - random()) * minutes) / count);
    const length = 3 + Math.floor(random() ** 3 * longest);
    if (at + length >= minutes - 30) return found;
    found.push({ at, length });
    at += length;
  }
}

/** Nobody watched any model: the same minutes for all. */
const blindSpells = spells(randomFrom(7), days * 1440, 4, 60);

function maintenanceOf(number, start, end) {
  if (number % 10 !== 0) return [];
  const sunday = start + ((7 - new Date(start).getUTCDay()) % 7) * dayMs;
  const found = [];
  for (let from = sunday + 2 * hourMs; from + hourMs < end - hourMs; from += 7 * dayMs) {
    found.push({ state: 'maintenance', reason: null, from, to: from + hourMs });
  }
  return found;
}

/**
 * The year of one model up to `end`: `phase` of its slots (ms in a minute), the newest slot `settled`, `events` by
 * time that do not touch, and the slots of single failures.
 */
export function yearOf(number, start, end) {
  const random = randomFrom(number + 1);
  const phase = Math.floor(random() * minuteMs);
  const slotAt = (minute) => start + minute * minuteMs + phase;
  const minutes = Math.floor((end - start - phase - 1) / minuteMs);
  const settled = slotAt(minutes);
  const spell = (state, reason) =>
    function toEvent({ at, length }) {
      return { state, reason: reason(), from: slotAt(at), to: slotAt(at + length) };
    };
  const pick = () => outageReasons[Math.floor(random() * outageReasons.length)];
  const candidates = [
    ...maintenanceOf(number, start, end),
    ...blindSpells.map(spell('unknown', () => null)),
    ...spells(random, minutes, 20, 240).map(spell('unhealthy', pick)),
    ...spells(random, minutes, 15, 120).map(spell('degraded', () => 'slow')),
  ].filter(({ to }) => to < settled - hourMs);
  const events = [];
  for (const event of candidates) {
    const apart = ({ from, to }) => event.to + 5 * minuteMs < from || to + 5 * minuteMs < event.from;
    if (events.every(apart)) events.push(event);
  }
  events.sort((a, b) => a.from - b.from);
  const blips = new Set(spells(random, minutes, 150, 1).map(({ at }) => slotAt(at)));
  return { number, phase, settled, events, blips, eventAt: (time) => eventAt(events, time) };
}

function eventAt(events, time) {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].to <= time) low = middle + 1;
    else high = middle;
  }
  return events[low] !== undefined && events[low].from <= time ? events[low] : null;
}

/** Starts of the UTC hours that are not simply healthy. */
export function touchedHours({ events, blips }) {
  const hours = new Set();
  for (const { from, to } of events) {
    for (let hour = Math.floor(from / hourMs) * hourMs; hour < to; hour += hourMs) hours.add(hour);
  }
  for (const slot of blips) hours.add(Math.floor(slot / hourMs) * hourMs);
  return hours;
}
