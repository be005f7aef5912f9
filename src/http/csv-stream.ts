import type { LongAnswer } from './long-read.js';
import { csvColumns } from './result-csv.js';

/** The most results of one page. */
export const csvPageSize = 1_000;

/** All pages under a header; the next one is asked for when the one before was read. */
export async function* resultCsv(
  page: (before: number | null) => Promise<LongAnswer<Uint8Array>>,
): AsyncGenerator<Buffer> {
  let answer = await page(null);
  yield Buffer.concat([Buffer.from(csvColumns.join(',') + '\r\n'), answer.text]);
  while (answer.before !== null) {
    answer = await page(answer.before);
    yield Buffer.from(answer.text.buffer, answer.text.byteOffset, answer.text.byteLength);
  }
}
