import { createLocalTime } from '../calendar/local-time.js';
import { pastWindow } from '../calendar/past-window.js';
import { reportCsv } from './report-csv.js';
import { reportMarkdown } from './report-markdown.js';
import { readReport, type Judged, type PastOf, type ReportReader } from './report-models.js';
import { sheetOf } from './report-sheet.js';

export const reportForms = ['sheet', 'csv', 'markdown'] as const;
type ReportForm = (typeof reportForms)[number];

/** A report as somebody asks for it: plain data, so that it can be sent to another thread. */
export interface ReportAsk {
  /** Models of the registry, in its order. */
  readonly registry: readonly Judged[];
  /** Such as `month:2026-10`; a window that has begun. */
  readonly window: string;
  /** A time zone that exists. */
  readonly timezone: string;
  /** Unix ms */
  readonly now: number;
  /** `sheet` is that of the page, as JSON. */
  readonly form: ReportForm;
}

/** The text of a report. Throws RangeError for a window or a zone that does not exist. */
export async function answerReport(reader: ReportReader, ask: ReportAsk, pastOf: PastOf): Promise<string> {
  const { registry, timezone, now, form } = ask;
  const window = pastWindow(ask.window, { timezone, clock: createLocalTime(timezone), now });
  if (typeof window === 'string') throw new RangeError(`${ask.window} is no window of the past`);
  const models = await readReport(reader, { registry, ids: new Set(), window, pastOf });
  if (form === 'csv') return reportCsv(models, window);
  if (form === 'markdown') return reportMarkdown(models, window, now);
  return JSON.stringify(sheetOf(models, window, now));
}
