import { Readable } from 'node:stream';
import * as z from 'zod';
import { systemCodeOf } from '../domain/thrown.js';
import type { Report } from './port.js';

/** Documents a streamed text body; the stream is not validated. */
export const streamField = z.custom<Readable>().meta({ type: 'string' });

/** True for the error of a stream that was aborted on purpose. */
const isAbort = (error: unknown): boolean => systemCodeOf(error) === 'ABORT_ERR';

/** A body of chunks. An error after the first chunk can only cut the answer short, so it is reported here. */
export function streamOf(chunks: AsyncIterable<string | Buffer>, report: Report, where: string): Readable {
  async function* watched(): AsyncGenerator<string | Buffer> {
    let begun = false;
    try {
      for await (const chunk of chunks) {
        yield chunk;
        begun = true;
      }
    } catch (error) {
      if (begun && !isAbort(error)) report(error, where);
      throw error;
    }
  }
  return Readable.from(watched(), { objectMode: false });
}
