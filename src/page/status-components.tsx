import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { dayMs } from '../domain/period.js';
import type { State } from '../domain/state.js';
import { keysOf } from '../domain/table.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { Bar, type BarDrawing } from './bar.js';
import { fullCoverage } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { barDays } from './glance.js';
import { Icon, stateLetters } from './icons.js';
import type { StatusLook } from './status-look.js';
import type { StatusComponent, StatusPageView } from './status-view.js';
import type { StatusWords } from './status-words.js';

export const longestName = 100;

/** The sentence of a bar in the language of the page. */
export function barSentence({ days, paths, tally }: BarDrawing, words: StatusWords): string {
  const { messages, count } = words;
  const { lastDown } = tally;
  const parts = [
    ...(lastDown === null
      ? []
      : [
          count(messages.barDown, tally.days.unhealthy, {
            day: words.utcDay(lastDown.from),
            span: words.span(lastDown.ms),
          }),
        ]),
    ...(tally.days.degraded > 0 ? [count(messages.barDegraded, tally.days.degraded)] : []),
    ...(tally.days.unknown > 0 ? [count(messages.barUnknown, tally.days.unknown)] : []),
    ...(tally.days.maintenance > 0 ? [count(messages.barMaintenance, tally.days.maintenance)] : []),
  ];
  if (parts.length === 0)
    parts.push(paths.healthy === undefined ? messages.states.unknown : messages.barHealthy);
  return `${count(messages.days, days)}: ${parts.join('; ')}`;
}

/** Length of a window in words: `30 days`. */
export function windowText(window: UptimeWindow, { messages, count, span }: StatusWords): string {
  return window === '24h' ? span(dayMs) : count(messages.days, uptimeWindows[window]);
}

/** The windows of the page, longest first. */
function ordered(windows: readonly UptimeWindow[]): readonly UptimeWindow[] {
  return keysOf(uptimeWindows)
    .filter((window) => windows.includes(window))
    .reverse();
}

function Uptime(props: {
  readonly component: StatusComponent;
  readonly window: UptimeWindow;
  readonly words: StatusWords;
}): VNode {
  const { component, window, words } = props;
  const { uptime = null, coverage = null } = component.uptime[window] ?? {};
  const low = uptime !== null && coverage !== null && coverage < fullCoverage;
  return (
    <span class={low ? 'n low' : 'n'}>
      <span class="vh">
        {`${words.fill(words.messages.uptimeOf, { window: windowText(window, words) })}: `}
      </span>
      {uptime === null ? '–' : words.percent(uptime)}
      {coverage !== null && (
        <small>{words.fill(words.messages.watched, { percent: words.percent(coverage, 1) })}</small>
      )}
    </span>
  );
}

/** What does not fit beside the bar: further windows and the latency. */
function further(component: StatusComponent, windows: readonly UptimeWindow[], words: StatusWords): string[] {
  const { messages, fill } = words;
  const uptimes = windows.flatMap((window) => {
    const { uptime = null, coverage = null } = component.uptime[window] ?? {};
    const name = fill(messages.uptimeOf, { window: windowText(window, words) });
    if (uptime === null || coverage === null) return [`${name}: –`];
    const watched = fill(messages.watched, { percent: words.percent(coverage, 1) });
    return [`${name}: ${words.percent(uptime)} (${watched})`];
  });
  return component.p95 === null
    ? uptimes
    : [...uptimes, fill(messages.latency, { value: words.latency(component.p95) })];
}

function Row(props: {
  readonly component: StatusComponent;
  readonly windows: readonly UptimeWindow[];
  readonly words: StatusWords;
}): VNode {
  const { component, windows, words } = props;
  const [first, ...others] = windows;
  const letter = stateLetters[component.state];
  const more = further(component, others, words);
  return (
    <li>
      <span class="pn" dir="auto">
        <Foreign text={cut(component.name, longestName)} />
      </span>
      <span class={`s ${letter}`}>
        <Icon of={letter} />
        {words.messages.states[component.state]}
      </span>
      <span class="bar">
        {component.bar === null ? (
          <span class="vh">{words.messages.barPending}</span>
        ) : (
          <Bar drawing={{ ...component.bar, sentence: barSentence(component.bar, words) }} of={barDays} />
        )}
      </span>
      {first !== undefined && <Uptime component={component} window={first} words={words} />}
      {more.length > 0 && <small class="pm">{more.join(' · ')}</small>}
    </li>
  );
}

function Head(props: {
  readonly now: number;
  readonly windows: readonly UptimeWindow[];
  readonly words: StatusWords;
}): VNode {
  const { now, windows, words } = props;
  const { messages, count, utcDay } = words;
  return (
    <li class="phead" aria-hidden="true">
      <span />
      <span />
      <span class="ax">
        <span>{utcDay(now - (barDays - 1) * dayMs)}</span>
        <span>{count(messages.days, barDays)}</span>
        <span>{messages.today}</span>
      </span>
      {windows.length > 0 && <span class="n">{messages.uptime}</span>}
    </li>
  );
}

/** Worst first. */
const order: readonly State[] = ['unhealthy', 'degraded', 'unknown', 'maintenance', 'healthy'];

/** Components by group, worst first; those without a group come last. */
export function groupsOf(
  components: readonly StatusComponent[],
): readonly { readonly name: string; readonly components: readonly StatusComponent[] }[] {
  const groups = new Map<string, StatusComponent[]>();
  const sorted = [...components].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  for (const component of sorted) {
    const known = groups.get(component.group);
    if (known === undefined) groups.set(component.group, [component]);
    else known.push(component);
  }
  const all = [...groups].map(([name, some]) => ({ name, components: some }));
  return [...all.filter(({ name }) => name !== ''), ...all.filter(({ name }) => name === '')];
}

/** The row of one model as text: a thousand of them take too long for one turn of the event loop. */
export function statusRow(component: StatusComponent, look: StatusLook, words: StatusWords): string {
  return renderToString(<Row component={component} windows={ordered(look.windows)} words={words} />);
}

/** Rows by the ids of their components. */
export type StatusRows = ReadonlyMap<string, string>;

/** The models by groups, each with its state, its bar and its uptime. */
export function Components(props: {
  readonly view: StatusPageView;
  readonly look: StatusLook;
  readonly words: StatusWords;
  readonly rows: StatusRows;
}): VNode {
  const { view, look, words, rows } = props;
  const { messages } = words;
  const windows = ordered(look.windows);
  const head = renderToString(<Head now={view.now} windows={windows} words={words} />);
  const groups = groupsOf(view.components);
  const nameless = groups.length > 1 ? messages.others : messages.models;
  return (
    <>
      {groups.map(({ name, components }, index) => (
        <section aria-labelledby={`group-${index}`}>
          <h2 id={`group-${index}`} dir="auto">
            {name === '' ? nameless : <Foreign text={cut(name, longestName)} />}
          </h2>
          {/* Rendered, and so escaped, by statusRow. */}
          <ul
            class="plist"
            dangerouslySetInnerHTML={{
              __html: (index === 0 ? head : '') + components.map(({ id }) => rows.get(id) ?? '').join(''),
            }}
          />
        </section>
      ))}
    </>
  );
}

const samples = [
  ['healthy', <path class="h" d="M0 0h12v24H0z" />],
  [
    'degraded',
    <>
      <path class="h" d="M0 0h12v24H0z" />
      <path class="d" d="M0 8h12v16H0z" />
    </>,
  ],
  [
    'unhealthy',
    <>
      <path class="h" d="M0 0h12v24H0z" />
      <path class="u" d="M0 14h12v14H0z" />
    </>,
  ],
  ['unknown', null],
  ['maintenance', <path class="m" d="M0 0h12v24H0z" />],
] as const;

/** The key to the bars. */
export function StatusLegend({ words: { messages } }: { readonly words: StatusWords }): VNode {
  const texts = {
    healthy: messages.states.healthy,
    degraded: messages.states.degraded,
    unhealthy: messages.keyUnhealthy,
    unknown: messages.keyUnknown,
    maintenance: messages.keyMaintenance,
  };
  return (
    <ul class="legend" aria-label={messages.key}>
      {samples.map(([state, paths]) => (
        <li>
          <svg class="b" viewBox="0 0 12 28" preserveAspectRatio="none" aria-hidden="true">
            {paths}
          </svg>
          {texts[state]}
        </li>
      ))}
    </ul>
  );
}
