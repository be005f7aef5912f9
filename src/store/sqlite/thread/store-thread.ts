import { parentPort, workerData } from 'node:worker_threads';
import { openStore, type SqliteStore } from '../sqlite-store.js';
import {
  opening,
  packError,
  type LogLevel,
  type Situation,
  type ThreadCall,
  type ThreadReply,
  type ThreadStart,
  type Files,
} from './thread-port.js';

/** The thread that `threaded-store.ts` starts: it has the database and its lock, and runs calls one after another. */
function serve(port: NonNullable<typeof parentPort>, start: ThreadStart): void {
  let situation: Situation = start;
  const written = new Int32Array(start.written);
  const reply = (message: ThreadReply): void => {
    port.postMessage(message);
  };
  const logAt =
    (level: LogLevel) =>
    ({ err, ...fields }: { err?: unknown }, message: string): void => {
      reply({ log: level, fields, error: err === undefined ? null : packError(err), message });
    };

  const open = (): SqliteStore | null => {
    try {
      return openStore({
        path: start.path,
        migrationsDir: start.migrationsDir,
        onCorrupt: start.onCorrupt,
        highestKey: start.highestKey,
        retention: () => situation.retention,
        clock: { wall: () => situation.now },
        log: { error: logAt('error'), warn: logAt('warn'), info: logAt('info') },
      });
    } catch (error) {
      reply({ id: opening, files: { corruptions: 0, openings: 0 }, error: packError(error) });
      return null;
    }
  };

  const store = open();
  if (store === null) return;
  const files = (): Files => ({ corruptions: store.corruptions, openings: store.openings });
  reply({ id: opening, files: files(), result: null });

  const answer = async ({ id, method, args }: ThreadCall): Promise<void> => {
    try {
      // The parameters belong to the method, which a union of methods does not say.
      const result = await (store[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
      if (method === 'write' || (method === 'writePacked' && result === true)) Atomics.store(written, 0, id);
      reply({ id, files: files(), result });
    } catch (error) {
      reply({ id, files: files(), error: packError(error) });
    }
    if (method === 'close') port.close();
  };
  port.on('message', (call: ThreadCall) => {
    situation = call;
    void answer(call);
  });
}

// `threaded-store.ts` passes it; Node types it as any.
if (parentPort !== null) serve(parentPort, workerData as ThreadStart);
