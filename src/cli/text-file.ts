import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, systemCodeOf } from '../domain/thrown.js';
import { makeFolder } from '../store/make-folder.js';
import { UsageError } from './failure.js';

/** Writes a file that must not exist yet, unless `force` replaces it, whole or not at all. Throws UsageError. */
export async function writeTextFile(file: string, text: string, force: boolean): Promise<void> {
  if (file === '') throw new UsageError('the name of the file to write is empty');
  const target = force ? `${file}.${process.pid}.partial` : file;
  try {
    await writeFile(target, text, { flag: 'wx' });
    if (force) await rename(target, file);
  } catch (error) {
    if (!force && systemCodeOf(error) === 'EEXIST')
      throw new UsageError(`${file} exists; it is not overwritten without --force`);
    if (force) await rm(target, { force: true }).catch(() => undefined);
    throw new UsageError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

/** The same, with the folder of the file. Throws UsageError. */
export async function writeInFolder(file: string, text: string, force: boolean): Promise<void> {
  try {
    makeFolder(dirname(file));
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${messageOf(error)}`);
  }
  await writeTextFile(file, text, force);
}
