import { setImmediate } from 'node:timers/promises';
import type { ModelView } from '../domain/view.js';
import { modelFamily } from './catalogue.js';
import { header, type Format } from './format.js';
import { modelFamilies, rowOf, type Row } from './model-families.js';
import { keysOf } from '../domain/table.js';
import { usualSeries, type ShownSeries } from './shown-series.js';

/** ms of work after which a scrape yields to checks. */
const sliceMs = 5;
const chunkLength = 64 * 1024;

interface Slice {
  /** True when the slice is used up. */
  over(): boolean;
  /** Yields to the event loop. */
  rest(): Promise<void>;
}

function startSlice(): Slice {
  let started = performance.now();
  return {
    over: () => performance.now() - started >= sliceMs,
    rest: async () => {
      await setImmediate();
      started = performance.now();
    },
  };
}

async function rowsOf(
  views: Iterable<ModelView>,
  { now, shown }: { readonly now: number; readonly shown: ShownSeries },
  slice: Slice,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const view of [...views]) {
    rows.push(rowOf(view, now, shown));
    if (slice.over()) await slice.rest();
  }
  return rows;
}

/**
 * The per-model series, without an end mark, in chunks of about 64 KiB. Written straight from the views: label maps for
 * 10,000 models would use more memory than the daemon itself. Families without series are left out.
 */
export async function* modelExposition(
  views: Iterable<ModelView>,
  now: number,
  format: Format,
  shown = usualSeries,
): AsyncGenerator<string> {
  const slice = startSlice();
  const rows = await rowsOf(views, { now, shown }, slice);
  let chunk = '';
  for (const key of keysOf(modelFamilies)) {
    const write = modelFamilies[key];
    const family = modelFamily(key);
    if (!shown.histograms && family.type === 'histogram') continue;
    let begun = false;
    for (const row of rows) {
      const lines = write(family.name, row);
      if (lines !== '') chunk += begun ? lines : header(family, format) + lines;
      begun ||= lines !== '';
      if (chunk.length >= chunkLength) {
        yield chunk;
        chunk = '';
      }
      if (slice.over()) await slice.rest();
    }
  }
  if (chunk !== '') yield chunk;
}
