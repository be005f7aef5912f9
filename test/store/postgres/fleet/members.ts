import { afterEach } from '@jest/globals';
import pg from 'pg';
import type { Fleet, ShardFence } from '../../../../src/store/fleet-port.js';
import {
  openPostgresFleet,
  type PostgresFleetOptions,
} from '../../../../src/store/postgres/fleet/postgres-fleet.js';
import { openPostgresStore, type PostgresStore } from '../../../../src/store/postgres/postgres-store.js';
import { createVirtualTime, type VirtualTime } from '../../../scheduler/virtual-time.js';
import { postgresMigrations } from '../../contract/postgres-kind.js';
import { retention, silent } from '../../samples.js';
import type { Server } from '../server.js';

/** An instance, with what it was told and a time of its own. */
export interface Member {
  readonly fleet: Fleet;
  readonly time: VirtualTime;
  /** `+3` for a shard that was gained, `-3` for one that was lost, in order. */
  readonly told: string[];
  /** What was logged, with the level. */
  readonly logged: string[];
}

/** A schema with instances. */
export interface Members {
  readonly url: string;
  readonly store: PostgresStore;
  /** Opens an instance, whose timers move only with its time; it is not started. */
  open(options?: Partial<PostgresFleetOptions>): Promise<Member>;
  /** The same, started. */
  join(options?: Partial<PostgresFleetOptions>): Promise<Member>;
  /** Lets ms go by for the database: leases end sooner, shards have moved longer ago. */
  age(ms: number): Promise<void>;
  /** Makes a minute pass since the shards moved, while leases stay as they are. */
  rest(): Promise<void>;
  /** Runs a statement with the schema's tables; returns its rows as texts. */
  sql(text: string): Promise<string[][]>;
  /** A connection with the schema's tables. */
  connection(): Promise<pg.Client>;
  /** Numbers of the shards by owner, as the database has them. */
  owners(): Promise<Map<string, number>>;
}

/** Makes schemas with instances, which end with the test. */
export function useMembers(server: () => Server): () => Promise<Members> {
  let releases: (() => unknown)[] = [];
  afterEach(async () => {
    for (const release of releases.toReversed()) await release();
    releases = [];
  });

  return async () => {
    const url = server().fresh();
    const openStore = { url, migrationsDir: postgresMigrations, retention: () => retention, log: silent };
    const store = await openPostgresStore(openStore);
    releases.push(() => store.close());
    const connectionString = url.replace('search_path=', `options=-c%20search_path%3D`);
    const pool = new pg.Pool({ connectionString, max: 1 });
    pool.on('error', () => undefined);
    releases.push(() => pool.end());
    const sql = async (text: string): Promise<string[][]> => {
      const { rows } = await pool.query<unknown[]>({ text, rowMode: 'array' });
      return rows.map((row) => row.map(String));
    };

    async function open(options: Partial<PostgresFleetOptions> = {}): Promise<Member> {
      const time = createVirtualTime(0);
      const [told, logged]: [string[], string[]] = [[], []];
      const log =
        (level: string) =>
        (fields: object, message: string): void =>
          void logged.push(`${level}: ${message} ${JSON.stringify(fields)}`);
      const fleet = await openPostgresFleet({
        url,
        clock: time.clock,
        timers: time.timers,
        log: { error: log('error'), warn: log('warn'), info: log('info') },
        gained: (shards: readonly ShardFence[]) => void told.push(...shards.map(({ shard }) => `+${shard}`)),
        lost: (shards) => void told.push(...shards.map((shard) => `-${shard}`)),
        ...options,
      });
      releases.push(() => fleet.stop());
      return { fleet, time, told, logged };
    }
    return {
      url,
      store,
      sql,
      open,
      async join(options) {
        const member = await open(options);
        await member.fleet.start();
        return member;
      },
      async age(ms) {
        const ago = `interval '${ms} ms'`;
        await sql(
          `WITH aged AS (UPDATE instance SET seen = seen - ${ago})
            UPDATE shard SET until = until - ${ago}, moved_at = moved_at - ${ago}`,
        );
      },
      async rest() {
        await sql("UPDATE shard SET moved_at = moved_at - interval '1 minute'");
      },
      async connection() {
        const client = new pg.Client({ connectionString });
        await client.connect();
        releases.push(() => client.end());
        return client;
      },
      async owners() {
        const rows = await sql(
          'SELECT owner, count(*) FROM shard WHERE id >= 0 AND owner IS NOT NULL GROUP BY owner ORDER BY owner',
        );
        return new Map(rows.map(([owner = '', count]): [string, number] => [owner, Number(count)]));
      },
    };
  };
}

/** Looks until `found` holds; rejects after 20 s. */
export async function until(found: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await found())) {
    if (performance.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
