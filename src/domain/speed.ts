import { mergeInto, observe, quantile, type Histogram } from './histogram.js';

/** How the answer of a stream came; ms. By the arrival of the bytes, not by the time at which they were read. */
export interface Speed {
  /** From the call to the first text; null without text. */
  readonly firstTextMs: number | null;
  /** From the call to the first reasoning; null without reasoning. */
  readonly firstReasoningMs: number | null;
  /** From the first chunk with text or reasoning to the last; null where the answer came at too few moments to measure it, or its tokens count reasoning that is not shown. */
  readonly contentMs: number | null;
  /** Longest time between two chunks with text or reasoning; null where the answer came at one moment. */
  readonly gapMs: number | null;
}
export const speedNames = ['firstTextMs', 'firstReasoningMs', 'contentMs', 'gapMs'] as const;

/** Least tokens of an answer whose throughput is measured: a chunk holds one or a few. */
export const leastTokens = 16;

/** The part of a result that is measured of a stream. */
interface Measured {
  readonly firstTokenMs: number | null;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
  readonly speed?: Speed;
}

/** Tokens per second after the first token: (output tokens - 1) / (last chunk - first chunk); null where that is not measured. */
export function tokensPerSecond({ usage, speed }: Omit<Measured, 'firstTokenMs'>): number | null {
  // Whole ms, as in the store, so that stored results give the same figure.
  const contentMs = Math.round(speed?.contentMs ?? 0);
  const tokens = usage?.outputTokens ?? 0;
  return contentMs <= 0 || tokens < leastTokens ? null : ((tokens - 1) * 1_000) / contentMs;
}

/** What is measured of streams, in the order of their places in a speed histogram. */
const measures = ['firstToken', 'throughput', 'gap'] as const;
export type SpeedMeasure = (typeof measures)[number];

/** Buckets of one measure. */
const places = 256;
/** Highest bucket of a speed histogram. */
export const lastSpeedBucket = measures.length * places - 1;
/** A histogram begins at 1: rates are counted in thousandths of a token per second. */
const rateScale = 1_000;

const scaleOf = (measure: SpeedMeasure): number => (measure === 'throughput' ? rateScale : 1);

/**
 * Adds what is measured of a result to a speed histogram: the histograms of three measures in one, each in 256 buckets of its own, so that
 * it is stored and merged as a single one. Results of releases that did not measure the speed add nothing.
 */
export function observeSpeed(histogram: Histogram, result: Measured): void {
  const { speed, firstTokenMs } = result;
  if (speed === undefined) return;
  const values = {
    // Rounded as in the store.
    firstToken: firstTokenMs === null ? null : Math.round(firstTokenMs),
    throughput: tokensPerSecond(result),
    gap: speed.gapMs === null ? null : Math.round(speed.gapMs),
  };
  measures.forEach((measure, place) => {
    const value = values[measure];
    if (value !== null) observe(histogram, value * scaleOf(measure), place * places);
  });
}

/** The histogram of one measure. */
function ofMeasure(histogram: Histogram, measure: SpeedMeasure): Histogram {
  const first = measures.indexOf(measure) * places;
  const own: Histogram = new Map();
  for (const [bucket, count] of histogram)
    if (bucket >= first && bucket < first + places) own.set(bucket - first, count);
  return own;
}

/** The q-quantile of a measure, in ms or tokens per second, within 4 %; null when nothing was measured. */
export function speedQuantile(histogram: Histogram, measure: SpeedMeasure, q: number): number | null {
  const found = quantile(ofMeasure(histogram, measure), q);
  return found === null ? null : found / scaleOf(measure);
}

/** Results of which a measure is known. */
export function speedCount(histogram: Histogram, measure: SpeedMeasure): number {
  let count = 0;
  for (const each of ofMeasure(histogram, measure).values()) count += each;
  return count;
}

/** The sum of several histograms. */
export function mergedSpeed(histograms: Iterable<Histogram>): Histogram {
  const sum: Histogram = new Map();
  for (const histogram of histograms) mergeInto(sum, histogram);
  return sum;
}
