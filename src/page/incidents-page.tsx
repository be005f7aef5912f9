import type { VNode } from 'preact';
import type { IncidentPlace } from '../domain/incident.js';
import { blames, type Blame } from '../domain/reason.js';
import { monthAt, monthName, monthText, type MonthNumber } from './calendar-month.js';
import { plural } from './figures.js';
import { cut, foreignText } from './foreign-text.js';
import { blameWords, Icon } from './icons.js';
import { IncidentTable, type IncidentLine } from './incident-line.js';
import { LabelChoice } from './label-choice.js';
import { incidentsAddress, isUnfiltered, type IncidentListQuery } from './incident-query.js';
import { LiveMark, operatorPage, type Frame } from './shell.js';

/** A month of incidents. */
export interface IncidentsView {
  readonly query: IncidentListQuery;
  readonly now: number;
  /** Newest first. */
  readonly lines: readonly IncidentLine[];
  /** Where the next page begins; null on the last. */
  readonly next: IncidentPlace | null;
  /** Newest month before this one with an incident that matches; null without one. */
  readonly earlier: MonthNumber | null;
  /** Open incidents of the registry by blame, whatever the filter. */
  readonly openBy: readonly { readonly blame: Blame | null; readonly count: number }[];
  /** Labels to choose from, as `key:value`. */
  readonly labels: readonly string[];
}

const openCount = ({ openBy }: IncidentsView): number => openBy.reduce((sum, { count }) => sum + count, 0);

/** The heading: how many are open, and by whose fault. */
function Sentence({ view }: { readonly view: IncidentsView }): VNode {
  const { query, now, openBy } = view;
  const open = openCount(view);
  if (open === 0) return <>No incident is open.</>;
  const all: IncidentListQuery = {
    ...query,
    month: monthAt(now),
    model: '',
    blame: null,
    label: '',
    open: true,
  };
  return (
    <>
      <a href={incidentsAddress(all, {}, now)}>{plural(open, 'incident')}</a>
      {open === 1 ? ' is open: ' : ' are open: '}
      {openBy.map(({ blame, count }, index) => (
        <>
          {index > 0 && ', '}
          {blame === null ? (
            `${count} without blame`
          ) : (
            <a href={incidentsAddress(all, { blame }, now)}>{`${count} ${blame}`}</a>
          )}
        </>
      ))}
      .
    </>
  );
}

function Chips({ view }: { readonly view: IncidentsView }): VNode {
  const { query, now } = view;
  const current = (is: boolean) => (is ? ({ 'aria-current': 'true' } as const) : {});
  const to = (changes: Partial<IncidentListQuery>): string => incidentsAddress(query, changes, now);
  const all = query.open === null && query.blame === null;
  return (
    <nav class="chips" aria-label="Filter" data-part="chips">
      <a href={to({ open: null, blame: null })} {...current(all)}>
        All
      </a>
      <a class="u" href={to({ open: query.open === true ? null : true })} {...current(query.open === true)}>
        <Icon of="u" />
        Open <b>{openCount(view)}</b>
      </a>
      <a href={to({ open: query.open === false ? null : false })} {...current(query.open === false)}>
        Closed
      </a>
      {blames.map((blame) => (
        <a href={to({ blame: query.blame === blame ? null : blame })} {...current(query.blame === blame)}>
          <Icon of={blame} />
          {blameWords[blame]}
        </a>
      ))}
    </nav>
  );
}

function Tools({ view }: { readonly view: IncidentsView }): VNode {
  const { query, labels } = view;
  const json = new URLSearchParams({ window: `month:${monthText(query.month)}` });
  if (query.model !== '') json.set('model', query.model);
  if (query.open !== null) json.set('open', String(query.open));
  return (
    <form class="tools" role="search" aria-label="Incidents" action="/incidents">
      {query.open !== null && <input type="hidden" name="open" value={String(query.open)} />}
      {query.blame !== null && <input type="hidden" name="blame" value={query.blame} />}
      <label class="find">
        <span class="vh">Model</span>
        <input
          type="search"
          name="model"
          placeholder="Id of a model"
          autocomplete="off"
          maxlength={200}
          value={query.model}
        />
      </label>
      {(labels.length > 0 || query.label !== '') && (
        <LabelChoice name="Label" labels={labels} chosen={query.label} />
      )}
      <label>
        {'Month '}
        <input type="month" name="month" placeholder="2026-11" value={monthText(query.month)} />
      </label>
      <span class="acts">
        <button>Apply</button>
        <a class="btn" href={`/api/v1/incidents?${json.toString()}`}>
          JSON
        </a>
      </span>
    </form>
  );
}

function Months({ view }: { readonly view: IncidentsView }): VNode | null {
  const { query, now, earlier, next } = view;
  const later = query.month < monthAt(now) ? query.month + 1 : null;
  if (query.after === null && next === null && earlier === null && later === null) return null;
  return (
    <nav class="more pager" aria-label="More incidents">
      {query.after !== null && (
        <a href={incidentsAddress(query, {}, now)}>{`Newest of ${monthName(query.month)}`}</a>
      )}
      {next !== null && (
        <a rel="next" href={incidentsAddress(query, { after: next }, now)}>
          {`More of ${monthName(query.month)}`}
        </a>
      )}
      {earlier !== null && (
        <a href={incidentsAddress(query, { month: earlier }, now)}>{`Earlier: ${monthName(earlier)}`}</a>
      )}
      {later !== null && (
        <a href={incidentsAddress(query, { month: later }, now)}>{`Later: ${monthName(later)}`}</a>
      )}
    </nav>
  );
}

/** `11 incidents`, as far as they are counted. */
function countText({ lines, next, query }: IncidentsView): string {
  const counted = plural(lines.length, 'incident');
  if (next === null && query.after === null) return counted;
  return query.after === null ? `the newest ${lines.length}` : `${counted} on this page`;
}

function Nothing({ view }: { readonly view: IncidentsView }): VNode {
  const { query, now } = view;
  const month = monthName(query.month);
  if (isUnfiltered(query)) return <p class="mut">{`No incident in ${month}.`}</p>;
  const asked = [
    ...(query.model === '' ? [] : [`“${foreignText(cut(query.model, 60))}”`]),
    ...(query.label === '' ? [] : [foreignText(cut(query.label, 60))]),
    ...(query.blame === null ? [] : [blameWords[query.blame]]),
    ...(query.open === null ? [] : [query.open ? 'open' : 'closed']),
  ];
  const all = { model: '', label: '', blame: null, open: null };
  return (
    <p class="mut">
      {`No incident of ${month} matches ${asked.join(', ')}. `}
      <a href={incidentsAddress(query, all, now)}>{`Show all of ${month}`}</a>
    </p>
  );
}

/** The whole page. */
export function incidentsPage(frame: Frame, view: IncidentsView): string {
  const { now, query, lines } = view;
  const open = openCount(view);
  return operatorPage({
    frame,
    title: `${open === 0 ? 'Incidents' : `${plural(open, 'incident')} open`} · modelpulse`,
    icon: open === 0 ? 'healthy' : 'unhealthy',
    section: 'incidents',
    children: (
      <>
        <section class="hero" aria-labelledby="head">
          <div>
            <h1 id="head" data-part="head">
              <Sentence view={view} />
            </h1>
          </div>
          <div class="side">
            <LiveMark now={now} address={incidentsAddress(query, { after: query.after }, now)} />
          </div>
          <Chips view={view} />
        </section>
        <section aria-labelledby="list">
          <Tools view={view} />
          <div data-part="incidents">
            <h2 id="list" class="gap">
              {monthName(query.month)} <small>{countText(view)}</small>
            </h2>
            {lines.length === 0 ? (
              <Nothing view={view} />
            ) : (
              <IncidentTable lines={lines} labelledBy="list" now={now} />
            )}
          </div>
          <Months view={view} />
        </section>
      </>
    ),
  });
}
