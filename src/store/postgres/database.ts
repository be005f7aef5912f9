import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { CustomTypesConfig, Pool, PoolClient, QueryResultRow } from 'pg';
import { StoreError } from '../store-error.js';
import { addressOf, type Address } from './address.js';
import { committedOnce, transactionId } from './commit-doubt.js';
import { breaksConnection, described } from './failure.js';

/** Rows of a statement, and how many it changed. */
export interface Answer<Row> {
  readonly rows: Row[];
  readonly changes: number;
}

/** Runs statements; `$name` stands for no parameter, all are `$1` and so on. */
export interface Sql {
  run<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Answer<Row>>;
}

export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database?search_path=schema`. */
  readonly url: string;
  /** False for a pooler that gives each transaction another connection, as PgBouncer does. */
  readonly prepared?: boolean;
  /** Limit of a statement in ms; 30 s unless set. */
  readonly statementTimeoutMs?: number;
  /** Limit in ms to get a connection; 5 s unless set. */
  readonly connectTimeoutMs?: number;
  /** ms without a statement after which the server ends a transaction that may write; never unless set. */
  readonly idleInTransactionMs?: number;
  /** Five unless set. */
  readonly mostConnections?: number;
  /** ms after which a connection that nobody uses is closed; a minute unless set. */
  readonly idleMs?: number;
  readonly log: Record<'error' | 'warn' | 'info', (fields: object, message: string) => void>;
}

/** A database behind few connections; its methods reject with StoreError. */
export interface Database extends Sql {
  /** The place in words, without the password. */
  readonly shown: string;
  /** The schema's name, which needs no quotes. */
  readonly schema: string;
  /** The name of a table with its schema: a pooler keeps no search_path. */
  table(name: string): string;
  /**
   * Commits what `work` does, or nothing; durable when it resolves. With `once` it rejects only where nothing is committed, so that it
   * may be tried again: where the answer to the commit is lost, it waits until the server can be asked.
   */
  transaction<Result>(
    work: (sql: Sql) => Promise<Result>,
    how?: { readonly once?: boolean },
  ): Promise<Result>;
  /** Runs reads over one state of the database. */
  snapshot<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const int8 = 20;

/** bigint as a number where it is exact, without touching what other users of the driver get. */
async function typesOf(): Promise<CustomTypesConfig> {
  const { default: pg } = await import('pg');
  const int8Of = (text: string): number | string => {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : text;
  };
  const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => unknown;
  return {
    // The driver's types say nothing of what a parser returns.
    getTypeParser: ((oid: number, format?: 'text' | 'binary'): unknown =>
      oid === int8 && format !== 'binary'
        ? int8Of
        : parserOf(oid, format)) as CustomTypesConfig['getTypeParser'],
  };
}

/** Throws where the files do not fit together: the driver would leave its connection open, which holds up the end of the process. */
function tryTlsFiles(files: Address['tlsFiles']): void {
  createSecureContext(
    Object.fromEntries(Object.entries(files).map(([use, path]) => [use, readFileSync(path)])),
  );
}

/** Connects; rejects with StoreError when the first connection fails. */
export async function connect(options: ConnectionOptions): Promise<Database> {
  const { connectionString, schema, shown, tlsFiles } = addressOf(options.url);
  await described(shown, () => Promise.resolve().then(() => tryTlsFiles(tlsFiles)));
  const { prepared = true, statementTimeoutMs = 30_000, connectTimeoutMs = 5_000 } = options;
  const { mostConnections = 5, idleMs = 60_000, log } = options;
  const { default: pg } = await import('pg');
  const pool: Pool = new pg.Pool({
    connectionString,
    max: mostConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleMs,
    // A server or network that hangs does not even end a statement.
    query_timeout: statementTimeoutMs + 5_000,
    // Poolers refuse settings of a connection: there the limit is set in each transaction.
    ...(prepared && { statement_timeout: statementTimeoutMs }),
    application_name: 'modelpulse',
    keepAlive: true,
    allowExitOnIdle: true,
    types: await typesOf(),
  });
  // Of connections that are idle; the next use opens another.
  pool.on('error', (err) =>
    log.warn({ err: { message: err.message } }, 'a connection to the database ended'),
  );
  let closed = false;
  let commitsLazily = false;
  const names = new Map<string, string>();

  /** Statements with values are prepared once on each connection, under a name. */
  const nameOf = (text: string): string | undefined => {
    if (!prepared) return undefined;
    const known = names.get(text) ?? `modelpulse-${names.size}`;
    names.set(text, known);
    return known;
  };
  const on = (client: PoolClient): Sql => ({
    async run<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Answer<Row>> {
      const named = values === undefined ? {} : { name: nameOf(text), values: [...values] };
      const { rows, rowCount } = await client.query<Row>({ text, ...named });
      return { rows, changes: rowCount ?? 0 };
    },
  });

  async function borrowed<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    if (closed) throw new StoreError('unavailable', `the store at ${shown} is closed`);
    return described(shown, async () => {
      const client = await pool.connect();
      let broken = false;
      // An error between two statements; the next one rejects.
      const onError = (): void => void (broken = true);
      client.on('error', onError);
      try {
        return await work(client);
      } catch (error) {
        broken ||= !(error instanceof StoreError) && breaksConnection(error);
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    });
  }

  const within = <Result>(begin: string, work: (sql: Sql) => Promise<Result>): Promise<Result> =>
    borrowed(async (client) => {
      await client.query(begin);
      try {
        const result = await work(on(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // On a broken connection the server rolls back by itself; one that hangs would be waited for once more.
        if (error instanceof StoreError || !breaksConnection(error))
          await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });

  const { idleInTransactionMs: idleInMs } = options;
  const idle = idleInMs === undefined ? '' : `; SET LOCAL idle_in_transaction_session_timeout = ${idleInMs}`;
  const limit = prepared ? '' : `; SET LOCAL statement_timeout = ${statementTimeoutMs}`;

  const database: Database = {
    shown,
    schema,
    table: (name) => `"${schema}".${name}`,
    run: (text, values) => borrowed((client) => on(client).run(text, values)),
    async transaction(work, { once = false } = {}) {
      const durable = commitsLazily ? '; SET LOCAL synchronous_commit = on' : '';
      const begin = `BEGIN${limit}${idle}${durable}`;
      if (!once) return within(begin, work);
      return committedOnce(
        (ended) =>
          within(begin, async (sql) => {
            const id = await transactionId(sql);
            const result = await work(sql);
            ended({ id, result });
            return result;
          }),
        { sql: database, isClosed: () => closed },
      );
    },
    snapshot: (work) => within(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY${limit}`, work),
    async close() {
      if (closed) return;
      closed = true;
      await pool.end();
    },
  };
  try {
    const { rows } = await database.run<{ synchronous_commit: string }>('SHOW synchronous_commit');
    commitsLazily = rows[0]?.synchronous_commit === 'off';
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
