import { setImmediate } from 'node:timers/promises';
import type { VNode } from 'preact';
import { addAll } from '../domain/list.js';
import { dayMs } from '../domain/period.js';
import { states, type State } from '../domain/state.js';
import { Causes } from './causes.js';
import { plural, span } from './figures.js';
import { bytesOf, joinedBytes } from './drawn-rows.js';
import { cut, foreignText } from './foreign-text.js';
import { barDays } from './glance.js';
import { Icon, stateLetters, stateWords } from './icons.js';
import { FirstRun } from './first-run.js';
import { AbsenceBanner, MonitorBanner, MonitorStatus } from './monitor-status.js';
import { overviewAddress, type OverviewQuery } from './overview-query.js';
import { ModelRows, RowHead } from './overview-rows.js';
import { Tools } from './overview-tools.js';
import type { OverviewView, Row } from './overview-view.js';
import { LiveMark, operatorPage, type Frame } from './shell.js';

/** When the first check of a new configuration runs. */
const firstCheck = ({ nextCheck, now }: OverviewView): string =>
  nextCheck === null ? 'no check is planned' : `first check in ${span(Math.max(0, nextCheck - now))}`;

/** The heading: how many are down, and by whose fault. */
function Sentence({ view }: { readonly view: OverviewView }): VNode {
  const { counts, total, downBy, query } = view;
  const all = { ...query, states: [], labels: [], blame: null, text: '' };
  if (counts.unhealthy > 0) {
    return (
      <>
        <a
          href={overviewAddress(all, { states: ['unhealthy'] })}
        >{`${counts.unhealthy} of ${plural(total)}`}</a>
        {counts.unhealthy === 1 ? ' is down: ' : ' are down: '}
        {downBy.map(({ blame, count }, index) => (
          <>
            {index > 0 && ', '}
            <a href={overviewAddress(all, { states: ['unhealthy'], blame })}>{`${count} ${blame}`}</a>
          </>
        ))}
        .
      </>
    );
  }
  if (view.unchecked === total) {
    return <>{`${plural(total)}, no result yet: ${firstCheck(view)}.`}</>;
  }
  const others = (['degraded', 'unknown', 'maintenance'] as const).filter((state) => counts[state] > 0);
  if (others.length === 0) return <>{total === 1 ? 'The model is up.' : `All ${plural(total)} are up.`}</>;
  return (
    <>
      {'No model is down; '}
      {others.map((state, index) => (
        <>
          {index > 0 && ', '}
          <a href={overviewAddress(all, { states: [state] })}>
            {`${counts[state]} ${state === 'maintenance' ? 'in maintenance' : state}`}
          </a>
        </>
      ))}
      .
    </>
  );
}

/** The title of the window: what is worst. */
function titleOf({ counts, total }: OverviewView): string {
  if (total === 0) return 'No model yet · modelpulse';
  if (counts.unhealthy > 0) return `${counts.unhealthy} down · modelpulse`;
  if (counts.degraded > 0) return `${counts.degraded} degraded · modelpulse`;
  if (counts.unknown > 0) return `${counts.unknown} unknown · modelpulse`;
  if (counts.maintenance > 0) return `${counts.maintenance} in maintenance · modelpulse`;
  return `${plural(total)} up · modelpulse`;
}

function worst({ counts, total }: OverviewView): State {
  if (total === 0) return 'unknown';
  return (
    (['unhealthy', 'degraded', 'unknown', 'maintenance'] as const).find((state) => counts[state] > 0) ??
    'healthy'
  );
}

function Chips({ view }: { readonly view: OverviewView }): VNode {
  const { query, counts, total } = view;
  const current = (is: boolean) => (is ? ({ 'aria-current': 'true' } as const) : {});
  return (
    <nav class="chips" aria-label="Filter by state" data-part="chips">
      <a href={overviewAddress(query, { states: [] })} {...current(query.states.length === 0)}>
        All <b>{total}</b>
      </a>
      {(['unhealthy', 'degraded', 'unknown', 'maintenance', 'healthy'] as const).map((state) => {
        const chosen = query.states.includes(state);
        // Several states are alternatives: a chip adds its own or takes it away.
        const next = chosen ? query.states.filter((one) => one !== state) : [...query.states, state];
        const letter = stateLetters[state];
        return (
          <a
            class={letter}
            href={overviewAddress(query, { states: states.filter((one) => next.includes(one)) })}
            {...current(chosen)}
          >
            <Icon of={letter} />
            {stateWords[state]} <b>{counts[state]}</b>
          </a>
        );
      })}
    </nav>
  );
}

function Nothing({ view }: { readonly view: OverviewView }): VNode {
  const { query, total } = view;
  const asked = [
    ...(query.text === '' ? [] : [`“${foreignText(cut(query.text, 60))}”`]),
    ...query.states,
    ...query.labels.map((label) => foreignText(cut(label, 60))),
    ...(query.blame === null ? [] : [query.blame]),
  ];
  return (
    <section class="empty slim">
      <h2>{`No model matches ${asked.join(', ')}.`}</h2>
      <p>
        <a class="btn" href="/">{`Show all ${total}`}</a>
      </p>
    </section>
  );
}

const legendItems: readonly (readonly [string, VNode | null])[] = [
  ['Healthy', <path class="h" d="M0 0h12v24H0z" />],
  [
    'Degraded',
    <>
      <path class="h" d="M0 0h12v24H0z" />
      <path class="d" d="M0 8h12v16H0z" />
    </>,
  ],
  [
    'Unhealthy: hangs below the line',
    <>
      <path class="h" d="M0 0h12v24H0z" />
      <path class="u" d="M0 14h12v14H0z" />
    </>,
  ],
  ['Unknown: not observed', null],
  ['Maintenance: not counted', <path class="m" d="M0 0h12v24H0z" />],
];

export function Legend({ rows = true }: { readonly rows?: boolean }): VNode {
  return (
    <ul class="legend" aria-label="Key to the bars">
      {legendItems.map(([text, paths]) => (
        <li>
          <svg class="b" viewBox="0 0 12 28" preserveAspectRatio="none" aria-hidden="true">
            {paths}
          </svg>
          {text}
        </li>
      ))}
      {rows && <li>▾ below its objective</li>}
      {rows && <li>≈ watched for less than 95 %</li>}
    </ul>
  );
}

function rest(query: OverviewQuery, view: OverviewView): VNode | null {
  if (view.shown >= view.matching) return null;
  return (
    <p class="more">
      {`${view.shown} of ${view.matching} are shown, worst first. `}
      <a href={overviewAddress(query, { limit: 1_000 })}>{`Show ${Math.min(1_000, view.matching)}`}</a>
    </p>
  );
}

/** Stands for the rows of a group in the document: of a text on a page, also in an attribute, the `<` is escaped. */
const rowsPlace = '<!--rows-->';

/** The whole page as UTF-8. */
export async function overviewPage(
  frame: Frame,
  view: OverviewView,
  drawRows: (rows: readonly Row[]) => Promise<readonly string[]>,
): Promise<Buffer> {
  // In one call: a group is too few rows for a slice, but all groups are many.
  const drawn = await drawRows(view.groups.flatMap(({ rows }) => rows));
  await setImmediate();
  const parts = overviewText(frame, view).split(rowsPlace);
  const pieces: string[] = [];
  let next = 0;
  for (const [index, part] of parts.entries()) {
    const end = next + (view.groups[index]?.rows.length ?? 0);
    pieces.push(bytesOf(part));
    addAll(pieces, drawn.slice(next, end));
    next = end;
  }
  await setImmediate();
  return joinedBytes(pieces);
}

/** The document around the rows. */
function overviewText(frame: Frame, view: OverviewView): string {
  const { now, query, groups } = view;
  return operatorPage({
    frame,
    title: titleOf(view),
    icon: worst(view),
    section: 'models',
    children:
      view.total === 0 ? (
        <FirstRun monitor={view.monitor} now={now} />
      ) : (
        <>
          <section class="hero" aria-labelledby="head">
            <div>
              <h1 id="head" data-part="head">
                <Sentence view={view} />
              </h1>
              {view.costs.length > 0 && (
                <p
                  class="mut"
                  data-part="cost"
                >{`Checks cost ${view.costs.join(' and ')} this month (UTC).`}</p>
              )}
            </div>
            <div class="side">
              <LiveMark now={now} address={overviewAddress(query)} />
              <MonitorStatus monitor={view.monitor} now={now} grafanaUrl={frame.grafanaUrl} />
            </div>
            <Chips view={view} />
          </section>
          <div data-part="causes">
            <MonitorBanner monitor={view.monitor} models={view.total} />
            {view.monitor.absence !== undefined && <AbsenceBanner absence={view.monitor.absence} now={now} />}
            <Causes causes={view.causes} now={now} />
          </div>
          <section id="models" aria-label="Models" class={view.shown > 200 ? 'many' : undefined}>
            <Tools view={view} />
            <RowHead from={now - (barDays - 1) * dayMs} />
            <div data-rows="">
              {groups.length === 0 ? (
                <Nothing view={view} />
              ) : (
                groups.map((group) => <ModelRows group={group} place={rowsPlace} />)
              )}
              {rest(query, view)}
            </div>
            <Legend />
          </section>
        </>
      ),
  });
}
