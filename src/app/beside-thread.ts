import { parentPort, workerData } from 'node:worker_threads';
import { answerLong } from '../http/long-read.js';
import { openHistoryReader, type HistoryReader } from '../store/sqlite/history-reader.js';
import type { BesideAsk, BesideReply, BesideStart } from './beside.js';

/** The thread that `beside.ts` starts: answers one question after another on a read-only connection of its own. */
function serve(port: NonNullable<typeof parentPort>, { path, migrationsDir }: BesideStart): void {
  let open: { readonly reader: HistoryReader; readonly file: number } | null = null;

  const close = (): void => {
    open?.reader.close();
    open = null;
  };

  /** A damaged file is moved aside by the one who writes it: then the reader of another file would go on reading that. */
  const readerOf = (file: number): HistoryReader => {
    if (open?.file !== file) close();
    open ??= { reader: openHistoryReader(path, migrationsDir), file };
    return open.reader;
  };

  port.on('message', ({ id, file, question }: BesideAsk) => {
    try {
      const { text, before } = answerLong(readerOf(file), question);
      const bytes = new TextEncoder().encode(text);
      port.postMessage({ id, answer: { text: bytes, before } } satisfies BesideReply, [bytes.buffer]);
    } catch (error) {
      close();
      const { message } = error as Error;
      port.postMessage({ id, failure: message } satisfies BesideReply);
    }
  });
}

if (parentPort !== null) serve(parentPort, workerData as BesideStart);
