import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../domain/thrown.js';
import { answerLong, type LongAnswer, type LongQuestion, type LongSource } from '../http/long-read.js';
import type { ReportReader } from '../report/report-models.js';
import { openHistoryReader } from '../store/sqlite/history-reader.js';
import { StoreError } from '../store/store-error.js';
import type { BesideAsk, BesideReply, BesideStart } from './beside.js';

/** What the thread reads. */
interface Reader extends LongSource {
  readonly report: ReportReader;
  close(): Promise<void> | void;
}

/** Answers at a time: a file is read at once, a server is waited for. */
const atOnce = { sqlite: 1, postgres: 2 } as const;
/** Idle ms of a connection: it ends before its thread, or the server logs that it broke. */
const connectionIdleMs = 2_000;

const unheard = (): void => undefined;

async function openReader(start: BesideStart): Promise<Reader> {
  const { migrationsDir } = start;
  if (start.kind === 'sqlite') return openHistoryReader(start.path, migrationsDir);
  const { openPostgresReader } = await import('../store/postgres/postgres-store.js');
  const reader = await openPostgresReader({
    ...{ url: start.url, prepared: start.prepared, migrationsDir },
    mostConnections: atOnce.postgres,
    idleMs: connectionIdleMs,
    // The daemon's own connections end at the same moment, and that is logged.
    log: { error: unheard, warn: unheard, info: unheard },
  });
  return { ...reader, report: reader };
}

/** Loads what a report needs with the first one. */
async function answerOf(reader: Reader, question: LongQuestion): Promise<LongAnswer<string>> {
  if (question.kind !== 'report') return answerLong(reader, question);
  const { answerReport } = await import('../report/report-answer.js');
  const { pastOf } = await import('./stored-past.js');
  return { text: await answerReport(reader.report, question.ask, pastOf), before: null };
}

/** Runs in the thread that `beside.ts` starts: answers queries on connections of its own, which only read. */
function serve(port: NonNullable<typeof parentPort>, start: BesideStart): void {
  let open: { readonly reader: Promise<Reader>; readonly file: number } | null = null;

  const close = async (): Promise<void> => {
    const closed = open;
    open = null;
    await closed?.reader.then((reader) => reader.close(), unheard);
  };

  /** Reopens the database when the writer has moved a damaged file aside; an open connection would keep reading that file. */
  const readerOf = async (file: number): Promise<Reader> => {
    if (open !== null && open.file !== file) await close();
    if (open === null) {
      const opening = { reader: openReader(start), file };
      open = opening;
      // The next question tries again.
      opening.reader.catch(() => {
        if (open === opening) open = null;
      });
    }
    return open.reader;
  };

  const answer = async ({ id, file, question }: BesideAsk): Promise<void> => {
    try {
      const { text, before } = await answerOf(await readerOf(file), question);
      const bytes = new TextEncoder().encode(text);
      port.postMessage({ id, answer: { text: bytes, before } } satisfies BesideReply, [bytes.buffer]);
    } catch (error) {
      // Connections to a server replace themselves, and other answers are read from them.
      if (start.kind === 'sqlite') await close();
      const kind = error instanceof StoreError ? error.kind : null;
      port.postMessage({ id, failure: messageOf(error), kind } satisfies BesideReply);
    }
  };
  // In a fixed number of rows. Of a file one at a time, since a failure closes it.
  const rows = new Array<Promise<void> | undefined>(atOnce[start.kind]).fill(undefined);
  port.on('message', (ask: BesideAsk) => {
    const row = ask.id % rows.length;
    rows[row] = (rows[row] ?? Promise.resolve()).then(() => answer(ask));
  });
}

// `beside.ts` passes it; Node types it as any.
if (parentPort !== null) serve(parentPort, workerData as BesideStart);
