import type { VNode } from 'preact';
import type { Interval } from '../domain/state.js';
import { usedText } from './error-budget.js';
import { clockTime, isoSeconds, lastedSpan, span } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel } from './icons.js';
import { excludedMs } from './incident-line.js';
import { lengthOf, type IncidentView } from './incident-view.js';

/** How much of the incident is time down, as the uptime counts it, and what the rest is. */
function downOf({ incident, durations, now, endedAt }: IncidentView, length: Interval): [string, string] {
  const lasted = length.to - length.from;
  const excluded = excludedMs(incident, endedAt ?? now);
  const { unhealthy, unknown, maintenance } = durations ?? {
    unhealthy: lasted - excluded,
    unknown: 0,
    maintenance: excluded,
  };
  const rest = [
    [excluded, 'excluded'],
    [maintenance - excluded, 'in maintenance'],
    [unknown, 'unknown'],
  ] as const;
  const parts = rest.flatMap(([ms, what]) => (ms > 0 ? [`${span(ms)} ${what}`] : []));
  return [lastedSpan(unhealthy), parts.length === 0 ? 'nothing is excluded' : parts.join(', ')];
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export function When({ view }: { readonly view: IncidentView }): VNode {
  const { from, to } = lengthOf(view);
  const { day, year, minute } = clockTime(from);
  const end = clockTime(to);
  const open = view.incident.closedAt === null;
  return (
    <p class="mut">
      <time datetime={isoSeconds(from)}>{`${day} ${year}, ${minute}`}</time>
      {open && view.endedAt === null ? (
        ' UTC, no end yet'
      ) : (
        <>
          {' to '}
          <time datetime={isoSeconds(to)}>
            {end.day === day && end.year === year ? end.minute : `${end.day} ${end.year}, ${end.minute}`}
          </time>
          {' UTC'}
        </>
      )}
      {`, a ${weekdays[new Date(from).getUTCDay()] ?? ''}`}
    </p>
  );
}

/** The figures of an incident. */
export function Figures({ view }: { readonly view: IncidentView }): VNode {
  const { incident, confirm, provider, neighbours, neighboursCut, budget, endedAt } = view;
  const length = lengthOf(view);
  const [down, rest] = downOf(view, length);
  const open = incident.closedAt === null && endedAt === null;
  const closed =
    confirm === null
      ? 'closed'
      : confirm.successes === 1
        ? 'closed by a success'
        : `closed by ${confirm.successes} successes in a row`;
  return (
    <dl class="stats">
      <div>
        <dt>Lasted</dt>
        <dd>{lastedSpan(length.to - length.from)}</dd>
        <dd class="sub">{open ? 'until now' : endedAt === null ? closed : 'ended with its model'}</dd>
      </div>
      <div>
        <dt>Time down</dt>
        <dd>{down}</dd>
        <dd class="sub">{rest}</dd>
      </div>
      <div>
        <dt>Who acts</dt>
        <dd class="txt">{incident.blame === null ? '–' : <BlameLabel blame={incident.blame} />}</dd>
        <dd class="sub">
          <Foreign text={cut(provider, 60)} />
        </dd>
      </div>
      <div>
        <dt>Failed checks</dt>
        <dd>{incident.checksFailed}</dd>
        <dd class="sub">
          {view.results.length === 0 ? 'their results are deleted' : <a href="#checks">list of checks</a>}
        </dd>
      </div>
      {budget !== null && (
        <div>
          <dt>Error budget used</dt>
          <dd>{usedText(budget.used)}</dd>
          <dd class="sub">{`of ${span(budget.budgetMs)} in ${budget.month}`}</dd>
        </div>
      )}
      <div>
        <dt>At the same time</dt>
        <dd>{`${neighbours.length}${neighboursCut ? '+' : ''}`}</dd>
        <dd class="sub">others of this reason or provider</dd>
      </div>
    </dl>
  );
}
