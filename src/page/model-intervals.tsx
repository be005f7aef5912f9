import type { VNode } from 'preact';
import { blameFor } from '../domain/reason.js';
import type { TimelineInterval } from '../domain/timeline.js';
import { At, isoSeconds, span } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel, StateLabel, stateWords } from './icons.js';
import type { ModelPast } from './model-past.js';
import { modelQueryAddress } from './model-query.js';
import type { ModelPageView } from './model-view.js';
import { reasonWords } from './reason-words.js';

/** Rows of the table; the window leads to the rest. */
const mostRows = 100;

/** Why the model was in the state; excluded time by what its exclusion says. */
function Why({
  interval,
  page,
}: {
  readonly interval: TimelineInterval;
  readonly page: ModelPageView;
}): VNode {
  const { state, reason, from, to } = interval;
  if (state === 'maintenance') {
    const excluded = page.exclusions?.find((one) => one.from < to && from < one.to);
    return excluded === undefined ? (
      <>Planned</>
    ) : (
      <>
        {'Excluded: '}
        <bdi>
          <Foreign text={cut(excluded.reason, 200)} />
        </bdi>
      </>
    );
  }
  if (reason === null || (state === 'healthy' && reason === 'ok')) return <></>;
  const blame = blameFor(reason);
  return (
    <>
      {reasonWords[reason].label} {blame !== null && <BlameLabel blame={blame} />}
    </>
  );
}

function IntervalRow(props: {
  readonly interval: TimelineInterval;
  readonly page: ModelPageView;
  readonly past: ModelPast;
}): VNode {
  const { interval, page, past } = props;
  const { from, to, state } = interval;
  const { now, query, view } = page;
  const before = from === past.window.from && from > view.health.firstSeen;
  const open = to === past.window.to;
  const window = { from, to: Math.max(to, from + 1) };
  return (
    <tr>
      <td>
        <StateLabel state={state} />
      </td>
      <td class="grow">
        <Why interval={interval} page={page} />
      </td>
      <td class="n">{before ? 'before' : <At time={from} now={now} precision="second" />}</td>
      <td class="n">{open ? to >= now ? 'now' : 'later' : <At time={to} now={now} precision="second" />}</td>
      <td class="n">{span(to - from)}</td>
      <td class="n">
        <a href={modelQueryAddress(view.model.id, { ...query, window, name: null }, 'tl')}>
          Zoom
          <span class="vh">{` to ${stateWords[state]} at ${isoSeconds(from)}`}</span>
        </a>
      </td>
    </tr>
  );
}

/** The states of a window as a table, newest first; each leads to its own time. */
export function ModelIntervals({
  page,
  past,
}: {
  readonly page: ModelPageView;
  readonly past: ModelPast;
}): VNode {
  const { intervals } = past;
  if (intervals === null)
    return (
      <p class="mut more">The state changed over 5,000 times in this window: a shorter one lists them.</p>
    );
  const newest = intervals.slice(-mostRows).reverse();
  return (
    <details class="tab">
      <summary>What happened, as a table</summary>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="tl">
        <table>
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Why</th>
              {['From', 'To', 'Lasted'].map((head) => (
                <th scope="col" class="n">
                  {head}
                </th>
              ))}
              <th scope="col">
                <span class="vh">Zoom</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {newest.map((interval) => (
              <IntervalRow interval={interval} page={page} past={past} />
            ))}
          </tbody>
        </table>
      </div>
      {intervals.length > mostRows && (
        <p class="mut">{`The newest ${mostRows} of ${intervals.length} are listed: a shorter window lists the rest.`}</p>
      )}
    </details>
  );
}
