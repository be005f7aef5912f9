import { readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Migration {
  readonly version: number;
  readonly file: string;
}

/** The files `NNNN-name.sql` of `directory` itself, numbered from 1 without gaps. Throws Error otherwise. */
export function listMigrations(directory: string): Migration[] {
  const files = readdirSync(directory)
    .filter((file) => /^\d{4}-.+\.sql$/.test(file))
    .sort();
  return files.map((file, index) => {
    const version = Number(file.slice(0, 4));
    if (version !== index + 1) throw new Error(`${join(directory, file)}: expected number ${index + 1}`);
    return { version, file };
  });
}
