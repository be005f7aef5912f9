import type { VNode } from 'preact';
import { states } from '../domain/state.js';
import { dayMs } from '../domain/period.js';
import { uptimeOf } from '../domain/uptime.js';
import { Bar, drawBar } from './bar.js';
import { budgetText } from './error-budget.js';
import { clockTime, coverageFigure, lastedSpan, plural, uptimeFigure } from './figures.js';
import { barDays } from './glance.js';
import { objectiveText } from './model-figures.js';
import type { PastDay, PastMonth } from './model-past.js';
import { modelAddress } from './page-address.js';
import type { ModelPageView } from './model-view.js';

const lasted = (ms: number): string => (ms <= 0 ? '–' : lastedSpan(ms));
const percentText = (figure: string): string => (figure === '–' ? figure : `${figure} %`);
const isWholly = (day: PastDay): boolean =>
  states.every((state) => state === 'healthy' || day.durations[state] <= 0);

const monthNames = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
] as const;

/** `November, so far`, `June 2025, from the 2nd` */
function monthName(
  { from }: PastMonth,
  { now, isThis }: { readonly now: number; readonly isThis: boolean },
): string {
  const date = new Date(from);
  const year = date.getUTCFullYear();
  const name = `${monthNames[date.getUTCMonth()] ?? ''}${year === new Date(now).getUTCFullYear() ? '' : ` ${year}`}`;
  const start = date.getUTCDate() > 1 ? `, from ${clockTime(from).day}` : '';
  return `${name}${start}${isThis ? ', so far' : ''}`;
}

function Budget({ month, slo }: { readonly month: PastMonth; readonly slo: number }): VNode {
  const budget = budgetText(slo, month.durations);
  if (budget === null)
    return (
      <>
        <td class="grow" />
        <td class="n">–</td>
      </>
    );
  const left = budget.over ? 100 : Math.max(0, Math.round((1 - budget.used) * 100));
  return (
    <>
      <td class="grow">
        <svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <path class={budget.over ? 'u' : 'h'} d={`M0 0h${left}v8H0z`} />
        </svg>
      </td>
      <td class="n t">
        {budget.over ? <b class="over">{budget.left}</b> : budget.left}
        <small>{budget.share}</small>
      </td>
    </>
  );
}

function Figures(props: { readonly durations: PastDay['durations']; readonly slo: number | null }): VNode {
  const figures = uptimeOf(props.durations);
  const bad = props.slo !== null && figures.uptime !== null && figures.uptime < props.slo;
  return (
    <>
      <td class={bad ? 'n bad' : 'n'}>{percentText(uptimeFigure(figures))}</td>
      <td class="n">{percentText(coverageFigure(figures))}</td>
      <td class="n">{lasted(props.durations.unhealthy)}</td>
      <td class="n">{lasted(props.durations.degraded)}</td>
    </>
  );
}

const figureHeads = ['Uptime', 'Coverage', 'Down', 'Degraded'] as const;

function Heads({ first, rest }: { readonly first: string; readonly rest: readonly string[] }): VNode {
  return (
    <tr>
      <th scope="col">{first}</th>
      {rest.map((head) => (
        <th scope="col" class="n">
          {head}
        </th>
      ))}
    </tr>
  );
}

/** The days on which something happened, newest first; each leads to its hours. */
function Days({
  days,
  page,
}: {
  readonly days: readonly PastDay[];
  readonly page: ModelPageView;
}): VNode | null {
  const { model } = page.view;
  const unwell = days.filter((day) => !isWholly(day)).reverse();
  if (unwell.length === 0) return <p class="mut">Each of these days was wholly healthy.</p>;
  const which =
    unwell.length === 1
      ? 'The day that was not wholly healthy'
      : `The ${unwell.length} days that were not wholly healthy`;
  return (
    <details class="tab">
      <summary id="days">{which}</summary>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="days">
        <table>
          <thead>
            <Heads first="Day" rest={[...figureHeads, 'Unknown', 'Maintenance']} />
          </thead>
          <tbody>
            {unwell.map(({ from, durations }) => {
              const date = new Date(from).toISOString().slice(0, 10);
              return (
                <tr>
                  <th scope="row">
                    <a href={`${modelAddress(model.id)}?window=day:${date}#tl`}>{clockTime(from).day}</a>
                  </th>
                  <Figures durations={durations} slo={model.slo} />
                  <td class="n">{lasted(durations.unknown)}</td>
                  <td class="n">{lasted(durations.maintenance)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Months({
  months,
  page,
}: {
  readonly months: readonly PastMonth[];
  readonly page: ModelPageView;
}): VNode {
  const { slo } = page.view.model;
  return (
    <div class="scroll months" tabIndex={0} role="group" aria-labelledby="mon">
      <table>
        <thead>
          <tr>
            <th scope="col">Month</th>
            {[...figureHeads, 'Incidents'].map((head) => (
              <th scope="col" class="n">
                {head}
              </th>
            ))}
            {slo !== null && (
              <th scope="col" colSpan={2}>
                Error budget
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {months.map((month, index) => (
            <tr>
              <th scope="row">{monthName(month, { now: page.now, isThis: index === 0 })}</th>
              <Figures durations={month.durations} slo={slo} />
              <td class="n">{month.incidents ?? '–'}</td>
              {slo !== null && <Budget month={month} slo={slo} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Days as a bar and as a table, and months against the objective. */
export function ModelMonths({ page }: { readonly page: ModelPageView }): VNode | null {
  const { past, now, view } = page;
  if (past === null || past.days.length === 0) return null;
  const { slo } = view.model;
  const since = (Math.floor(now / dayMs) + 1 - barDays) * dayMs;
  const days = past.days.filter(({ to }) => to > since);
  const drawing = drawBar(days);
  return (
    <section aria-labelledby="mon">
      <h2 id="mon">
        Month by month{' '}
        <small>{slo === null ? 'no objective is set' : `objective ${objectiveText(slo)}`}</small>
      </h2>
      <div class="wide">
        <Bar drawing={drawing} of={barDays} />
        <p class="mut ax2">
          <span>{clockTime(since).day}</span>
          <span>today</span>
        </p>
        <p class="mut">{`${drawing.sentence}.`}</p>
      </div>
      <Days days={days} page={page} />
      {past.months.length > 0 && <Months months={past.months} page={page} />}
      <p class="mut">
        {`Days and months of UTC. The error budget is the share of the known time that the objective allows to be down, as in `}
        <code>modelpulse report</code>
        {`: ${plural(past.months.length, 'month')} since the model was first seen, at most 13.`}
      </p>
    </section>
  );
}
