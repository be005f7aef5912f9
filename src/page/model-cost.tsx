import type { VNode } from 'preact';
import { tokensOn } from '../domain/budget.js';
import { amountText, costOn, nanosPerUnit, sumOfCosts } from '../domain/cost.js';
import type { Price } from '../domain/model.js';
import { dayMs } from '../domain/period.js';
import { clockTime } from './figures.js';
import type { PastDay } from './model-past.js';
import type { ModelPageView } from './model-view.js';

const daysShown = 30;
const days = daysShown;
const [width, gap, height] = [4, 1, 60] as const;

const counted = (count: number): string => Math.round(count).toLocaleString('en-US');

interface DayTokens {
  readonly from: number;
  readonly tokens: number;
}

/** The last 30 UTC days; a day before the first sight has no tokens. */
export function tokensByDay(past: readonly PastDay[], now: number): DayTokens[] {
  const today = Math.floor(now / dayMs);
  const known = new Map(past.map(({ from, tokens }) => [Math.floor(from / dayMs), tokens]));
  return Array.from({ length: days }, (_, index) => {
    const day = today - days + 1 + index;
    return { from: day * dayMs, tokens: known.get(day) ?? 0 };
  });
}

function Chart({
  tokens,
  budget,
}: {
  readonly tokens: readonly DayTokens[];
  readonly budget: number | null;
}): VNode {
  const most = tokens.reduce((sum, day) => Math.max(sum, day.tokens), Math.max(1, budget ?? 0)) * 1.05;
  const tall = (count: number): number => Math.round((count / most) * height * 10) / 10;
  const bars = tokens.flatMap((day, index) => {
    const size = tall(day.tokens);
    return size <= 0
      ? []
      : [
          `M${index * width} ${Math.round((height - size) * 10) / 10}h${width - gap}V${height}h-${width - gap}z`,
        ];
  });
  const sum = tokens.reduce((total, day) => total + day.tokens, 0);
  const today = tokens.at(-1)?.tokens ?? 0;
  const limit = budget === null ? '' : `; the budget is ${counted(budget)} a day`;
  return (
    <>
      <svg
        class="tok"
        viewBox={`0 0 ${days * width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Tokens a day for ${days} days: ${counted(sum)} in all, ${counted(today)} today so far${limit}.`}
      >
        <path class="bars" d={bars.join('')} />
        {budget !== null && (
          <path class="limit" d={`M0 ${Math.round((height - tall(budget)) * 10) / 10}H${days * width}`} />
        )}
      </svg>
      <p class="mut ax2">
        <span>{clockTime(tokens[0]?.from ?? 0).day}</span>
        {budget !== null && <span>{`budget ${counted(budget)} tokens a day`}</span>}
        <span>today</span>
      </p>
    </>
  );
}

/** The sum of the known costs of the days that begin at or after `from`; null without one. */
function costSince(days: readonly PastDay[], from: number): number | null {
  return days.reduce<number | null>((sum, day) => (day.from >= from ? sumOfCosts(sum, day.cost) : sum), null);
}

/** What checks have cost, as terms and texts; a price alone says what they will. */
function moneyFacts({ past, view, now }: ModelPageView): (readonly [string, string])[] {
  const { cost, model, monthCost } = view;
  const { price = null, usdPerMonth = null } = model;
  const facts: (readonly [string, string])[] = [];
  if (cost !== null) {
    const { currency } = cost;
    const text = (nanos: number | null): string => (nanos === null ? '–' : amountText(nanos, currency));
    const today = Math.floor(now / dayMs) * dayMs;
    const days = past?.days ?? [];
    const spent = costOn(monthCost, now);
    const budget = usdPerMonth === null ? null : usdPerMonth * nanosPerUnit;
    const share =
      budget === null
        ? ''
        : `, ${Math.floor((spent / budget) * 100)} % of the budget of ${amountText(budget, 'USD')}`;
    facts.push(['Cost today', text(costSince(days, today))]);
    facts.push(['Cost, 30 days', text(costSince(days, today - (daysShown - 1) * dayMs))]);
    facts.push(['Cost this month', `${text(spent)}${share}`]);
    facts.push(['Cost in all', text(cost.nanos)]);
  }
  if (price !== null) facts.push(['Price', priceText(price)]);
  return facts;
}

function priceText({ inputPerMillion, outputPerMillion, perRequest, currency, source }: Price): string {
  const amount = (units: number): string => amountText(units * nanosPerUnit, currency);
  const each = perRequest > 0 ? `, ${amount(perRequest)} a request` : '';
  const from = source === 'list' ? ' (from the list that comes with modelpulse)' : '';
  return `${amount(inputPerMillion)} in, ${amount(outputPerMillion)} out a million tokens${each}${from}`;
}

/** What checks have used. */
export function ModelCost({ page }: { readonly page: ModelPageView }): VNode {
  const { past, view, now } = page;
  const budget = view.model.tokensPerDay;
  const today = tokensOn(view.tokensToday, now);
  const tokens = tokensByDay(past?.days ?? [], now);
  const sum = tokens.reduce((total, day) => total + day.tokens, 0);
  const share =
    budget === null || budget <= 0 ? '' : `, ${Math.floor((today / budget) * 100)} % of the budget`;
  return (
    <section aria-labelledby="tok">
      <h2 id="tok">What checks cost</h2>
      {sum > 0 && <Chart tokens={tokens} budget={budget} />}
      <dl class="facts">
        <dt>Today</dt>
        <dd>{`${counted(today)} tokens${share}`}</dd>
        <dt>Yesterday</dt>
        <dd>{past === null ? '–' : `${counted(tokens.at(-2)?.tokens ?? 0)} tokens`}</dd>
        <dt>30 days</dt>
        <dd>{past === null ? '–' : `${counted(sum)} tokens`}</dd>
        <dt>In all</dt>
        <dd>{`${counted(view.inputTokens)} tokens in, ${counted(view.outputTokens)} out`}</dd>
        {moneyFacts(page).map(([term, text]) => (
          <>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
