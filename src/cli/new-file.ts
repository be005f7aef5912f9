import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, systemCodeOf } from '../domain/thrown.js';
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

/** Creates an empty file; an existing one stays. */
async function begin(path: string, file: string): Promise<void> {
  try {
    await (await open(path, 'wx')).close();
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST')
      throw new UsageError(
        `${path} exists: ${file} is being written, or was when it was interrupted; remove it then`,
      );
    throw new UsageError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

/**
 * Creates `file`, whole or not at all: `fill` writes FILE.partial, which is renamed once it is on disk. Throws
 * UsageError when the file cannot be created or exists.
 */
export async function makeFile(file: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const refuse = (): void => {
    if (existsSync(file)) throw new UsageError(`${file} exists; it is not overwritten`);
  };
  refuse();
  const partial = `${file}.partial`;
  await begin(partial, file);
  try {
    await fill(partial);
    await flush(partial);
    refuse();
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await flush(dirname(file));
}
