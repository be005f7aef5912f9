import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../domain/thrown.js';
import { lockFile } from '../store/sqlite/file/file-lock.js';
import { StoreError } from '../store/store-error.js';
import { UsageError } from './failure.js';

/** Flushes a file, or the entries of a directory. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Holds `partial` for this process until `release`; throws UsageError while another process writes it. */
function hold(partial: string, file: string): { release(): void } {
  try {
    // It says more of a folder than SQLite.
    accessSync(dirname(partial), constants.W_OK);
    const lock = lockFile(partial);
    // The file of the lock may be one that its last holder has just removed.
    lock.keep();
    return {
      release() {
        rmSync(`${partial}.lock`, { force: true });
        lock.release();
      },
    };
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'locked')
      throw new UsageError(`${partial} exists: ${file} is being written`);
    throw new UsageError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

/** Creates an empty file; what a process left that was interrupted is replaced. */
async function begin(partial: string, file: string): Promise<void> {
  try {
    await rm(partial, { force: true });
    await (await open(partial, 'wx')).close();
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

/** Removes what was begun when a signal ends the process; returns how to stop that. */
function removeOnSignal(remove: () => void): () => void {
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const end = (): void => {
      remove();
      process.off(signal, end);
      // The way it ends without a listener, which shells and supervisors tell from an exit.
      process.kill(process.pid, signal);
    };
    process.on(signal, end);
    return () => process.off(signal, end);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

/**
 * Creates `file`, whole or not at all: `fill` writes FILE.partial, which is renamed once it is on disk. A signal removes
 * that, except while `fill` blocks the event loop: then it ends the process at once, and the next call replaces the
 * file. Throws UsageError when the file cannot be created or exists.
 */
export async function makeFile(file: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const refuse = (): void => {
    if (existsSync(file)) throw new UsageError(`${file} exists; it is not overwritten`);
  };
  refuse();
  const partial = `${file}.partial`;
  const held = hold(partial, file);
  const remove = (): void => {
    rmSync(partial, { force: true });
    held.release();
  };
  try {
    await begin(partial, file);
    const filling = fill(partial);
    const stop = removeOnSignal(remove);
    try {
      await filling;
      await flush(partial);
      refuse();
      await rename(partial, file);
    } finally {
      stop();
    }
  } finally {
    remove();
  }
  await flush(dirname(file));
}
