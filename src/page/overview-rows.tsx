import type { VNode } from 'preact';
import { tookText } from '../domain/duration.js';
import type { State } from '../domain/state.js';
import { keysOf } from '../domain/table.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { AcknowledgedTag } from './acknowledgement.js';
import { Bar } from './bar.js';
import { clockTime, coverageFigure, fullCoverage, Since, span, timeText, uptimeFigure } from './figures.js';
import { cut, Foreign, foreignText } from './foreign-text.js';
import { BlameLabel, Icon, stateLetters, stateWords } from './icons.js';
import { searchTextOf, type Group, type Row } from './overview-view.js';
import { reasonWords, Words } from './reason-words.js';
import { Spark } from './spark.js';
import { VendorSays } from './vendor-line.js';
import { barDays, type Glance } from './glance.js';

const windowNames: Readonly<Record<UptimeWindow, string>> = {
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
  '90d': '90 d',
};
const windows = keysOf(uptimeWindows);

/** The heads of the columns, for the eye; each table has its own for others. */
export function RowHead({ from }: { readonly from: number }): VNode {
  return (
    <div class="cols" aria-hidden="true">
      <span>State</span>
      <span>Model</span>
      <span class="ax">
        <span>{clockTime(from).day}</span>
        <span>90 days</span>
        <span>today</span>
      </span>
      <span class="un">
        <span>
          Uptime %<small>, coverage % below</small>
        </span>
        {windows.map((window) => (
          <span>{windowNames[window]}</span>
        ))}
      </span>
      <span class="la">
        p95<small> of 24 h</small>
      </span>
    </div>
  );
}

const longestDetail = 300;

/** Why it is in its state, and what the vendor says. */
function Why({ row, now }: { readonly row: Row; readonly now: number }): VNode | null {
  const cause = Cause({ row, now });
  if (row.vendor === null) return cause;
  return (
    <>
      {cause}
      {cause !== null && ' '}
      <VendorSays word={row.vendor} now={now} />
    </>
  );
}

function Cause({ row, now }: { readonly row: Row; readonly now: number }): VNode | null {
  const { state, reason, blame, detail } = row;
  if (state === 'maintenance') {
    const until = row.maintenanceUntil;
    return <>{until === null ? 'Maintenance' : `Maintenance until ${timeText(until, now)} UTC`}</>;
  }
  if (state === 'healthy') return row.warning === null ? null : <>{row.warning}</>;
  if (reason === null || (reason === 'not_yet' && !row.checked)) return null;
  const { label, verb } = reasonWords[reason];
  return (
    <>
      {blame !== null && <BlameLabel blame={blame} />}
      {row.probe !== null && `Probe ${row.probe}: `}
      {label}
      {verb !== '' && (
        <>
          {': '}
          <b>
            <Words text={verb} provider={row.provider} />
          </b>
        </>
      )}
      {detail !== null && detail !== '' && (
        <>
          {' '}
          <q dir="auto">
            <Foreign text={cut(detail, longestDetail)} />
          </q>
        </>
      )}
      {row.acknowledged !== null && (
        <>
          {' '}
          <AcknowledgedTag acknowledged={row.acknowledged} now={now} />
        </>
      )}
    </>
  );
}

function Figure({ row, window }: { readonly row: Row; readonly window: UptimeWindow }): VNode {
  const figures = row.uptime[window];
  const { uptime, coverage } = figures;
  const bad = row.slo !== null && uptime !== null && uptime < row.slo;
  const low = uptime !== null && coverage !== null && coverage < fullCoverage;
  const name = { '24h': 'n1', '7d': 'n7', '30d': 'n30', '90d': 'n90' }[window];
  return (
    <td role="cell" class={`n ${bad ? 'bad ' : ''}${low ? 'low ' : ''}${name}`}>
      {uptimeFigure(figures)}
      <small>{coverageFigure(figures)}</small>
    </td>
  );
}

function barOf({ checked, nextDue }: Row, glance: Glance | null, now: number): VNode | string {
  if (!checked)
    return nextDue === null ? 'no check is planned' : `first check in ${span(Math.max(0, nextDue - now))}`;
  return glance === null ? 'history is being read' : <Bar drawing={glance.bar} of={barDays} />;
}

/** One model; `glance` is null until its history has been read. */
export function ModelRow(props: {
  readonly row: Row;
  readonly glance: Glance | null;
  readonly now: number;
}): VNode {
  const { row, glance, now } = props;
  const letter = stateLetters[row.state];
  const why = Why({ row, now });
  const p95 = glance?.p95 ?? null;
  const drawn = row.checked && glance !== null;
  return (
    <tr role="row" class="r" data-row={row.key} data-find={foreignText(searchTextOf(row))}>
      <td role="cell" class={`st ${letter}`}>
        <Icon of={letter} />
        {stateWords[row.state]}
        <small>
          {!row.checked ? (
            'no result yet'
          ) : row.maintenanceUntil !== null ? (
            `until ${timeText(row.maintenanceUntil, now)}`
          ) : (
            <Since time={row.since} now={now} />
          )}
        </small>
      </td>
      <th role="rowheader" scope="row">
        <a href={`/models/${encodeURIComponent(row.id)}`}>
          <bdi>
            <Foreign text={row.id} />
          </bdi>
        </a>
        <small>
          <bdi>
            <Foreign text={row.provider} />
          </bdi>
          {' · '}
          <bdi>
            <Foreign text={cut(row.modelName, 200)} />
          </bdi>
        </small>
      </th>
      <td role="cell" class={drawn ? 'bar' : 'bar mut'}>
        {barOf(row, glance, now)}
      </td>
      {windows.map((window) => (
        <Figure row={row} window={window} />
      ))}
      <td role="cell" class="lat">
        {glance !== null && <Spark values={glance.hours} />}
        <span>{p95 === null ? '–' : tookText(p95)}</span>
      </td>
      {why !== null && (
        <td role="cell" class="why">
          {why}
        </td>
      )}
    </tr>
  );
}

function Heads(): VNode {
  return (
    <thead role="rowgroup" class="vh">
      <tr role="row">
        {['State', 'Model', '90 days', ...windows.map((window) => windowNames[window]), 'p95', 'Why'].map(
          (head) => (
            <th role="columnheader" scope="col">
              {head}
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}

const tallied = [
  'unhealthy',
  'degraded',
  'unknown',
  'maintenance',
  'healthy',
] as const satisfies readonly State[];

function Tally({ name, rows }: { readonly name: string; readonly rows: readonly Row[] }): VNode {
  return (
    <span class="tally" data-part={`tally ${name}`}>
      {tallied.map((state) => {
        const count = rows.filter((row) => row.state === state).length;
        if (count === 0) return null;
        return (
          <span class={stateLetters[state]}>
            <Icon of={stateLetters[state]} />
            {count}
            <span class="vh">{` ${state}`}</span>
          </span>
        );
      })}
    </span>
  );
}

/** A group of rows, which can be folded; the only one has no name. `place` stands for its rows. */
export function ModelRows(props: { readonly group: Group; readonly place: string }): VNode {
  const { group, place } = props;
  const { name, rows } = group;
  const table = (
    <table role="table" aria-label={name === '' ? 'Models' : `Models of ${cut(name, 80)}`}>
      <Heads />
      <tbody role="rowgroup" dangerouslySetInnerHTML={{ __html: place }} />
    </table>
  );
  if (name === '') return <div class="g">{table}</div>;
  return (
    <details class="g" open>
      <summary>
        <h2>
          <bdi>
            <Foreign text={cut(name, 80)} />
          </bdi>
        </h2>
        <Tally name={name} rows={rows} />
      </summary>
      {table}
    </details>
  );
}
