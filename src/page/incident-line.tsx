import type { VNode } from 'preact';
import type { Exclusion } from '../domain/exclusion.js';
import { isInForce, type Acknowledgement, type Incident, type Note } from '../domain/incident.js';
import { clipTo, merge, totalOf } from '../domain/intervals.js';
import type { Interval } from '../domain/state.js';
import { AcknowledgedTag } from './acknowledgement.js';
import { At, lastedSpan, plural, span, timeText } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel, Icon } from './icons.js';
import { incidentAddress, modelAddress } from './page-address.js';
import { reasonWords } from './reason-words.js';

/** An incident with what was written about it. */
export interface NotedIncident extends Incident {
  readonly id: number;
  readonly model: string;
  readonly notes: readonly Note[];
  readonly acknowledged: Acknowledgement | null;
  /** Those that overlap it. */
  readonly exclusions: readonly Exclusion[];
}

/** One incident in a list. */
export interface IncidentLine {
  readonly incident: NotedIncident;
  /** False for a model that left the registry: its incidents end there, whether closed or not. */
  readonly registered: boolean;
}

/** From the first failure to the proof of recovery, or until now. */
export function spanOf({ openedAt, closedAt }: Incident, now: number): Interval {
  return { from: openedAt, to: Math.max(openedAt, closedAt ?? now) };
}

/** ms of the incident that are taken out of the figures. */
export function excludedMs(incident: NotedIncident, now: number): number {
  return totalOf(clipTo(merge(incident.exclusions), spanOf(incident, now)));
}

function isOpen({ incident, registered }: IncidentLine): boolean {
  return incident.closedAt === null && registered;
}

function StateOf({ line }: { readonly line: IncidentLine }): VNode {
  if (isOpen(line))
    return (
      <span class="s u">
        <Icon of="u" />
        Open
      </span>
    );
  return <span class="mut">{line.incident.closedAt === null ? 'Ended' : 'Closed'}</span>;
}

function End({ line }: { readonly line: IncidentLine }): VNode {
  const { openedAt, closedAt } = line.incident;
  // The day is not said twice.
  if (closedAt !== null) return <small>{`to ${timeText(closedAt, openedAt)}`}</small>;
  return <small>{line.registered ? 'no end yet' : 'until it left the registry'}</small>;
}

const longestDetail = 160;
const heads = ['No.', 'State', 'Model', 'Why', 'Who acts', 'Opened', 'Lasted', 'Failed checks'] as const;
const numeric: ReadonlySet<string> = new Set(['No.', 'Opened', 'Lasted', 'Failed checks']);

function IncidentRow({ line, now }: { readonly line: IncidentLine; readonly now: number }): VNode {
  const { incident, registered } = line;
  const { id, model, reason, blame, openedAt, closedAt, checksFailed, lastDetail, notes } = incident;
  const excluded = excludedMs(incident, now);
  const { from, to } = spanOf(incident, now);
  const known = closedAt !== null || registered;
  return (
    <tr role="row" class={isOpen(line) ? 'open' : undefined}>
      <td role="cell" class="n mut">
        <a href={incidentAddress(id)}>{`#${id}`}</a>
      </td>
      <td role="cell">
        <StateOf line={line} />
      </td>
      <th role="rowheader" scope="row">
        <a href={modelAddress(model)}>
          <bdi>
            <Foreign text={cut(model, 60)} />
          </bdi>
        </a>
      </th>
      <td role="cell" class="grow">
        <a href={incidentAddress(id)}>{reasonWords[reason].label}</a>
        {lastDetail !== null && lastDetail !== '' && (
          <>
            {' '}
            <q dir="auto" class="mut">
              <Foreign text={cut(lastDetail, longestDetail)} />
            </q>
          </>
        )}
        {isOpen(line) && isInForce(incident.acknowledged, now) && (
          <>
            {' '}
            <AcknowledgedTag acknowledged={incident.acknowledged} now={now} />
          </>
        )}
        {notes.length > 0 && (
          <>
            {' '}
            <span class="mut tag">{plural(notes.length, 'note')}</span>
          </>
        )}
        {excluded > 0 && (
          <>
            {' '}
            <span class="tag c-m">{`${span(excluded)} excluded`}</span>
          </>
        )}
      </td>
      <td role="cell">{blame !== null && <BlameLabel blame={blame} />}</td>
      <td role="cell" class="n t">
        <At time={openedAt} now={now} />
        <End line={line} />
      </td>
      <td role="cell" class="n">
        {known ? lastedSpan(to - from) : '–'}
      </td>
      <td role="cell" class="n">
        {checksFailed}
      </td>
    </tr>
  );
}

/** Incidents as a table; `labelledBy` is the id of its heading. */
export function IncidentTable(props: {
  readonly lines: readonly IncidentLine[];
  readonly labelledBy: string;
  readonly now: number;
}): VNode {
  const { lines, labelledBy, now } = props;
  return (
    <div class="scroll ilist" tabindex={0} role="group" aria-labelledby={labelledBy}>
      <table role="table" aria-labelledby={labelledBy}>
        <thead role="rowgroup">
          <tr role="row">
            {heads.map((head) => (
              <th role="columnheader" scope="col" class={numeric.has(head) ? 'n' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {lines.map((line) => (
            <IncidentRow line={line} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
