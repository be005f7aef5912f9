import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../domain/thrown.js';
import type { TimeLimit } from '../transport/time-limit.js';
import { createFairTurns } from './fair-turns.js';

/**
 * Runs a jq program on a text of JSON: its first result, null for none, and of a list or an object only that it is one.
 * Rejects with what is wrong, in words. The text goes to the thread as it is: a copy of what it says would be made in the
 * loop, and fails where lists are nested deeply.
 */
export type Jq = (program: string, json: string) => Promise<unknown>;

/** Longest run of a program in ms. */
const runLimitMs = 1_000;
/** ms between two counts of the time that a program has run. */
const countEveryMs = 50;

/** Most bytes of its memory, which is outside the heap limits of the thread. */
const memoryLimit = 64 * 1024 * 1024;
/** Most characters of a result. */
const resultLimit = 1024 * 1024;

/** Most characters of a message. */
const messageLimit = 300;

/**
 * What stands around a program. Whatever jq prints becomes a list of numbers in JavaScript, one for each byte, which can end the
 * process: so a result and a message are cut in jq, and functions that print do not.
 */
const before =
  'def debug: .; def debug(m): .; def stderr: .; def halt: empty; def halt_error: error; def halt_error(c): error; first(try ((';
const after =
  ')) catch ((if type == "string" then . else tojson end)[:' +
  `${messageLimit}] | error)) | if type == "string" then .[:${resultLimit}] elif type == "object" or type == "array" then {} else . end`;

/**
 * A thread of its own, in CommonJS so that it starts without a file: a program that never ends must not hold the loop.
 * In brackets a program cannot load another one, and `first` leaves what comes after its first result undone; what is
 * wrong with it is said of the program as it was written. Out of memory jq is beyond use, and so is the thread.
 */
const source = `
const { parentPort, workerData } = require('node:worker_threads');
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * 65536 > ${memoryLimit}) throw new RangeError('out of memory');
  return grow.call(this, pages);
};
const loading = require(workerData).loadJq();
loading.then(() => parentPort.postMessage({ ready: true }));
const messageOf = (stderr) => stderr.split('\\n')[0].replace(/^jq: (?:error: )?/, '');
parentPort.on('message', async ({ program, json, compiling }) => {
  const jq = await loading;
  try {
    const whole = compiling ? 'empty | (' + program + '\\n)' : ${JSON.stringify(before)} + program + '\\n' + ${JSON.stringify(after)};
    parentPort.postMessage({ value: jq.first(json, whole) ?? null });
  } catch (error) {
    if (typeof error.stderr !== 'string') throw error;
    // Without input it is compiled, and not run.
    const alone = error.exitCode === 3 ? jq.raw('', program) : error;
    const unfit = error.exitCode === 3;
    parentPort.postMessage({ unfit, problem: messageOf((alone.exitCode === 3 ? alone : error).stderr) });
  }
});
`;

interface Told {
  readonly ready?: true;
  readonly value?: unknown;
  readonly problem?: string;
  /** The program does not compile. */
  readonly unfit?: boolean;
}

/** A program that does not compile. */
export class JqSyntaxError extends Error {}

/** A program that was not run: its check was over before its turn came, or the thread of jq does not start. */
export class JqNotRunError extends Error {}

/**
 * Calls `passed` once the program has had its time; the returned function ends that. Time for which the process stood
 * still is not counted: the program stood as well, or has ended and its result is not read yet.
 */
function countRun(passed: () => void): () => void {
  let left = runLimitMs;
  let last = performance.now();
  let due: NodeJS.Immediate | undefined;
  const timer = setInterval(() => {
    const now = performance.now();
    left -= Math.min(now - last, 2 * countEveryMs);
    last = now;
    if (left <= 0) due ??= setImmediate(passed);
  }, countEveryMs);
  return () => {
    clearInterval(timer);
    clearImmediate(due);
  };
}

const findPackage = (): string => createRequire(import.meta.url).resolve('jq-wasm');

function startWorker(path: string) {
  const worker = new Worker(source, {
    eval: true,
    workerData: path,
    env: {},
    // The rejection contains what jq prints when it gives up.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
  worker.unref();
  // A thread that fails while nobody waits for it must not end the process.
  worker.on('error', () => undefined);
  const next = (): Promise<Told> =>
    new Promise((resolve, reject) => {
      const done = (): void => {
        worker.off('message', take).off('error', fail).off('exit', end);
        worker.unref();
      };
      const take = (told: Told): void => {
        done();
        resolve(told);
      };
      const fail = (error: unknown): void => {
        done();
        reject(new Error(messageOf(error), { cause: error }));
      };
      const end = (): void => {
        fail(new Error('its thread ended'));
      };
      worker.ref();
      worker.on('message', take).on('error', fail).on('exit', end);
    });
  return { worker, ready: next(), next };
}

/**
 * jq in a worker thread that starts with the first program. Runs one program at a time, and skips those of checks that are
 * over. Its time is shared out by program and by whom it is run for: a reply of any machine may make a program slow.
 * `find` returns the path of its package.
 */
export function createJq(find = findPackage): {
  /** Runs a program for a check of the machine `of`. */
  run(program: string, json: string, limit?: TimeLimit, of?: string): Promise<unknown>;
  /** Why a program does not compile; null when it does. */
  problemIn(program: string): Promise<string | null>;
  close(): void;
} {
  let started: ReturnType<typeof startWorker> | null = null;
  const turns = createFairTurns();

  const stop = (): void => {
    void started?.worker.terminate();
    started = null;
  };

  const start = (): ReturnType<typeof startWorker> => {
    const made = startWorker(find());
    made.worker.once('exit', () => {
      if (started === made) started = null;
    });
    return made;
  };

  /** The thread, ready; rejects with JqNotRunError where it does not start, as without a free thread or its package. */
  const readyThread = async (): Promise<ReturnType<typeof startWorker>> => {
    try {
      started ??= start();
      const thread = started;
      await thread.ready;
      return thread;
    } catch (cause) {
      stop();
      const [why = ''] = messageOf(cause).split('\n', 1);
      throw new JqNotRunError(`jq: does not start: ${why.slice(0, messageLimit)}`, { cause });
    }
  };

  async function run(program: string, json: string, compiling = false): Promise<unknown> {
    const { worker, next } = await readyThread();
    const limit = { passed: false };
    let counted = (): void => undefined;
    let wrong: { problem: string; unfit: boolean };
    try {
      const told = next();
      worker.postMessage({ program, json, compiling });
      counted = countRun(() => {
        limit.passed = true;
        stop();
      });
      const { value, problem, unfit = false } = await told;
      if (problem === undefined) return value;
      wrong = { problem, unfit };
    } catch (error) {
      stop();
      throw new Error(limit.passed ? `jq: not done within ${runLimitMs} ms` : 'jq: gave up, out of memory', {
        cause: error,
      });
    } finally {
      counted();
    }
    throw wrong.unfit ? new JqSyntaxError(`jq: ${wrong.problem}`) : new Error(`jq: ${wrong.problem}`);
  }

  const inTurn = (program: string, of: string, work: () => Promise<unknown>): Promise<unknown> =>
    turns.take(JSON.stringify([of, program]), work);

  return {
    run: (program, json, limit, of = '') =>
      inTurn(program, of, async () => {
        if (limit?.over() === true) throw new JqNotRunError('jq: its turn came too late');
        return run(program, json);
      }),
    problemIn: (program) =>
      inTurn(program, '', () => run(program, 'null', true)).then(
        () => null,
        // Out of time or memory it may compile yet: what it does then, a check shows.
        (problem: unknown) => (problem instanceof JqSyntaxError ? problem.message : null),
      ),
    close: stop,
  };
}
