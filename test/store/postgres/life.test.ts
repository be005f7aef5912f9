import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs, hourMs } from '../../../src/domain/period.js';
import { durationsBetween, timelineBetween } from '../../../src/store/history.js';
import type { Store } from '../../../src/store/port.js';
import { useParts, type Parts } from '../../app/parts.js';
import { amount } from '../../slow.js';
import type { StorePlace } from '../contract/opener.js';
import { postgresKind, postgresMigrations } from '../contract/postgres-kind.js';
import { sqliteKind } from '../contract/sqlite-kind.js';
import { modelMemory } from '../../../src/cli/model-memory.js';
import { exportHistory } from '../../../src/store/transfer/export.js';
import { exportPostgresHistory } from '../../../src/store/transfer/postgres-export.js';
import {
  checkPostgresRollups,
  rebuildPostgresRollups,
} from '../../../src/store/transfer/postgres-rebuild.js';
import { importHistory } from '../../../src/store/transfer/import.js';
import { importPostgresHistory } from '../../../src/store/transfer/postgres-import.js';
import { fullLife } from '../full-life.js';
import { happenings, lead, type Happening } from '../random-life.js';
import { migrationsDir, retention, silent, start } from '../samples.js';
import { withServer } from './server.js';

/** So short that a random life outlives each. */
const short = { checksMs: 4 * hourMs, failuresMs: 9 * hourMs, hoursMs: 2 * dayMs, daysMs: 5 * dayMs };

withServer('a life in PostgreSQL', (server) => {
  const kinds = [sqliteKind(), postgresKind(server)];
  const createParts = useParts();

  /** Everything that the port tells of the model `id`, over the windows. */
  async function told(
    { store, where, parts }: { store: Store; where: StorePlace; parts: Parts },
    id: string,
    now: number,
    fractions: readonly (readonly [number, number])[],
  ) {
    const { key, stored } = parts.roster.get(id)!.view;
    const span = now - stored.firstSeen;
    const windows = fractions.map(([a, b]) => ({
      from: stored.firstSeen + Math.floor(Math.min(a, b) * span),
      to: stored.firstSeen + Math.floor(Math.max(a, b) * span),
    }));
    const [holes = { from: 0, to: 0 }] = windows;
    const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const figures = [];
    for (const { from, to } of windows) {
      for (const exclusions of [[], [holes]]) {
        const past = { key, stored, exclusions };
        figures.push(
          await durationsBetween(store, past, { from, to }),
          await timelineBetween(store, past, { from, to }),
          await store.counts(key, from, to, exclusions),
          await where.series(past, { from, to }, dayMs),
          await where.series(past, { from: Math.max(from, to - 2 * dayMs), to }, 3 * hourMs),
        );
      }
      figures.push(
        await store.results(key, { from, to, limit: 20 }),
        await store.results(key, { from, to, limit: 20, outcome: 'unhealthy' }),
        await store.results(key, { from, to, limit: 20, outcome: 'healthy' }),
        await store.points(key, from, to, 7),
        await store.incidents({ from, to, limit: 50 }),
        await store.maintenance(key, from, to),
      );
    }
    return {
      figures,
      models: await store.models(),
      names: await store.names([id]),
      missed: await store.missed(),
      results: await store.results(key, { ...everything, limit: 1_000 }),
      points: await store.points(key, 0, everything.to),
      incidents: await store.incidents({ limit: 1_000 }),
      epochs: await store.epochs(key),
      gaps: await store.gaps(key),
      exclusions: await store.exclusions(key),
      periods: await store.excludedPeriods(0),
    };
  }

  async function places(kept: typeof retention) {
    const made = [];
    for (const kind of kinds) {
      const where = await kind.somewhere();
      const store = await where.open({ retention: () => kept });
      made.push({ store, where, parts: createParts(store) });
    }
    return made;
  }

  /** What an export tells of a place: of a file, or of a schema by its URL. */
  async function exported({ where }: { where: Pick<StorePlace, 'at'> }): Promise<string> {
    if (!where.at.startsWith('postgres:')) return [...exportHistory(where.at, migrationsDir, [])].join('');
    let text = '';
    const connection = { url: where.at, log: silent };
    for await (const piece of exportPostgresHistory(connection, postgresMigrations, [])) text += piece;
    return text;
  }

  /** Hours, days and times that a recount of the schema finds wrong. */
  async function wrongIn(
    { where }: { where: Pick<StorePlace, 'at'> },
    work = checkPostgresRollups,
  ): Promise<number> {
    const { wrong, replayed } = await work({
      connection: { url: where.at, log: silent },
      migrationsDir: postgresMigrations,
      memory: modelMemory,
      found: () => undefined,
      differs: () => undefined,
      fails: () => undefined,
    });
    return wrong + replayed.different + replayed.failed;
  }

  it('gives the same answers to every question as in a file', async () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        happenings,
        fc.constantFrom(retention, short),
        fc.array(fc.tuple(fraction, fraction), { minLength: 3, maxLength: 3 }),
        async (life, kept, fractions) => {
          const answers = [];
          for (const place of await places(kept)) {
            const now = await lead(place.store, place.parts, life);
            answers.push([await told(place, 'gpt', now, [...fractions, [0, 1]]), await exported(place)]);
            if (place.where.at.startsWith('postgres:')) expect(await wrongIn(place)).toBe(0);
            await place.store.close();
          }
          expect(answers[1]).toEqual(answers[0]);
        },
      ),
      { numRuns: amount(40, 6), endOnFailure: true },
    );
  });

  it('with something of every kind gives the same answers as in a file', async () => {
    const answers = [];
    for (const place of await places(retention)) {
      await fullLife(place.store, place.parts, start);
      const now = start + 80 * 60_000;
      answers.push([await told(place, 'gpt', now, [[0.2, 0.8]]), await told(place, 'other', now, [[0, 1]])]);
    }
    expect(answers[1]).toEqual(answers[0]);
  });

  it('is the same after an import into a new schema, and imported twice it is there already', async () => {
    const [file] = await places(retention);
    await fullLife(file!.store, file!.parts, start);
    const text = await exported(file!);
    const where = await kinds[1]!.somewhere();
    const imported = (lines: string) =>
      importPostgresHistory(
        {
          connection: { url: where.at, log: silent },
          migrationsDir: postgresMigrations,
          memory: modelMemory,
        },
        (async function* () {
          yield await Promise.resolve(lines.trimEnd().split('\n'));
        })(),
      );
    expect((await imported(text)).map(({ how }) => how)).toEqual(['new', 'new']);
    expect(await exported({ where })).toBe(text);
    expect((await imported(text)).map(({ how }) => how)).toEqual(['there', 'there']);
    expect(await exported({ where })).toBe(text);
    expect(await wrongIn({ where })).toBe(0);
    await expect(imported(text.replace('"type":"end"', '"type":"middle"'))).rejects.toThrow('line ');
    expect(await exported({ where })).toBe(text);
  });

  it('takes a history before its own', async () => {
    const life = Array.from({ length: 30 }, (_, n): Happening => ({
      kind: 'result',
      found: ['healthy', 'ok'],
      ms: 40,
      afterMs: 60_000 + n,
    }));
    const answers = [];
    for (const kind of kinds) {
      const where = await kind.somewhere();
      const store = await where.open();
      await lead(store, createParts(store), life, start + 5 * dayMs);
      answers.push(await exported({ where }));
      const [file] = await places(retention);
      await fullLife(file!.store, file!.parts, start);
      const text = await exported(file!);
      await store.close();
      const lines = (async function* () {
        yield await Promise.resolve(text.trimEnd().split('\n'));
      })();
      const taken = where.at.startsWith('postgres:')
        ? await importPostgresHistory(
            {
              connection: { url: where.at, log: silent },
              migrationsDir: postgresMigrations,
              memory: modelMemory,
            },
            lines,
          )
        : await importHistory({ path: where.at, migrationsDir, memory: modelMemory }, lines);
      expect(taken.map(({ how }) => how)).toEqual(['before', 'new']);
      answers.push(await exported({ where }));
    }
    expect(answers[2]).toBe(answers[0]);
    expect(answers[3]).toBe(answers[1]);
  });

  it('has hours and days that can be recounted', async () => {
    const [, place] = await places(retention);
    await fullLife(place!.store, place!.parts, start);
    expect(await wrongIn(place!)).toBe(0);
    const schema = /search_path=(\w+)/.exec(place!.where.at)![1]!;
    await server().sql(
      'postgres',
      `UPDATE ${schema}.hour_rollup SET healthy = healthy + 1; UPDATE ${schema}.day_rollup SET healthy_ms = 1, latency = NULL`,
    );
    expect(await wrongIn(place!, rebuildPostgresRollups)).toBeGreaterThan(2);
    expect(await wrongIn(place!)).toBe(0);
  });
});
