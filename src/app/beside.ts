import { Worker } from 'node:worker_threads';
import { HttpError } from '../http/http-error.js';
import type { LongAnswer, LongQuestion } from '../http/long-read.js';
import { StoreError, type StoreErrorKind } from '../store/store-error.js';

/** Start parameters of the thread: the database that it reads. */
export type BesideStart = { readonly migrationsDir: string } & (
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly prepared: boolean }
);

export interface BesideAsk {
  readonly id: number;
  /** Openings of the database by the daemon since its start; when it changes, the thread opens the file again. */
  readonly file: number;
  readonly question: LongQuestion;
}

export type BesideReply = { readonly id: number } & (
  | { readonly answer: LongAnswer<Uint8Array> }
  /** `kind` is that of a StoreError. */
  | { readonly failure: string; readonly kind: StoreErrorKind | null }
);

/** Long reads of the store, run in a thread so that they do not block the event loop. */
export interface Beside {
  /**
   * Rejects with HttpError 503 when 32 reads wait (never for a further page) or after `close`, with StoreError when the store
   * fails, and with Error when the thread does.
   */
  read(question: LongQuestion): Promise<LongAnswer<Uint8Array>>;
  /** Ends the thread; waiting reads reject. */
  close(): Promise<void>;
  /** True when no thread is working, so none can hang in a system call. */
  readonly idle: boolean;
}

/** Most long reads that wait or run; each takes up to a few seconds. */
const mostWaiting = 32;
/** Memory limits; an idle thread uses about 12 MB. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 2 };

interface Waiting {
  readonly resolve: (answer: LongAnswer<Uint8Array>) => void;
  readonly reject: (error: Error) => void;
}

/** What the driver of PostgreSQL reads, as libpq does, where the URL leaves it open. */
const databaseVariable = /^(?:PG[A-Z]+|HOME|USER)$/;

function environmentOf({ kind }: BesideStart): NodeJS.ProcessEnv {
  if (kind === 'sqlite') return {};
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => databaseVariable.test(name)));
}

/** A thread running the built `thread` file. It starts with the first query, ends after `idleMs` idle, restarts after a crash. */
export function createBeside(parts: {
  start: BesideStart;
  thread: URL;
  file: () => number;
  idleMs: number;
}): Beside {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let idle: NodeJS.Timeout | undefined;
  let asked = 0;
  let closed = false;
  let ending = 0;

  const fail = (error: Error): void => {
    worker = null;
    const all = [...waiting.values()];
    waiting.clear();
    for (const { reject } of all) reject(error);
  };

  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ended = worker;
    fail(new HttpError(503, 'stopping', 'the daemon stops'));
    ending += 1;
    await ended?.terminate();
    ending -= 1;
  };

  const start = (): Worker => {
    const started = new Worker(parts.thread, {
      workerData: parts.start,
      env: environmentOf(parts.start),
      resourceLimits,
    });
    started.unref();
    started.on('message', (reply: BesideReply) => {
      const one = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('answer' in reply) one?.resolve(reply.answer);
      else if (reply.kind === null) one?.reject(new Error(reply.failure));
      else one?.reject(new StoreError(reply.kind, reply.failure));
      if (waiting.size === 0) idle = setTimeout(() => void end(), parts.idleMs).unref();
    });
    const failed = (cause?: unknown): void => {
      if (worker === started) fail(new Error('the thread for long reads ended', { cause }));
    };
    started.on('error', failed).on('exit', () => {
      failed();
    });
    return started;
  };

  return {
    read: (question) =>
      new Promise((resolve, reject) => {
        const goesOn = question.kind === 'rows' && question.query.before !== undefined;
        if (closed) throw new HttpError(503, 'stopping', 'the daemon stops');
        if (waiting.size >= mostWaiting && !goesOn)
          throw new HttpError(503, 'busy', `${mostWaiting} long reads wait already; try again soon`);
        clearTimeout(idle);
        worker ??= start();
        asked += 1;
        waiting.set(asked, { resolve, reject });
        worker.postMessage({ id: asked, file: parts.file(), question } satisfies BesideAsk);
      }),
    async close() {
      closed = true;
      await end();
    },
    get idle() {
      return waiting.size === 0 && ending === 0;
    },
  };
}
