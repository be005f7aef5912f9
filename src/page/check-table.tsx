import type { VNode } from 'preact';
import { tookText } from '../domain/duration.js';
import type { RecordedResult } from '../domain/result.js';
import { At } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { StateLabel } from './icons.js';
import { reasonWords } from './reason-words.js';

const longestSummary = 200;
const longestText = 4_000;
const kindWords = { scheduled: null, recheck: 'recheck', manual: 'by hand' } as const;
const heads = ['At', 'Outcome', 'Why', 'HTTP', 'Total', 'First token', 'Tokens', 'Key'] as const;

const time = (ms: number | null): string => (ms === null ? '–' : tookText(ms));

/** What of a result does not fit in its row. */
function More({ result }: { readonly result: RecordedResult }): VNode {
  const { detail, response, responseModel, retryAfterMs, maintenance, stalled } = result;
  return (
    <>
      {detail !== null && detail.length > longestSummary && (
        <p dir="auto">
          <Foreign text={cut(detail, longestText)} />
        </p>
      )}
      <p class="lab">{response === null ? 'No answer is stored' : 'Answer'}</p>
      {response !== null && (
        <pre dir="auto" tabindex={0}>
          <Foreign text={cut(response, longestText)} />
        </pre>
      )}
      <p class="mut">
        {responseModel !== null && (
          <>
            {'Model '}
            <bdi>
              <Foreign text={cut(responseModel, 120)} />
            </bdi>
            {'. '}
          </>
        )}
        {retryAfterMs !== null && `Asked to wait ${tookText(retryAfterMs)}. `}
        {stalled === true && 'The monitor stalled: nothing was measured. '}
        {maintenance && 'In maintenance: not counted.'}
      </p>
    </>
  );
}

function CheckRow({ result, now }: { readonly result: RecordedResult; readonly now: number }): VNode {
  const { slot, kind, outcome, reason, detail, httpStatus, durationMs, firstTokenMs, usage, keyIndex } =
    result;
  const said = kindWords[kind];
  return (
    <tr role="row">
      <td role="cell" class="t">
        <At time={slot} now={now} precision="second" />
        {said !== null && <small>{said}</small>}
      </td>
      <td role="cell">
        <StateLabel state={outcome} />
      </td>
      <td role="cell" class="grow cut">
        <details class="res">
          <summary>
            {reasonWords[reason].label}
            {detail !== null && detail !== '' && (
              <q dir="auto">
                <Foreign text={cut(detail, longestSummary)} />
              </q>
            )}
          </summary>
          <More result={result} />
        </details>
      </td>
      <td role="cell" class="n">
        {httpStatus ?? '–'}
      </td>
      <td role="cell" class="n">
        {time(durationMs)}
      </td>
      <td role="cell" class="n">
        {time(firstTokenMs)}
      </td>
      <td role="cell" class="n">
        {usage === null ? '–' : `${usage.inputTokens} + ${usage.outputTokens}`}
      </td>
      <td role="cell" class="n">
        {keyIndex === null ? '–' : keyIndex + 1}
      </td>
    </tr>
  );
}

/** Results as a table, in the order given; `labelledBy` is the id of its heading. */
export function CheckTable(props: {
  readonly results: readonly RecordedResult[];
  readonly labelledBy: string;
  readonly now: number;
}): VNode {
  const { results, labelledBy, now } = props;
  return (
    <div class="scroll chk" tabindex={0} role="group" aria-labelledby={labelledBy}>
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
            <CheckRow result={result} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
