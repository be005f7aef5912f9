import type { VNode } from 'preact';
import { tookText } from '../domain/duration.js';
import { blameFor } from '../domain/reason.js';
import { phaseNames, type Phases, type RecordedResult } from '../domain/result.js';
import { keysOf } from '../domain/table.js';
import { streams } from '../domain/view.js';
import { clockTime, isoSeconds } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel, StateLabel } from './icons.js';
import { modelQueryAddress, type ModelQuery } from './model-query.js';
import type { ChecksPage, ModelPageView } from './model-view.js';
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

/** What a result says besides its columns; empty for a right answer whose text is not kept. */
function Whole({ result }: { readonly result: RecordedResult }): VNode {
  const { detail, response, responseModel, usage, stalled, maintenance } = result;
  const blame = blameFor(result.reason);
  const facts = [
    ...(result.httpStatus === null ? [] : [`HTTP ${result.httpStatus}`]),
    ...(result.keyIndex === null ? [] : [`key ${result.keyIndex + 1}`]),
    ...(usage === null ? [] : [`${usage.inputTokens} tokens in, ${usage.outputTokens} out`]),
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

function CheckRow(props: {
  readonly result: RecordedResult;
  readonly now: number;
  readonly columns: { readonly firstToken: boolean; readonly key: boolean };
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

const checksAddress = (id: string, query: ModelQuery, changes: Partial<ModelQuery> = {}): string =>
  modelQueryAddress(id, { ...query, before: null, ...changes }, 'checks');

function ChecksTable({ page, checks }: { readonly page: ModelPageView; readonly checks: ChecksPage }): VNode {
  const { query, view, now } = page;
  const { id, endpoint } = view.model;
  const columns = { firstToken: streams(view.model), key: endpoint.apiKeys.length > 1 };
  const heads = [
    'HTTP',
    'Total',
    ...(columns.firstToken ? ['First token'] : []),
    'Tokens',
    ...(columns.key ? ['Key'] : []),
  ];
  return (
    <>
      {checks.items.length === 0 ? (
        <p class="mut">
          {query.checks === 'all' ? 'No result is stored yet.' : 'No result that is not healthy is stored.'}
        </p>
      ) : (
        <div class="scroll chk" tabIndex={0} role="group" aria-labelledby="checks">
          <table role="table" aria-labelledby="checks">
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col">
                  At
                </th>
                <th role="columnheader" scope="col">
                  Outcome
                </th>
                <th role="columnheader" scope="col">
                  Why
                </th>
                {heads.map((head) => (
                  <th role="columnheader" scope="col" class="n">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {checks.items.map((result) => (
                <CheckRow result={result} now={now} columns={columns} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="more">
        {query.before !== null && <a href={checksAddress(id, query)}>Newest checks</a>}
        {query.before !== null && checks.before !== null && ' · '}
        {checks.before !== null && (
          <a href={checksAddress(id, query, { before: checks.before })}>Older checks</a>
        )}
      </p>
    </>
  );
}

/** Results, newest first, a page at a time. */
export function ModelChecks({ page }: { readonly page: ModelPageView }): VNode {
  const { query, view, checks } = page;
  const { id } = view.model;
  const current = (is: boolean) => (is ? ({ 'aria-current': 'true' } as const) : {});
  return (
    <section aria-labelledby="checks">
      <div class="bar-head">
        <h2 id="checks">{query.before === null ? 'Recent checks' : 'Older checks'}</h2>
        <nav class="zoom" aria-label="Which checks">
          <a href={checksAddress(id, query, { checks: 'all' })} {...current(query.checks === 'all')}>
            All
          </a>
          <a
            href={checksAddress(id, query, { checks: 'not-healthy' })}
            {...current(query.checks === 'not-healthy')}
          >
            Not healthy
          </a>
          <a href={`/api/v1/models/${encodeURIComponent(id)}/checks?format=csv`}>CSV</a>
        </nav>
      </div>
      {checks === null ? (
        <p class="mut">The results cannot be read now; load the page again in a moment.</p>
      ) : (
        <ChecksTable page={page} checks={checks} />
      )}
    </section>
  );
}
