import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, systemCodeOf } from '../domain/thrown.js';
import { UsageError } from './failure.js';

/** Flushes what was written to a file, or the names in a directory. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Begins an empty file; one that is there stays. */
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
 * Makes `file`, whole or not at all: `fill` writes FILE.partial, which takes the name when it is on disk. Throws
 * UsageError when it cannot be begun or `file` exists.
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
