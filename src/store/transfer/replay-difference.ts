import type { Incident } from '../../domain/incident.js';
import type { Stretch } from '../../domain/replay.js';
import type { StatePoint } from '../../domain/state.js';
import { intervalsOf, type TimelineInterval } from '../../domain/timeline.js';

/** A time or an incident that a replay gives otherwise than it is stored. */
export interface Difference {
  readonly what: 'state' | 'incident';
  /** Unix ms of its start. */
  readonly from: number;
  readonly stored: string;
  readonly replayed: string;
}

function textOf(interval: TimelineInterval | undefined): string {
  if (interval === undefined) return 'none';
  const { state, reason } = interval;
  return reason === null ? state : `${state} ${reason}`;
}

/** Compares the states over the stretch; a time in which both stay as they are is one difference. */
function differentStates(stretch: Stretch, stored: readonly StatePoint[]): Difference[] {
  const [theirs, ours] = [stored, stretch.points].map((points) => intervalsOf(points, stretch));
  const found: Difference[] = [];
  let [before, after] = [0, 0];
  for (let at = stretch.from; at < stretch.to;) {
    const [was, is] = [theirs?.[before], ours?.[after]];
    // Only a deleted first point leaves time without a stored state.
    const covering = was !== undefined && was.from <= at ? was : undefined;
    const end = Math.min(covering?.to ?? was?.from ?? Infinity, is?.to ?? Infinity);
    const anyReason = after === 0 && !stretch.fromStart && covering?.state === is?.state;
    const [wasText, isText] = [textOf(covering), textOf(is)];
    if (!anyReason && wasText !== isText)
      found.push({ what: 'state', from: at, stored: wasText, replayed: isText });
    if (covering?.to === end) before += 1;
    if (is?.to === end) after += 1;
    at = end;
  }
  return found;
}

function incidentText(incident: Incident | undefined, { to, openedBefore }: Stretch): string {
  if (incident === undefined) return 'none';
  const { openedAt, reason, checksFailed } = incident;
  const closedAt = incident.closedAt !== null && incident.closedAt < to ? incident.closedAt : null;
  const end = closedAt === null ? 'open' : `until ${new Date(closedAt).toISOString()}`;
  // Failures before the stretch are not known, nor those after it.
  const isCounted = openedAt !== openedBefore && (closedAt !== null || to === Infinity);
  return isCounted ? `${reason}, ${checksFailed} failed, ${end}` : `${reason}, ${end}`;
}

function differentIncidents(stretch: Stretch, stored: readonly Incident[]): Difference[] {
  const { from, to, fromStart, openedBefore } = stretch;
  const isInside = ({ openedAt }: Incident): boolean =>
    openedAt === openedBefore || ((fromStart ? openedAt >= from : openedAt > from) && openedAt < to);
  const byStart = (incidents: readonly Incident[]): Map<number, Incident> =>
    new Map(incidents.filter(isInside).map((incident) => [incident.openedAt, incident]));
  const [theirs, ours] = [byStart(stored), byStart(stretch.incidents)];
  const starts = [...new Set([...theirs.keys(), ...ours.keys()])].sort((a, b) => a - b);
  return starts.flatMap((start): Difference[] => {
    const [was, is] = [theirs, ours].map((incidents) => incidentText(incidents.get(start), stretch));
    if (was === undefined || is === undefined || was === is) return [];
    return [{ what: 'incident', from: start, stored: was, replayed: is }];
  });
}

/** Differences of a stretch from the stored points and incidents of the model, which are in ascending order. */
export function differencesOf(
  stretch: Stretch,
  points: readonly StatePoint[],
  incidents: readonly Incident[],
): Difference[] {
  return [...differentStates(stretch, points), ...differentIncidents(stretch, incidents)];
}
