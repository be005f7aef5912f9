import type { VNode } from 'preact';
import { rateFigure } from '../domain/baseline.js';
import { tookText } from '../domain/duration.js';
import { blameFor } from '../domain/reason.js';
import { phaseNames, type Phases, type RecordedResult } from '../domain/result.js';
import { tokensPerSecond } from '../domain/speed.js';
import { keysOf } from '../domain/table.js';
import { clockTime, isoSeconds } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel, StateLabel } from './icons.js';
import { reasonWords } from './reason-words.js';

const longestLine = 160;
const longestDetail = 2_000;
const longestAnswer = 4_000;

export const phaseWords: Readonly<Record<(typeof phaseNames)[number], string>> = {
  dns: 'DNS',
  tcp: 'TCP',
  tls: 'TLS',
  request: 'Request',
  first_byte: 'First byte',
  download: 'Download',
};

const took = (ms: number | null): string => (ms === null ? '–' : tookText(ms));

function phasesText(phases: Phases): string {
  return phaseNames
    .flatMap((name) => {
      const ms = phases[name];
      return ms === undefined ? [] : [`${phaseWords[name]} ${tookText(ms)}`];
    })
    .join(' · ');
}

/** How a streamed answer came. */
function speedFacts(result: RecordedResult): string[] {
  const rate = tokensPerSecond(result);
  const gapMs = result.speed?.gapMs ?? null;
  return [
    ...(rate === null ? [] : [`${rateFigure(rate)} tokens/s`]),
    ...(gapMs === null ? [] : [`longest gap ${tookText(gapMs)}`]),
  ];
}

/** What a result says besides its columns; empty for a right answer whose text is not kept. */
function Whole({ result }: { readonly result: RecordedResult }): VNode {
  const { detail, response, responseModel, usage, stalled, maintenance } = result;
  const blame = blameFor(result.reason);
  const facts = [
    ...(result.httpStatus === null ? [] : [`HTTP ${result.httpStatus}`]),
    ...(result.keyIndex === null ? [] : [`key ${result.keyIndex + 1}`]),
    ...(usage === null ? [] : [`${usage.inputTokens} tokens in, ${usage.outputTokens} out`]),
    ...speedFacts(result),
    ...(keysOf(result.phases).length === 0 ? [] : [phasesText(result.phases)]),
  ];
  return (
    <>
      {blame !== null && <BlameLabel blame={blame} />}
      {stalled === true && <p>modelpulse itself stood still during this check: there is no latency.</p>}
      {maintenance && <p>In maintenance: it does not count.</p>}
      {detail !== null && detail !== '' && (
        <>
          <p class="lab">Detail</p>
          <pre dir="auto" tabIndex={0}>
            <Foreign text={cut(detail, longestDetail)} />
          </pre>
        </>
      )}
      {response !== null && response !== '' ? (
        <>
          <p class="lab">Answer</p>
          <pre dir="auto" tabIndex={0}>
            <Foreign text={cut(response, longestAnswer)} />
          </pre>
        </>
      ) : (
        <p class="lab">No answer is stored</p>
      )}
      {responseModel !== null && (
        <p class="mut">
          {'Answered as '}
          <bdi class="mono">
            <Foreign text={cut(responseModel, 200)} />
          </bdi>
        </p>
      )}
      {facts.length > 0 && <p class="mut">{facts.join(' · ')}</p>}
    </>
  );
}

const hasMore = ({ detail, response, responseModel, phases }: RecordedResult): boolean =>
  (detail ?? '') !== '' || (response ?? '') !== '' || responseModel !== null || keysOf(phases).length > 0;

function Why({ result }: { readonly result: RecordedResult }): VNode {
  const { label } = reasonWords[result.reason];
  if (!hasMore(result)) return <>{label}</>;
  const line = result.detail ?? '';
  return (
    <details class="res">
      <summary>
        {label}
        {line !== '' && (
          <q dir="auto">
            <Foreign text={cut(line, longestLine)} />
          </q>
        )}
      </summary>
      <Whole result={result} />
    </details>
  );
}

/** What sets a result apart from the scheduled ones. */
function kindsOf({ kind, maintenance }: RecordedResult): string[] {
  return [
    ...(kind === 'recheck' ? ['recheck'] : kind === 'manual' ? ['by hand'] : []),
    ...(maintenance ? ['in maintenance'] : []),
  ];
}

/** Columns that say nothing of some models. */
interface Columns {
  readonly firstToken: boolean;
  readonly key: boolean;
}

function CheckRow(props: {
  readonly result: RecordedResult;
  readonly now: number;
  readonly columns: Columns;
}): VNode {
  const { result, now, columns } = props;
  const { slot, outcome, httpStatus, usage } = result;
  const { day, year, second } = clockTime(slot);
  const today = clockTime(now);
  const small = [
    ...(day === today.day && year === today.year ? [] : [year === today.year ? day : `${day} ${year}`]),
    ...kindsOf(result),
  ];
  return (
    <tr role="row">
      <td role="cell" class="t">
        <time datetime={isoSeconds(slot)}>{second}</time>
        {small.length > 0 && <small>{small.join(', ')}</small>}
      </td>
      <td role="cell">
        <StateLabel state={outcome} />
      </td>
      <td role="cell" class="grow cut">
        <Why result={result} />
      </td>
      <td role="cell" class="n">
        {httpStatus ?? '–'}
      </td>
      <td role="cell" class="n">
        {took(result.durationMs)}
      </td>
      {columns.firstToken && (
        <td role="cell" class="n">
          {took(result.firstTokenMs)}
        </td>
      )}
      <td role="cell" class="n">
        {usage === null ? '–' : `${usage.inputTokens} + ${usage.outputTokens}`}
      </td>
      {columns.key && (
        <td role="cell" class="n">
          {result.keyIndex === null ? '–' : result.keyIndex + 1}
        </td>
      )}
    </tr>
  );
}

/** Results as a table, in the order given; `labelledBy` is the id of its heading, and times of the day of `now` are without a date. */
export function CheckTable(props: {
  readonly results: readonly RecordedResult[];
  readonly labelledBy: string;
  readonly now: number;
  readonly columns?: Columns;
}): VNode {
  const { results, labelledBy, now, columns = { firstToken: true, key: true } } = props;
  const heads = ['At', 'Outcome', 'Why', 'HTTP', 'Total'];
  if (columns.firstToken) heads.push('First token');
  heads.push('Tokens');
  if (columns.key) heads.push('Key');
  return (
    <div class="scroll chk" tabIndex={0} role="group" aria-labelledby={labelledBy}>
      <table role="table" aria-labelledby={labelledBy}>
        <thead role="rowgroup">
          <tr role="row">
            {heads.map((head, index) => (
              <th role="columnheader" scope="col" class={index > 2 ? 'n' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {results.map((result) => (
            <CheckRow result={result} now={now} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
