import { afterEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { describe, isAbsence } from '../../../src/store/postgres/failure.js';
import { openPostgresStore, type PostgresStore } from '../../../src/store/postgres/postgres-store.js';
import { StoreError } from '../../../src/store/store-error.js';
import { postgresMigrations } from '../contract/postgres-kind.js';
import { batchOf, counted, modelWrite, result, retention, silent, start } from '../samples.js';
import { openWay } from './fleet/way.js';
import { superPassword, withServer, type Server } from './server.js';

const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100 };

withServer(
  'failures of PostgreSQL',
  (server) => {
    let opened: PostgresStore[] = [];
    afterEach(async () => {
      for (const store of opened) await store.close();
      opened = [];
    });
    const open = async (url: string, changes: object = {}): Promise<PostgresStore> => {
      const store = await openPostgresStore({
        url,
        migrationsDir: postgresMigrations,
        retention: () => retention,
        log: silent,
        connectTimeoutMs: 2_000,
        ...changes,
      });
      opened.push(store);
      return store;
    };

    /** The message of what the work rejects with, which must be for operators and without the password. */
    async function refusal(work: Promise<unknown>): Promise<string> {
      const error: unknown = await work.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(StoreError);
      const { kind, message } = error as StoreError;
      expect(kind).toBe('unavailable');
      expect(message).not.toContain(superPassword);
      return message;
    }
    /** A store with a model, and a write of one result that it does not have yet. */
    async function begun(url: string, changes: object = {}) {
      const store = await open(url, changes);
      const { key } = await store.register('gpt', start, null);
      let slot = start;
      const write = () => store.write(batchOf(modelWrite(key, counted([result((slot += 60_000))]))));
      await write();
      const slots = async () => (await store.results(key, everything)).length;
      return { store, key, write, slots };
    }
    const endConnections = (to: Server): Promise<string> =>
      to.sql(
        'postgres',
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'modelpulse'",
      );

    it('a restart of the server is told, and the store goes on afterwards', async () => {
      const { write, slots } = await begun(server().fresh());
      await server().stop();
      expect(await refusal(write())).toMatch(
        /no server listens on that socket|the connection broke|ended the connection/,
      );
      expect(await refusal(slots())).toContain('no server listens on that socket');
      await server().start();
      await write();
      expect(await slots()).toBe(2);
    });

    it('a crash of the server loses nothing that was written', async () => {
      const { write, slots } = await begun(server().fresh());
      await write();
      await server().stop('immediate');
      await server().start();
      expect(await slots()).toBe(2);
      await write();
    });

    it('a connection that the operator ends is told, or replaced unseen', async () => {
      const { store, write, slots } = await begun(server().fresh());
      const asleep = store.write({
        ...batchOf(),
        fences: [{ shard: 1, fence: 0 }],
      });
      await asleep;
      await endConnections(server());
      // Whether the next use meets the ended connection or a new one is up to the network.
      await write().catch((error: unknown) => expect(error).toBeInstanceOf(StoreError));
      const known = await slots();
      await write();
      expect(await slots()).toBe(known + 1);
    });

    it('a connection that ends within a statement is told as what it is', async () => {
      const url = server().fresh();
      const { write, slots } = await begun(url);
      const schema = /search_path=(\w+)/.exec(url)?.[1];
      // Holds the row of the model, so that the write waits.
      const holding = server().sql(
        'postgres',
        `BEGIN; SELECT 1 FROM ${schema}.model FOR UPDATE;
          DO $$ BEGIN FOR turn IN 1..600 LOOP
            PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
            EXIT WHEN (SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()) > 0;
          END LOOP; END $$;
          COMMIT`,
      );
      let waits = '0';
      while (waits === '0')
        waits = (
          await server().sql(
            'postgres',
            `SELECT count(*) FROM pg_locks WHERE relation = '${schema}.model'::regclass AND mode = 'RowShareLock'`,
          )
        ).trim();
      const message = refusal(write());
      await holding;
      expect(await message).toMatch(/the server or its operator ended the connection|the connection broke/);
      await write();
      expect(await slots()).toBe(2);
    });

    it('a server that is read-only is told; reads go on', async () => {
      const { write, slots } = await begun(server().fresh());
      await server().sql('postgres', 'ALTER DATABASE postgres SET default_transaction_read_only = on');
      await endConnections(server());
      try {
        await slots().catch(() => undefined);
        expect(await slots()).toBe(1);
        expect(await refusal(write())).toContain('it is read-only: a standby');
      } finally {
        await server().sql(
          'postgres',
          'BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT',
        );
        await endConnections(server());
      }
      await slots().catch(() => undefined);
      await write();
      expect(await slots()).toBe(2);
    });

    it('a server without a free connection is told, and the store goes on when there is one', async () => {
      const url = server().fresh();
      const { write } = await begun(url);
      const others: pg.Client[] = [];
      for (let full = false; !full;) {
        const other = new pg.Client({ connectionString: server().url('postgres') });
        other.on('error', () => undefined);
        full = await other.connect().then(
          () => others.push(other) > 50,
          () => true,
        );
      }
      await write();
      expect(await refusal(open(url))).toContain('it has no free connection');
      for (const other of others) await other.end();
      await open(url);
    });

    it('a statement that takes too long is ended and told', async () => {
      const url = server().fresh();
      const { write, slots } = await begun(url, { statementTimeoutMs: 300 });
      const schema = /search_path=(\w+)/.exec(url)?.[1];
      const holding = server().sql(
        'postgres',
        `BEGIN; LOCK TABLE ${schema}.model; SELECT pg_sleep(1); COMMIT`,
      );
      let message = '';
      while (message === '')
        message = await write().then(
          () => '',
          (error: unknown) => (error as StoreError).message,
        );
      expect(message).toContain('a statement took longer than the limit');
      await holding;
      const known = await slots();
      await write();
      expect(await slots()).toBe(known + 1);
    });

    it('a wrong password, an unknown database and an address that is none are told', async () => {
      const wrong = await refusal(open(server().url('postgres', { password: 'secret-word' })));
      expect(wrong).toContain('it refuses the user: check the name and the password');
      expect(wrong).not.toContain('secret-word');
      expect(await refusal(open(server().url('nothing')))).toContain('there is no such database');
      const none = await refusal(open('postgres//me:secret-word@host'));
      expect(none).toContain('the address of the database is not valid');
      expect(none).not.toContain('secret-word');
      expect(await refusal(open(`${server().url('postgres')}&search_path=A-B`))).toContain('search_path');
    });

    it('a pooler that refuses settings is told at once, with what to write', () => {
      const error = Object.assign(new Error('unsupported startup parameter: statement_timeout'), {
        code: '08P01',
      });
      const told = describe(error, 'db') as StoreError;
      expect(told.message).toContain('prepared_statements: false');
      expect([isAbsence(error), isAbsence(told)]).toEqual([false, false]);
    });

    it('a table that a newer release has changed is read by a new connection', async () => {
      const url = server().fresh();
      const { store } = await begun(url);
      expect(await store.models()).toHaveLength(1);
      const schema = /search_path=(\w+)/.exec(url)?.[1];
      await server().sql('postgres', `ALTER TABLE ${schema}.model ALTER COLUMN id TYPE varchar(2000)`);
      await store.models().catch((error: unknown) => expect(error).toBeInstanceOf(StoreError));
      expect(await store.models()).toHaveLength(1);
    });

    it.each([false, true])('with prepared statements: %s', async (prepared) => {
      // A pooler of transactions takes only those without a name.
      const way = await openWay(server().fresh());
      const { store, write, slots } = await begun(way.url, { prepared });
      for (let n = 0; n < 10; n += 1) await write();
      expect(await slots()).toBe(11);
      expect(way.sent().includes('modelpulse-0\0')).toBe(prepared);
      await store.close();
      await way.close();
    });
  },
  { auth: 'scram-sha-256', settings: ['max_connections=12'] },
);
