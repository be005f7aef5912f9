import type { VNode } from 'preact';
import { tokensOn } from '../domain/budget.js';
import { dayMs } from '../domain/period.js';
import { clockTime } from './figures.js';
import type { PastDay } from './model-past.js';
import type { ModelPageView } from './model-view.js';

const days = 30;
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
      </dl>
    </section>
  );
}
