import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, jest } from '@jest/globals';
import { useParts } from '../app/parts.js';
import { command } from '../app/process.js';
import { postgresKind } from '../store/contract/postgres-kind.js';
import { fullLife } from '../store/full-life.js';
import { withServer } from '../store/postgres/server.js';
import { start, workplace } from '../store/samples.js';
import { useConfigured } from './configured-store.js';
import { inFull } from '../slow.js';

const place = workplace();
const createParts = useParts();
const configured = useConfigured();
/** Where nothing listens: there is no daemon. */
const nowhere = '127.0.0.1:65533';

/** The modules of src, and packages, in the files that a command loads. */
async function loadedBy(args: readonly string[]): Promise<string[]> {
  const folder = join(place.directory(), 'coverage');
  mkdirSync(folder);
  const { code, err } = await command(args, { NODE_V8_COVERAGE: folder });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const scripts = readdirSync(folder).flatMap(
    (name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] }).result,
  );
  // Bundles have no comments; their maps name the modules.
  return scripts
    .filter(({ url }) => url.startsWith('file:'))
    .map(({ url }) => fileURLToPath(url))
    .flatMap((file) =>
      existsSync(`${file}.map`)
        ? (JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] }).sources
        : [file],
    )
    .map((name) => name.replace(/^(?:\.\.\/)+/, ''));
}

jest.setTimeout(90_000);

withServer('commands on PostgreSQL', (server) => {
  const kind = postgresKind(server);

  /** A schema in which everything has happened, its configuration, and its name. */
  async function livedThrough(): Promise<{ config: string; schema: string }> {
    const where = await kind.somewhere();
    const store = await where.open();
    await fullLife(store, createParts(store), start);
    const schema = /search_path=(\w+)/.exec(where.at)![1]!;
    return { config: configured({ url: where.at }, nowhere), schema };
  }
  const seen = (schema: string, ago: string): Promise<string> =>
    server().sql(
      'postgres',
      `INSERT INTO ${schema}.instance (id, started, seen) VALUES ('one', now(), now() - interval '${ago}')
        ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`,
    );

  inFull('change nothing while an instance was seen, and are told by status that one runs', async () => {
    const { config, schema } = await livedThrough();
    const run = (...args: string[]) => command([...args, '--config', config]);
    const file = join(place.directory(), 'all.ndjson');
    expect(await run('export', '--output', file)).toEqual({ code: 0, out: '', err: '' });
    await seen(schema, '1 s');
    const inUse = `is in use by a modelpulse daemon, seen within the last 15 s; stop it, wait for 15 s, and try again\n`;
    const [status, ...refused] = await Promise.all([
      run('status', '--json'),
      run('import', file),
      run('rebuild'),
      command(['copy', '--config', configured({ path: join(place.directory(), 'none.db') })], {
        MODELPULSE_COPY_TO: server().url('postgres', { search_path: schema }),
      }),
    ]);
    expect(JSON.parse(status.out)).toMatchObject([{ monitor: { running: true } }, {}]);
    for (const { code, out, err } of refused) {
      expect({ code, out, err }).toEqual({
        code: 1,
        out: '',
        err: expect.stringContaining(inUse) as unknown,
      });
      expect(err.split('\n')).toHaveLength(2);
    }
    await seen(schema, '16 s');
    const [later, check, again] = await Promise.all([
      run('status'),
      run('rebuild', '--check'),
      run('import', file),
    ]);
    // Whether a daemon runs cannot be told.
    expect(later.out).toMatch(/^MODEL /);
    expect(check.code).toBe(0);
    expect(again.out).toMatch(/^2 models: 0 new, .* 2 there already/);
  });

  inFull('exclude without a daemon, and correct sums', async () => {
    const { config, schema } = await livedThrough();
    const run = (...args: string[]) => command([...args, '--config', config]);
    await server().sql('postgres', `UPDATE ${schema}.hour_rollup SET healthy = healthy + 7 WHERE model = 1`);
    const times = ['--from', '2026-03-01T00:30Z', '--to', '2026-03-01T00:31Z'];
    const [excluded, unknown, check] = await Promise.all([
      run('exclude', 'gpt', ...times, '--reason', 'agreed'),
      run('exclude', 'gtp', ...times, '--reason', 'agreed'),
      run('rebuild', '--check'),
    ]);
    expect(excluded).toEqual({
      code: 0,
      out: 'gpt: excluded from 2026-03-01T00:30:00.000Z to 2026-03-01T00:31:00.000Z\n',
      err: '',
    });
    expect(unknown).toMatchObject({ code: 2, err: 'no model gtp is known; did you mean gpt?\n' });
    expect(check.code).toBe(1);
    expect(check.out).toMatch(/gpt\s+hours\s+\S+Z\s+healthy\s+\d+\s+\d+/);
    expect((await run('rebuild')).out).toMatch(/ [1-9]\d* corrected\n$/);
    const [again, all] = await Promise.all([run('rebuild', '--check'), run('export')]);
    expect(again).toMatchObject({ code: 0 });
    expect(all.out).toContain(
      '{"type":"exclusion","model":"gpt","from":"2026-03-01T00:30:00.000Z","to":"2026-03-01T00:31:00.000Z","reason":"agreed"',
    );
  });

  it('name pg_dump for a backup, and say where there is nothing yet', async () => {
    const config = configured({ url: server().fresh() });
    const run = (...args: string[]) => command([...args, '--config', config]);
    const copy = join(place.directory(), 'copy.db');
    const answers = await Promise.all([
      run('backup', copy),
      run('status'),
      run('exclude', 'gpt', '--to', '2030-01-01', '--reason', 'x'),
    ]);
    expect(answers[0]).toEqual({
      code: 2,
      out: '',
      err: 'the history is in PostgreSQL ("storage.url"): make a backup with pg_dump\n',
    });
    expect(answers[1]).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^there is nothing of modelpulse in the schema test_/) as unknown,
    });
  });

  it('load the code of their own store only', async () => {
    const { config } = await livedThrough();
    const path = join(place.directory(), 'pulse.db');
    const store = place.open(path);
    await fullLife(store, createParts(store), start);
    await store.close();
    const file = configured({ path });
    const strange = /(?:src\/store\/postgres|src\/store\/transfer\/postgres-|node_modules\/pg)\b/;
    const [status, exported, other] = await Promise.all([
      loadedBy(['status', '--config', file]),
      loadedBy(['rebuild', '--check', '--config', file]),
      loadedBy(['rebuild', '--check', '--config', config]),
    ]);
    expect(status.filter((name) => strange.test(name))).toEqual([]);
    expect(exported.filter((name) => strange.test(name))).toEqual([]);
    expect(status).toContain('src/store/sqlite/store-reader.ts');
    expect(exported).toContain('src/store/transfer/rebuild.ts');
    expect(other.filter((name) => strange.test(name)).length).toBeGreaterThan(5);
    expect(other.filter((name) => name.includes('src/store/sqlite/store-reader'))).toEqual([]);
  });
});
