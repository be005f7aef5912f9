import { quantile, type Histogram } from './histogram.js';
import type { Model } from './model.js';
import { dayMs, hourMs } from './period.js';
import { outcomeFor } from './reason.js';
import type { CheckResult } from './result.js';
import { speedCount, speedQuantile, tokensPerSecond, type SpeedMeasure } from './speed.js';

/** Days before a check with which it is compared. */
const days = 7;
/** Fewer results say too little. */
export const leastSamples = 50;

/** Least ms that an answer must be later than usual: less may be the delay of the network, or of the process that measures. */
export const leastLateMs = 100;

/** What is usual of a model at an hour of the day: medians, null where too little is known. */
export interface Usual {
  readonly durationMs: number | null;
  readonly firstTokenMs: number | null;
  readonly tokensPerSecond: number | null;
}

/** Starts of the hours (Unix ms) that a check at `time` is compared with: the same hour of the day in UTC, on each of seven days before. */
export function comparedHours(time: number): number[] {
  const hour = Math.floor(time / hourMs) * hourMs;
  return Array.from({ length: days }, (_, index) => hour - (index + 1) * dayMs);
}

const sizeOf = (histogram: Histogram): number => {
  let size = 0;
  for (const count of histogram.values()) size += count;
  return size;
};

/**
 * Medians of the hours' histograms together. Half of the results of a week decide, so what is slow for less than some four days moves
 * nothing, and what lasts is usual then: slow results count as all others.
 */
export function usualOf({
  latency,
  speed,
}: {
  readonly latency: Histogram;
  readonly speed: Histogram;
}): Usual {
  const median = (measure: SpeedMeasure): number | null =>
    speedCount(speed, measure) < leastSamples ? null : speedQuantile(speed, measure, 0.5);
  return {
    durationMs: sizeOf(latency) < leastSamples ? null : quantile(latency, 0.5),
    firstTokenMs: median('firstToken'),
    tokensPerSecond: median('throughput'),
  };
}

/** How a result compares with what is usual, as text; null where it is not slower than `factor` times that. */
export function slownessOf(result: CheckResult, usual: Usual, factor: number): string | null {
  const late = (what: string, ms: number | null, median: number | null): string | null => {
    if (ms === null || median === null || ms <= factor * median || ms - median < leastLateMs) return null;
    const [took, limit, usually] = [ms, factor * median, median].map((value) => `${Math.round(value)} ms`);
    return `${what} ${took}, over ${limit}, ${factor} times ${usualText(usually)}`;
  };
  const rate = tokensPerSecond(result);
  const median = usual.tokensPerSecond;
  const isSlow =
    rate !== null &&
    median !== null &&
    rate < median / factor &&
    (result.speed?.contentMs ?? 0) * (1 - rate / median) >= leastLateMs;
  const slow = isSlow ? { rate, median } : null;
  return (
    late('took', result.durationMs, usual.durationMs) ??
    late('first text after', result.firstTokenMs, usual.firstTokenMs) ??
    (slow &&
      `wrote ${rateFigure(slow.rate)} tokens/s, under ${rateFigure(slow.median / factor)}, 1/${factor} of ${usualText(rateFigure(slow.median))}`)
  );
}

const usualText = (median = ''): string => `the usual ${median} (median of 7 days at this hour)`;

/** Tokens per second with two or three digits that matter. */
export function rateFigure(rate: number): string {
  return rate < 10 ? rate.toFixed(2) : rate < 100 ? rate.toFixed(1) : String(Math.round(rate));
}

/** A right answer that is slower than the model's own usual speed allows is `slow`. */
export function withBaseline(
  result: CheckResult,
  usual: Usual,
  { slow, probe, outcomes }: Model,
): CheckResult {
  const factor = slow.baseline ?? null;
  if (factor === null || result.reason !== 'ok' || result.stalled === true || probe === 'models')
    return result;
  const detail = slownessOf(result, usual, factor);
  return detail === null
    ? result
    : { ...result, reason: 'slow', outcome: outcomeFor('slow', outcomes), detail };
}
