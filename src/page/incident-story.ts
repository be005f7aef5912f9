import { tookText } from '../domain/duration.js';
import { blameFor, type Reason } from '../domain/reason.js';
import type { RecordedResult } from '../domain/result.js';
import type { State } from '../domain/state.js';
import type { NotedIncident } from './incident-line.js';
import { plural, timeText } from './figures.js';
import { reasonWords } from './reason-words.js';

/** One line of the story of an incident. */
export interface StoryEvent {
  /** Unix ms */
  readonly at: number;
  /** Shown as an icon; null for a note. */
  readonly state: State | null;
  /** What happened, in bold; the author of a note, which is text from outside. */
  readonly what: string;
  readonly rest: string;
  /** Text from outside. */
  readonly said: string | null;
}

/** How many results in a row open and close an incident of the model now; null where the registry no longer has it. */
export interface Confirmation {
  readonly failures: number;
  readonly successes: number;
}

export interface StoryParts {
  readonly incident: NotedIncident;
  readonly confirm: Confirmation | null;
  /** The results from the first failure on, oldest first: all of the incident, or the first of them. */
  readonly results: readonly RecordedResult[];
  /** False when `results` ends before the incident does. */
  readonly complete: boolean;
  /** The results from its end on, oldest first; empty while it is open. */
  readonly closing: readonly RecordedResult[];
  /** Unix ms at which its model left the registry while it was open; null else. */
  readonly endedAt: number | null;
}

/** Changes of the reason that are told; of more, the first and the last. */
const mostChanges = 24;

interface Stretch {
  readonly first: RecordedResult;
  count: number;
}

/** Results in a row with the same reason. Those in maintenance do not count. */
function stretchesOf(results: readonly RecordedResult[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const result of results) {
    if (result.maintenance) continue;
    const last = stretches.at(-1);
    if (last?.first.reason === result.reason) last.count += 1;
    else stretches.push({ first: result, count: 1 });
  }
  return stretches;
}

function statusText({ httpStatus, outcome, durationMs }: RecordedResult): string {
  if (outcome === 'healthy' || outcome === 'degraded')
    return durationMs === null ? '' : `, ${tookText(durationMs)}`;
  return httpStatus === null ? '' : `, HTTP ${httpStatus}`;
}

const kinds = { scheduled: 'the next check', recheck: 'the recheck', manual: 'a check by hand' } as const;
const label = (reason: Reason): string => reasonWords[reason].label;

function changeOf({ first, count }: Stretch): StoryEvent {
  const passes = first.outcome === 'healthy' || first.outcome === 'degraded';
  const lasted = `, for ${plural(count, 'check')}`;
  // A single success, or too few of them, proves no recovery.
  const proof = passes && blameFor(first.reason) !== 'monitor' ? ': too few to prove a recovery' : '';
  const rest = `${statusText(first)}${lasted}${proof}.`;
  return { at: first.slot, state: first.outcome, what: label(first.reason), rest, said: null };
}

function changes(stretches: readonly Stretch[]): StoryEvent[] {
  if (stretches.length <= mostChanges) return stretches.map(changeOf);
  const half = mostChanges / 2;
  const left = stretches.slice(half, -half);
  return [
    ...stretches.slice(0, half).map(changeOf),
    {
      at: left[0]?.first.slot ?? 0,
      state: 'unknown',
      what: `${left.length} further changes of the reason`,
      rest: ' are in the list of checks below.',
      said: null,
    },
    ...stretches.slice(-half).map(changeOf),
  ];
}

function opening({ incident, confirm, results }: StoryParts): StoryEvent[] {
  const counted = results.filter(({ maintenance }) => !maintenance);
  const [first] = counted;
  // Results may have been deleted by retention, while the incident is kept.
  const known = first?.slot === incident.openedAt ? first : null;
  const events: StoryEvent[] = [
    {
      at: incident.openedAt,
      state: 'unhealthy',
      what: label(incident.reason),
      rest: `${known === null ? '' : statusText(known)}: the first failure. The incident is dated back to it.`,
      said: known?.detail ?? null,
    },
  ];
  const proof = confirm === null || known === null ? undefined : counted.slice(0, confirm.failures);
  const last = proof?.at(-1);
  if (confirm !== null && last !== undefined && proof?.length === confirm.failures) {
    const failed = proof.every(({ outcome }) => outcome === 'unhealthy');
    if (failed && confirm.failures > 1)
      events.push({
        at: last.slot,
        state: 'unhealthy',
        what: 'Confirmed',
        rest: ` by ${kinds[last.kind]}, failure ${confirm.failures} in a row: incident ${incident.id} opens.`,
        said: null,
      });
  }
  return events;
}

function ending({ incident, confirm, closing, endedAt }: StoryParts): StoryEvent[] {
  const { closedAt, id } = incident;
  if (closedAt === null) {
    if (endedAt === null) return [];
    const rest = `: incident ${id} ends without a recovery.`;
    return [{ at: endedAt, state: 'unknown', what: 'The model left the registry', rest, said: null }];
  }
  const [first] = closing;
  if (first?.slot !== closedAt)
    return [
      { at: closedAt, state: 'healthy', what: 'Recovered', rest: `: incident ${id} closes.`, said: null },
    ];
  const right = closing.filter(({ outcome }) => outcome === 'healthy' || outcome === 'degraded');
  const last = confirm === null ? undefined : right[confirm.successes - 1];
  const alone = last === undefined || last === first;
  const event = { at: first.slot, state: first.outcome, what: label(first.reason), said: null };
  if (alone) return [{ ...event, rest: `${statusText(first)}: incident ${id} closes.` }];
  return [
    { ...event, rest: `${statusText(first)}: the first success.` },
    {
      at: last.slot,
      state: last.outcome,
      what: `${label(last.reason)} again`,
      rest: `${statusText(last)}: incident ${id} closes, dated back to the first success.`,
      said: null,
    },
  ];
}

/** The incident in words, oldest first: what opened it, how the reason changed, what was noted, what ended it. */
export function storyOf(parts: StoryParts): StoryEvent[] {
  const { incident, results, complete } = parts;
  const between = results.filter(({ slot }) => slot < (incident.closedAt ?? Infinity));
  const reasons = complete ? changes(stretchesOf(between).slice(1)) : [];
  const notes = incident.notes.map(({ at, author, text }): StoryEvent => ({
    at,
    state: null,
    what: author ?? 'Note',
    rest: '',
    said: text,
  }));
  const { acknowledged } = incident;
  const until = acknowledged === null ? null : acknowledged.until;
  const care: StoryEvent[] =
    acknowledged === null
      ? []
      : [
          {
            ...{ at: acknowledged.at, state: null, what: acknowledged.by, said: acknowledged.note },
            rest:
              until === null ? ' acknowledged it' : ` snoozed it until ${timeText(until, acknowledged.at)}`,
          },
        ];
  // A stable sort: the confirmation stays before a change in the same millisecond.
  return [...opening(parts), ...reasons, ...ending(parts), ...notes, ...care].sort((a, b) => a.at - b.at);
}
