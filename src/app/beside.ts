import { Worker } from 'node:worker_threads';
import { HttpError } from '../http/http-error.js';
import type { LongAnswer, LongQuestion } from '../http/long-read.js';

/** What the thread is started with. */
export interface BesideStart {
  readonly path: string;
  readonly migrationsDir: string;
}

export interface BesideAsk {
  readonly id: number;
  /** How often the daemon opened the file at the path since the start. */
  readonly file: number;
  readonly question: LongQuestion;
}

export type BesideReply = { readonly id: number } & (
  { readonly answer: LongAnswer<Uint8Array> } | { readonly failure: string }
);

/** Reads of the store that would hold up the event loop, done beside it. */
export interface Beside {
  /** Rejects with HttpError 503 when too many wait, and with Error when the store or the thread fails. */
  read(question: LongQuestion): Promise<LongAnswer<Uint8Array>>;
  /** Ends the thread; what waits rejects. */
  close(): Promise<void>;
  /** No thread is at work, so none hangs in a call of the system. */
  readonly idle: boolean;
}

/** A question takes at most a few seconds; more of them than this would wait too long. */
const mostWaiting = 32;
/** The thread keeps some 20 MB as long as it lives. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };

interface Waiting {
  readonly resolve: (answer: LongAnswer<Uint8Array>) => void;
  readonly reject: (error: Error) => void;
}

/** A thread (the built `thread` file) that starts with the first question, ends `idleMs` after the last, and starts again after a crash. */
export function createBeside(
  parts: BesideStart & { thread: URL; file: () => number; idleMs: number },
): Beside {
  const { path, migrationsDir } = parts;
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
      workerData: { path, migrationsDir } satisfies BesideStart,
      env: {},
      resourceLimits,
    });
    started.unref();
    started.on('message', (reply: BesideReply) => {
      const one = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('answer' in reply) one?.resolve(reply.answer);
      else one?.reject(new Error(reply.failure));
      if (waiting.size === 0) idle = setTimeout(() => void end(), parts.idleMs).unref();
    });
    const failed = (cause?: unknown): void => {
      if (worker === started) fail(new Error('the thread that reads beside the loop ended', { cause }));
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
          throw new HttpError(503, 'busy', `${mostWaiting} long answers are awaited already; try again soon`);
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
