import type { ComponentChildren, VNode } from 'preact';
import { rateFigure } from '../domain/baseline.js';
import { tookText } from '../domain/duration.js';
import { keysOf } from '../domain/table.js';
import { exactPercent, type Uptime } from '../domain/uptime.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { budgetText } from './error-budget.js';
import { clockTime, coverageFigure, fullCoverage, uptimeFigure } from './figures.js';
import type { Quantiles } from './model-past.js';
import type { ModelPageView } from './model-view.js';

const names: Readonly<Record<UptimeWindow, string>> = {
  '24h': 'Uptime 24 h',
  '7d': '7 d',
  '30d': '30 d',
  '90d': '90 d',
};

/** 0.995 as `99.5 %` */
export const objectiveText = (objective: number): string => exactPercent(objective).replace('%', ' %');

function Figure(props: {
  readonly name: string;
  readonly bad?: boolean;
  readonly value: string;
  readonly sub: ComponentChildren;
}): VNode {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd class={props.bad === true ? 'bad' : undefined}>{props.value}</dd>
      <dd class="sub">{props.sub}</dd>
    </div>
  );
}

const percentOf = (figures: Uptime): string => (figures.uptime === null ? '–' : `${uptimeFigure(figures)} %`);

function UptimeOf(props: {
  readonly window: UptimeWindow;
  readonly figures: Uptime;
  readonly provider: Uptime;
  readonly slo: number | null;
}): VNode {
  const { window, figures, provider, slo } = props;
  const { uptime, coverage } = figures;
  const bad = slo !== null && uptime !== null && uptime < slo;
  const low = coverage !== null && coverage < fullCoverage;
  const watched =
    coverage === null ? 'not watched' : `${low ? '≈ ' : ''}${coverageFigure(figures)} % watched`;
  return (
    <Figure
      name={names[window]}
      bad={bad}
      value={percentOf(figures)}
      sub={[
        ...(bad ? [`below ${objectiveText(slo)}`] : []),
        watched,
        // The same where nobody but the provider was down.
        ...(provider.uptime === uptime ? [] : [`of the provider ${percentOf(provider)}`]),
      ].join('; ')}
    />
  );
}

const latencyText = (ms: number | null): string => (ms === null ? '–' : tookText(ms));

function quantileSub({ p50 }: Quantiles, limit: string | null): string {
  return [`p95; p50 ${latencyText(p50)}`, ...(limit === null ? [] : [limit])].join('; ');
}

function Budget({ page }: { readonly page: ModelPageView }): VNode | null {
  const { past, view, now } = page;
  const { slo } = view.model;
  const month = past?.months[0];
  if (slo === null || month === undefined) return null;
  const budget = budgetText(slo, month.durations);
  const name = `Error budget, ${clockTime(now).day.replace(/^\d+ /, '')}`;
  if (budget === null) return <Figure name={name} value="–" sub="too little is known" />;
  return (
    <Figure
      name={name}
      bad={budget.over}
      value={budget.left}
      sub={`${budget.share} of ${budget.whole} so far, at ${objectiveText(slo)}`}
    />
  );
}

/** How fast answers are written, with their gaps. */
function Throughput({ page: { past, view } }: { readonly page: ModelPageView }): VNode | null {
  const throughput = past?.throughput ?? null;
  if (past === null || throughput === null) return null;
  const { p5, p50 } = throughput;
  const { tokensPerSecond: least = null } = view.model.slow;
  const sub = [
    `p50; p5 ${rateFigure(p5)}`,
    ...(past.gapP95 === null ? [] : [`gap p95 ${tookText(past.gapP95)}`]),
    ...(least === null ? [] : [`slow below ${least}`]),
  ];
  return <Figure name="Tokens/s 24 h" value={rateFigure(p50)} sub={sub.join('; ')} />;
}

/** Uptime with its coverage, the error budget of the month, and latencies. */
export function ModelFigures({ page }: { readonly page: ModelPageView }): VNode {
  const { past, row, view } = page;
  const { durationMs, firstTokenMs } = view.model.slow;
  const firstToken = past?.firstToken ?? null;
  const slow = (ms: number | null) => (ms === null ? null : `slow from ${tookText(ms)}`);
  return (
    <dl class="stats" aria-label="Figures" data-part="stats">
      {keysOf(uptimeWindows).map((window) => (
        <UptimeOf
          window={window}
          figures={row.uptime[window]}
          provider={view.providerUptime[window]}
          slo={row.slo}
        />
      ))}
      <Budget page={page} />
      {past !== null && (
        <Figure
          name="Latency 24 h"
          value={latencyText(past.latency.p95)}
          sub={quantileSub(past.latency, slow(durationMs))}
        />
      )}
      {firstToken !== null && (
        <Figure
          name="First token 24 h"
          value={latencyText(firstToken.p95)}
          sub={quantileSub(firstToken, slow(firstTokenMs))}
        />
      )}
      <Throughput page={page} />
    </dl>
  );
}
