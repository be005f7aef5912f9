import { modelMemory } from '../../../src/cli/model-memory.js';
import { exportHistory } from '../../../src/store/transfer/export.js';
import type { Taken } from '../../../src/store/transfer/import-model.js';
import { importHistory } from '../../../src/store/transfer/import.js';
import { exportPostgresHistory } from '../../../src/store/transfer/postgres-export.js';
import { importPostgresHistory } from '../../../src/store/transfer/postgres-import.js';
import { checkPostgresRollups } from '../../../src/store/transfer/postgres-rebuild.js';
import type { Parts } from '../../app/parts.js';
import { contentOf } from '../content.js';
import { fullLife } from '../full-life.js';
import type { Server } from '../postgres/server.js';
import { migrationsDir, silent, start } from '../samples.js';
import { wrongIn } from '../transfer/replaying.js';
import type { StoreKind, StorePlace } from './opener.js';
import { postgresKind, postgresMigrations } from './postgres-kind.js';
import { sqliteKind } from './sqlite-kind.js';

/** A kind of store whose history moves. */
export interface TransferKind extends StoreKind {
  exported(where: StorePlace, ids?: readonly string[]): Promise<string>;
  imported(where: StorePlace, text: string): Promise<readonly Taken[]>;
  /** What it holds but the numbers it gave, by kind; a row of a model begins with its id. */
  content(where: StorePlace): Promise<Readonly<Record<string, unknown[]>>>;
  /** Number of wrong hours and days, and of differences between time line and replay. */
  wrongIn(where: StorePlace): Promise<number>;
}

/** A place in which everything has happened, and its export. */
export async function full(
  kind: TransferKind,
  createParts: (store: Awaited<ReturnType<StorePlace['open']>>) => Parts,
): Promise<{ where: StorePlace; text: string }> {
  const where = await kind.somewhere();
  const store = await where.open();
  await fullLife(store, createParts(store), start);
  await store.close();
  return { where, text: await kind.exported(where) };
}

async function* linesOf(text: string): AsyncGenerator<string[]> {
  yield await Promise.resolve(text.replace(/\n$/, '').split('\n'));
}

export function sqliteTransfers(): TransferKind {
  return {
    ...sqliteKind(),
    exported: ({ at }, ids = []) =>
      Promise.resolve().then(() => [...exportHistory(at, migrationsDir, ids)].join('')),
    imported: ({ at }, text) =>
      importHistory({ path: at, migrationsDir, memory: modelMemory }, linesOf(text)),
    content: ({ at }) => Promise.resolve(contentOf(at)),
    wrongIn: ({ at }) => Promise.resolve(wrongIn(at)),
  };
}

const tables: Readonly<Record<string, string>> = {
  model: 'models',
  result: 'checks',
  missed: 'missed',
  horizon: 'horizons',
};

export function postgresTransfers(server: () => Server): TransferKind {
  const options = ({ at }: StorePlace) => ({
    connection: { url: at, log: silent },
    migrationsDir: postgresMigrations,
    memory: modelMemory,
  });
  const exported: TransferKind['exported'] = async (where, ids = []) => {
    let text = '';
    const { connection } = options(where);
    for await (const piece of exportPostgresHistory(connection, postgresMigrations, ids)) text += piece;
    return text;
  };
  return {
    ...postgresKind(server),
    exported,
    imported: (where, text) => importPostgresHistory(options(where), linesOf(text)),
    async content(where) {
      const content: Record<string, unknown[]> = { models: [], checks: [], missed: [], horizons: [] };
      for (const line of (await exported(where)).trimEnd().split('\n')) {
        const { type, model, ...row } = JSON.parse(line) as Record<string, unknown> & { type: string };
        if (type !== 'end') (content[tables[type] ?? type] ??= []).push([model, row]);
      }
      return content;
    },
    async wrongIn(where) {
      const nothing = (): void => undefined;
      const { wrong, replayed } = await checkPostgresRollups({
        ...options(where),
        found: nothing,
        differs: nothing,
        fails: nothing,
      });
      return wrong + replayed.different + replayed.failed;
    },
  };
}
