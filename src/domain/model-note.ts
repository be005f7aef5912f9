import type { Announced } from './announced.js';
import { tookText } from './duration.js';

/** Kinds of notes. They tell what is odd about a model and change no state. */
export const noteKinds = ['dead_address_family', 'slow_lookup', 'deprecated'] as const;
export type NoteKind = (typeof noteKinds)[number];

/** An address family that does not answer while the other one does. */
export interface DeadFamily {
  readonly family: 4 | 6;
  readonly host: string;
  /** ms that the check waited for it. */
  readonly waitedMs: number;
}

/** Something odd that checks showed, and how many in a row. */
export interface Sighting {
  readonly kind: 'dead_address_family' | 'slow_lookup';
  /** Slot of the first. */
  readonly since: number;
  /** Checks that showed it. */
  readonly seen: number;
  /** Later checks in a row that would have shown it and did not. */
  readonly missed: number;
  /** Null for look-ups. */
  readonly family: 4 | 6 | null;
  /** Null for look-ups. */
  readonly host: string | null;
  /** ms at the newest one. */
  readonly ms: number;
}

/** A note as people read it. */
export interface ModelNote {
  readonly kind: NoteKind;
  /** Unix ms; null where it is not known. */
  readonly since: number | null;
  readonly text: string;
}

/** A note that began or ended with a result. */
export interface NoteChange extends ModelNote {
  readonly change: 'began' | 'ended';
}

/** Checks in a row that begin a note: one lost packet is none. */
const leastSeen = 3;
/** Checks in a row without it that end a note. */
const leastMissed = 10;
/** ms from which a look-up is slow. */
const slowLookupMs = 1_000;
const mostSeen = 1_000_000;

const isNote = ({ seen }: Sighting): boolean => seen >= leastSeen;

function textOf({ kind, family, host, ms }: Sighting): string {
  return kind === 'slow_lookup'
    ? `Looking up the name of the endpoint takes over ${tookText(slowLookupMs)}: ${tookText(ms)} at the newest slow check.`
    : `IPv${family ?? 6} of ${host ?? 'the endpoint'} does not answer; each check waits ${tookText(ms)} for it.`;
}

const noteOf = (sighting: Sighting): ModelNote => ({
  kind: sighting.kind,
  since: sighting.since,
  text: textOf(sighting),
});

/** The part of a result that shows something. */
interface Shown {
  readonly deadFamily?: DeadFamily;
  /** ms of the look-up and of the connection; absent where there was none. */
  readonly phases: { readonly dns?: number; readonly tcp?: number };
  readonly stalled?: true;
}

/** What a result shows of one kind: the sighting, that there is none, or nothing (null). */
function shownBy(
  kind: Sighting['kind'],
  { deadFamily, phases, stalled }: Shown,
): Pick<Sighting, 'family' | 'host' | 'ms'> | 'none' | null {
  if (stalled === true) return null;
  if (kind === 'slow_lookup') {
    if (phases.dns === undefined) return null;
    return phases.dns > slowLookupMs ? { family: null, host: null, ms: Math.round(phases.dns) } : 'none';
  }
  if (deadFamily !== undefined)
    return { family: deadFamily.family, host: deadFamily.host, ms: Math.round(deadFamily.waitedMs) };
  // A connection that was opened before shows nothing.
  return phases.tcp === undefined ? null : 'none';
}

function after(
  before: Sighting | undefined,
  shown: ReturnType<typeof shownBy>,
  first: Pick<Sighting, 'kind' | 'since'>,
): Sighting | undefined {
  if (shown === null) return before;
  if (shown === 'none') {
    if (before === undefined || !isNote(before) || before.missed + 1 >= leastMissed) return undefined;
    return { ...before, missed: before.missed + 1 };
  }
  const isSame = before?.family === shown.family && before.host === shown.host;
  if (!isSame) return { ...first, ...shown, seen: 1, missed: 0 };
  return { ...before, ...shown, seen: Math.min(mostSeen, before.seen + 1), missed: 0 };
}

/** Adds what a result shows; at most one sighting of a kind. */
export function withSightings(
  before: readonly Sighting[],
  result: Shown,
  slot: number,
): { readonly sightings: readonly Sighting[]; readonly changes: readonly NoteChange[] } {
  const sightings: Sighting[] = [];
  const changes: NoteChange[] = [];
  for (const kind of ['dead_address_family', 'slow_lookup'] as const) {
    const known = before.find((one) => one.kind === kind);
    const next = after(known, shownBy(kind, result), { kind, since: slot });
    if (next !== undefined) sightings.push(next);
    const was = known !== undefined && isNote(known) ? known : null;
    const is = next !== undefined && isNote(next) ? next : null;
    if (was !== null && was.since !== is?.since) changes.push({ ...noteOf(was), change: 'ended' });
    if (is !== null && was?.since !== is.since) changes.push({ ...noteOf(is), change: 'began' });
  }
  return { sightings, changes };
}

/** The notes of a model. */
export function notesOf({
  sightings,
  announced,
}: {
  readonly sightings: readonly Sighting[];
  readonly announced: Announced | null;
}): ModelNote[] {
  const notes = sightings.filter(isNote).map(noteOf);
  const deprecated = announced?.deprecated ?? null;
  if (deprecated === null) return notes;
  const { since } = deprecated;
  const text = `The provider marks the model or its address as deprecated${since === null ? '' : ` as of ${new Date(since).toISOString().slice(0, 10)}`}.`;
  return [...notes, { kind: 'deprecated', since, text }];
}
