import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../domain/thrown.js';
import { answerLong, type LongAnswer, type LongQuestion } from '../http/long-read.js';
import { openHistoryReader, type HistoryReader } from '../store/sqlite/history-reader.js';
import type { BesideAsk, BesideReply, BesideStart } from './beside.js';

/** Loads what a report needs with the first one. */
async function answerOf(reader: HistoryReader, question: LongQuestion): Promise<LongAnswer<string>> {
  if (question.kind !== 'report') return answerLong(reader, question);
  const { answerReport } = await import('../report/report-answer.js');
  const { pastOf } = await import('./stored-past.js');
  return { text: await answerReport(reader.report, question.ask, pastOf), before: null };
}

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

  const answer = async ({ id, file, question }: BesideAsk): Promise<void> => {
    try {
      const { text, before } = await answerOf(readerOf(file), question);
      const bytes = new TextEncoder().encode(text);
      port.postMessage({ id, answer: { text: bytes, before } } satisfies BesideReply, [bytes.buffer]);
    } catch (error) {
      close();
      port.postMessage({ id, failure: messageOf(error) } satisfies BesideReply);
    }
  };
  // One at a time, since a failure closes the database.
  let last = Promise.resolve();
  port.on('message', (ask: BesideAsk) => {
    last = last.then(() => answer(ask));
  });
}

// `beside.ts` passes it; Node types it as any.
if (parentPort !== null) serve(parentPort, workerData as BesideStart);
