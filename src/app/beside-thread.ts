import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../domain/thrown.js';
import { answerLong } from '../http/long-read.js';
import { openHistoryReader, type HistoryReader } from '../store/sqlite/history-reader.js';
import type { BesideAsk, BesideReply, BesideStart } from './beside.js';

/** Runs in the thread that `beside.ts` starts: answers queries one at a time on its own read-only connection. */
function serve(port: NonNullable<typeof parentPort>, { path, migrationsDir }: BesideStart): void {
  let open: { readonly reader: HistoryReader; readonly file: number } | null = null;

  const close = (): void => {
    open?.reader.close();
    open = null;
  };

  /** Reopens the database when the writer has moved a damaged file aside; an open connection would keep reading that file. */
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
      port.postMessage({ id, failure: messageOf(error) } satisfies BesideReply);
    }
  });
}

// `beside.ts` passes it; Node types it as any.
if (parentPort !== null) serve(parentPort, workerData as BesideStart);
