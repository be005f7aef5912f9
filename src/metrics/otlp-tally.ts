import { Counter, type MetricConfiguration } from 'prom-client';
import type { MonitorFamilyName } from './catalogue.js';

export const otlpResults = ['ok', 'partial', 'failed', 'skipped'] as const;

/** Pushes since the start by what became of them. */
export type OtlpTally = Readonly<Record<(typeof otlpResults)[number], number>>;

/** Metrics that there are with the first call only. */
export function createOtlpMetrics(
  about: (key: MonitorFamilyName) => Omit<MetricConfiguration<string>, 'collect'>,
): (tally: OtlpTally | null) => void {
  let pushes: Counter | null = null;
  return (tally) => {
    if (tally === null) return;
    pushes ??= new Counter(about('otlp_pushes_total'));
    pushes.reset();
    for (const result of otlpResults) pushes.inc({ result }, tally[result]);
  };
}
