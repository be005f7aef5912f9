import { Worker } from 'node:worker_threads';
import { bytesOnDisk } from '../file/file-place.js';
import { refusesContent } from '../file/failure.js';
import { createPackBatch, type PackedBatch } from '../write/packed-batch.js';
import type { Batch, Refusal } from '../../port.js';
import type { OpenedStore, SqliteStore, StoreOptions } from '../sqlite-store.js';
import { StoreError } from '../../store-error.js';
import {
  alwaysMade,
  awaited,
  opening,
  reads,
  unpackError,
  type Situation,
  type ThreadCall,
  type ThreadMethod,
  type ThreadReply,
  type ThreadStart,
  type Files,
} from './thread-port.js';

/** Enough for the models of the largest registry, which are read at the start. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

/** Consecutive looks without a reply after which the thread counts as hung: no call takes nearly that long. */
const hungLooks = 8;
/** Looks are counted, not time: one during which the process or the machine was suspended counts once. */
const lookEveryMs = 500;

/** Reads that the thread has at a time: the next one is there when one ends. */
const mostReads = 2;
export interface ThreadedStore extends OpenedStore {
  /** The thread has answered all calls, so no system call hangs. */
  readonly idle: boolean;
}

interface Waiting {
  readonly method: ThreadMethod;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A read that the thread does not have yet. */
interface Queued extends Waiting {
  readonly args: readonly unknown[];
}

/**
 * Opens the store in a thread of its own (the built `thread` file), so that the event loop waits for no disk and no
 * lock; rejects with StoreError. When the thread ends unexpectedly, pending calls reject as `unavailable` and the next
 * call starts another; a batch that was written resolves. While the thread answers nothing for 4 s, as when the disk
 * hangs, calls reject as `unavailable`, except writes and those whose outcome must be known; not so while `patient` is
 * true. Changes have priority over reads.
 */
export async function openThreadedStore(
  options: Omit<StoreOptions, 'highestKey'> & { readonly thread: URL; readonly patient?: () => boolean },
): Promise<ThreadedStore> {
  const { path, migrationsDir, onCorrupt, log } = options;
  const waiting = new Map<number, Waiting>();
  /** Reads that the thread has, by the number of their call. */
  const reading = new Set<number>();
  const queued: Queued[] = [];
  let worker: Worker | null = null;
  let asked = 0;
  let highestKey = 0;
  let files: Files = { corruptions: 0, openings: 0 };
  /** Of earlier threads. */
  let filesBefore = files;
  let closing: Promise<void> | null = null;
  /** Calls without an answer of the thread, rejected or not. */
  let unanswered = 0;
  /** Looks since its last answer. */
  let silentLooks = 0;
  const written = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  const packBatch = createPackBatch();

  /** Null for a batch with content that cannot be packed, which the store refuses. */
  const packedOf = (batch: Batch): PackedBatch | null => {
    try {
      return packBatch(batch);
    } catch (error) {
      if (refusesContent(error)) return null;
      throw error;
    }
  };

  const situation = (): Situation => ({ now: options.clock.wall(), retention: options.retention() });

  const hung = (): StoreError => new StoreError('unavailable', `${path} does not answer; its disk may hang`);

  const look = (): void => {
    silentLooks = unanswered === 0 || options.patient?.() === true ? 0 : silentLooks + 1;
    if (silentLooks < hungLooks) return;
    for (const [id, { method, reject }] of waiting) {
      if (id === opening || awaited.has(method)) continue;
      waiting.delete(id);
      reject(hung());
    }
    for (const { reject } of queued.splice(0)) reject(hung());
  };

  const fail = (error: Error): void => {
    worker = null;
    unanswered = 0;
    silentLooks = 0;
    filesBefore = files;
    const all = [...waiting];
    waiting.clear();
    reading.clear();
    for (const { reject } of queued.splice(0)) reject(error);
    for (const [id, { method, resolve, reject }] of all) {
      const done = id !== opening && id === Atomics.load(written, 0);
      if (done) resolve(method === 'write' ? [] : true);
      else reject(error);
    }
  };

  const receive = (started: Worker, reply: ThreadReply): void => {
    if ('log' in reply) {
      const fields = reply.error === null ? {} : { err: unpackError(reply.error) };
      log[reply.log]({ ...fields, ...reply.fields }, reply.message);
      return;
    }
    if (worker === started) {
      files = {
        corruptions: filesBefore.corruptions + reply.files.corruptions,
        openings: filesBefore.openings + reply.files.openings,
      };
      silentLooks = 0;
      if (reply.id !== opening) unanswered -= 1;
      reading.delete(reply.id);
      readOn();
    }
    if ('error' in reply && reply.id === opening) {
      if (worker === started) fail(unpackError(reply.error));
      return;
    }
    const one = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('result' in reply) one?.resolve(reply.result);
    else one?.reject(unpackError(reply.error));
  };

  const start = (): Worker => {
    const workerData: ThreadStart = {
      path,
      migrationsDir,
      onCorrupt,
      highestKey,
      written: written.buffer,
      ...situation(),
    };
    const started = new Worker(options.thread, { workerData, env: {}, resourceLimits });
    let cause: unknown;
    started
      .on('message', (reply: ThreadReply) => {
        receive(started, reply);
      })
      .on('error', (error) => (cause = error))
      .on('exit', () => {
        if (worker !== started) return;
        if (closing === null)
          log.error({ err: cause, path }, 'database thread ended; the next use starts another');
        fail(new StoreError('unavailable', `the thread that writes ${path} ended`, { cause }));
      });
    return started;
  };

  const post = ({ method, args, resolve, reject }: Queued, memory: readonly ArrayBuffer[] = []): void => {
    worker ??= start();
    // Fits into the shared number; a call is answered long before its id is reused.
    asked = (asked % 0x7fff_ffff) + 1;
    worker.postMessage({ id: asked, method, args, ...situation() } satisfies ThreadCall, memory);
    waiting.set(asked, { method, resolve, reject });
    unanswered += 1;
    if (reads.has(method)) reading.add(asked);
  };

  const readOn = (): void => {
    while (reading.size < mostReads) {
      const next = queued.shift();
      if (next === undefined) return;
      post(next);
    }
  };

  const send = (
    method: ThreadMethod,
    args: readonly unknown[],
    memory: readonly ArrayBuffer[] = [],
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closing !== null) throw new StoreError('unavailable', `${path} is closed`);
      if (silentLooks >= hungLooks && !alwaysMade.has(method)) throw hung();
      const one = { method, args, resolve, reject };
      if (reads.has(method) && reading.size >= mostReads) queued.push(one);
      else post(one, memory);
    });

  const call = <Method extends ThreadMethod>(
    method: Method,
    ...args: Parameters<SqliteStore[Method]>
    // The thread runs the method of the same name.
  ): ReturnType<SqliteStore[Method]> => send(method, args) as ReturnType<SqliteStore[Method]>;

  /** Transfers the memory of the batch. */
  const sendPacked = (packed: PackedBatch) =>
    send('writePacked', [packed], [packed.numbers.buffer, packed.bytes.buffer]);

  /** The unpacked batch, which is slower to copy, is sent only where its content is refused. */
  const write = async (batch: Batch): Promise<readonly Refusal[]> => {
    const packed = packedOf(batch);
    if (packed !== null && (await sendPacked(packed))) return [];
    return call('write', batch);
  };

  const end = async (): Promise<void> => {
    clearInterval(looking);
    if (worker === null) return;
    // Also when it ends with an error, which was reported already.
    const ended = new Promise((resolve) => worker?.once('exit', resolve));
    // Not answered: thousands may wait, and would hold up the stop.
    for (const { reject } of queued.splice(0)) reject(new StoreError('unavailable', `${path} is closed`));
    await call('close');
    await ended;
  };

  await new Promise((resolve, reject) => {
    waiting.set(opening, { method: 'models', resolve, reject });
    worker = start();
  });
  const looking = setInterval(look, lookEveryMs).unref();

  return {
    get idle() {
      return unanswered === 0;
    },
    get corruptions() {
      return files.corruptions;
    },
    get openings() {
      return files.openings;
    },
    models: () => call('models'),
    names: (which) => call('names', which),
    async register(...model) {
      const registered = await call('register', ...model);
      highestKey = Math.max(highestKey, registered.key);
      return registered;
    },
    retire: (...model) => call('retire', ...model),
    missed: () => call('missed'),
    write,
    points: (...query) => call('points', ...query),
    durations: (windows) => call('durations', windows),
    spent: (windows) => call('spent', windows),
    counts: (...query) => call('counts', ...query),
    hourHistograms: (asked) => call('hourHistograms', asked),
    results: (...query) => call('results', ...query),
    incidents: (query) => call('incidents', query),
    maintenance: (...query) => call('maintenance', ...query),
    epochs: (key) => call('epochs', key),
    gaps: (key) => call('gaps', key),
    acknowledged: () => call('acknowledged'),
    exclusions: (key) => call('exclusions', key),
    excludedPeriods: (after) => call('excludedPeriods', after),
    addNote: (...note) => call('addNote', ...note),
    acknowledge: (...change) => call('acknowledge', ...change),
    exclude: (...exclusion) => call('exclude', ...exclusion),
    include: (...exclusion) => call('include', ...exclusion),
    notices: (...query) => call('notices', ...query),
    channels: () => call('channels'),
    messages: (query) => call('messages', query),
    waiting: (query) => call('waiting', query),
    waitingChannels: () => call('waitingChannels'),
    keepOutbox: (change) => call('keepOutbox', change),
    vendorIncidents: (query) => call('vendorIncidents', query),
    keepVendorIncidents: (incidents) => call('keepVendorIncidents', incidents),
    prune: (now) => call('prune', now),
    secret: () => call('secret'),
    sizeBytes: () => bytesOnDisk(path),
    close: () => (closing ??= end()),
  };
}
