import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { command, start } from '../app/process.js';
import { became, useSite, type Site } from '../app/registry.js';
import { pastOf } from '../../src/app/stored-past.js';
import { stateAt } from '../../src/domain/timeline.js';
import { Database } from '../../src/store/sqlite/file/sqlite.js';
import { openStoreReader } from '../../src/store/sqlite/store-reader.js';
import { batchOf, failed, migrationsDir, modelWrite, start as begin, workplace } from '../store/samples.js';
import { inFull } from '../slow.js';

const site = useSite();
const place = workplace();

/** Lets a daemon see a healthy and a failing model, and gives what is to be done while it runs. */
async function seen(
  { model, configure, daemon }: Site,
  meanwhile: (config: string) => Promise<void>,
): Promise<string> {
  const config = configure([model('healthy'), model('error-500')]);
  const running = await daemon(config);
  // Either may be first: which one depends on where in the second the daemon starts.
  await Promise.all([
    running.line(became('healthy', 'healthy')),
    running.line(became('error-500', 'unhealthy')),
  ]);
  await meanwhile(config);
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  return config;
}

/** The database of the first that asks, for all tests that begin with a stopped daemon: each start takes a second. */
let kept: Buffer | null = null;

/** A configuration and the database of a daemon that saw a healthy and a failing model, and stopped. */
async function seenBefore(place: Site): Promise<string> {
  const path = join(place.folder.path, 'pulse.db');
  if (kept === null) {
    const config = await seen(place, () => Promise.resolve());
    kept = readFileSync(path);
    return config;
  }
  writeFileSync(path, kept);
  return place.configure([place.model('healthy'), place.model('error-500')]);
}

const elsewhere = (config: string, path: string): string => {
  const other = config.replace('config.yaml', 'other.yaml');
  writeFileSync(other, readFileSync(config, 'utf8').replaceAll('pulse.db', path));
  return other;
};

/** Waits until what the checks of a stopped daemon proved is valid no more. */
async function allUnknown(path: string): Promise<void> {
  const store = openStoreReader(path, migrationsDir);
  const models = await store.models();
  await store.close();
  while (models.some((model) => stateAt(pastOf(model, []).stored, Date.now()).state !== 'unknown'))
    await wait(100);
}

// Many a command starts a process, and a daemon has to be seen to fail.
jest.setTimeout(90_000);

describe('commands backup, export, import and rebuild', () => {
  inFull('copy, export and compare while the daemon writes, and refuse changes then', async () => {
    const { folder } = site();
    const at = (name: string): string => join(folder.path, name);
    await seen(site(), async (config) => {
      const run = (...args: string[]) => command([...args, '--config', config]);
      const backup = await run('backup', at('copy.db'));
      expect(backup).toMatchObject({ code: 0, err: '' });
      expect(backup.out).toMatch(/copy\.db: \d+ bytes in \d+\.\d s\n$/);
      expect(await run('backup', at('copy.db'))).toMatchObject({
        code: 2,
        out: '',
        err: `${at('copy.db')} exists; it is not overwritten\n`,
      });
      expect(await run('export', '--output', at('all.ndjson'))).toEqual({ code: 0, out: '', err: '' });
      const check = await run('rebuild', '--check');
      expect(check.out).toMatch(/hours and days compared, \d+ wrong\n$/);
      for (const args of [['import', at('all.ndjson')], ['rebuild']]) {
        const { code, err } = await run(...args);
        expect({ code, err }).toEqual({
          code: 1,
          err: expect.stringMatching(/pulse\.db is in use by another modelpulse daemon/) as unknown,
        });
      }
      expect(await run('export', 'nobody')).toMatchObject({
        code: 2,
        out: '',
        err: 'no model nobody in the database; it has healthy, error-500\n',
      });
    });
    expect(readFileSync(at('all.ndjson'), 'utf8')).not.toContain('sk-test');
    const database = new Database(at('copy.db'), { readonly: true });
    expect(database.prepare('SELECT id FROM models ORDER BY key').pluck().all()).toEqual([
      'healthy',
      'error-500',
    ]);
    database.close();
  });

  inFull('transfer a history to another database through a pipe', async () => {
    const config = await seenBefore(site());
    const other = elsewhere(config, 'other.db');
    const { out } = await command(['export', '--config', config]);
    const taking = start(['import', '-', '--config', other], {}, 'text');
    taking.child.stdin!.end(out);
    expect(await taking.ended).toBe(0);
    expect(taking.lines.map(({ msg }) => msg)).toEqual([
      '2 models: 2 new, 0 put before what was there, 0 there already, 0 left alone',
    ]);
    expect((await command(['export', '--config', other])).out).toBe(out);
    // Once every validity has ended, it does not matter when one asks.
    await allUnknown(join(site().folder.path, 'pulse.db'));
    const figures = async (file: string): Promise<unknown[]> => {
      const { out: text } = await command(['status', '--json', '--config', file]);
      const status = JSON.parse(text) as { model: string; state: string; since: string }[];
      return status.map(({ model, state, since }) => [model, state, since]);
    };
    expect(await figures(config)).toEqual(Array(2).fill(expect.arrayContaining(['unknown'])));
    expect(await figures(other)).toEqual(await figures(config));
  });

  inFull('report an invalid line and a skipped model', async () => {
    const config = await seenBefore(site());
    const { folder } = site();
    const { out } = await command(['export', '--config', config]);
    const cut = folder.write('cut.ndjson', out.slice(0, -30));
    const refused = await command(['import', cut, '--config', config]);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(/cut\.ndjson: line \d+: is not a JSON object\n$/);
    expect(await command(['import', join(folder.path, 'none'), '--config', config])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^cannot read .*none: ENOENT/) as unknown,
    });
    const moved = folder.write('moved.ndjson', out.replace(/"firstSeen":\d+/, '"firstSeen":1700000000000'));
    const left = await command(['import', moved, '--config', config]);
    expect(left).toMatchObject({
      code: 1,
      out: '2 models: 0 new, 0 put before what was there, 1 there already, 1 left alone\n',
    });
    expect(left.err).toMatch(
      /^healthy: left alone, for the two overlap: the file has 2023-11-14T22:13:20\.000Z to .*Z, the database .*Z to .*Z\n$/,
    );
  });

  inFull('report errors in hours and days, and correct them', async () => {
    const config = await seenBefore(site());
    const database = new Database(join(site().folder.path, 'pulse.db'));
    database.exec('UPDATE hours SET healthy = healthy + 7 WHERE model = 1');
    database.close();
    const check = await command(['rebuild', '--check', '--config', config]);
    expect(check.code).toBe(1);
    expect(check.out).toMatch(/MODEL\s+TABLE\s+FROM\s+COLUMN\s+STORED\s+RIGHT/);
    expect(check.out).toMatch(/healthy\s+hours\s+\S+Z\s+healthy\s+\d+\s+\d+/);
    expect((await command(['rebuild', '--config', config])).out).toMatch(
      /\d+ hours and days compared, \d+ corrected\n$/,
    );
    expect((await command(['rebuild', '--check', '--config', config])).out).not.toMatch(/ healthy +\d/);
  });

  it('report states that differ from a replay of the results', async () => {
    const config = await seenBefore(site());
    const database = new Database(join(site().folder.path, 'pulse.db'));
    const states = `SELECT max(starts) FROM states WHERE model = 1`;
    database.exec(`UPDATE states SET state = 1 WHERE model = 1 AND starts = (${states})`);
    database.close();
    const check = await command(['rebuild', '--check', '--config', config]);
    expect(check.code).toBe(1);
    expect(check.out).toMatch(/MODEL\s+WHAT\s+FROM\s+STORED\s+REPLAYED/);
    expect(check.out).toMatch(/healthy\s+state\s+\S+Z\s+degraded \w+\s+healthy \w+/);
    expect(check.out).toMatch(/, 1 differences\n/);
  });

  inFull('export more data than fits in memory if TMPDIR is missing or not a directory', async () => {
    const { folder, configure } = site();
    const config = configure([]);
    const store = place.open(join(folder.path, 'pulse.db'));
    const { key } = await store.register('gpt', begin, null);
    const detail = 'x'.repeat(1_000);
    for (let round = 0; round < 8; round += 1) {
      const slots = Array.from({ length: 1_000 }, (_, n) => begin + round * 1_000 + n);
      const results = slots.map((slot) => ({ ...failed(slot), detail }));
      await store.write(batchOf(modelWrite(key, { results })));
    }
    await store.close();
    for (const TMPDIR of [join(folder.path, 'missing'), config]) {
      const { code, out, err } = await command(['export', '--config', config], { TMPDIR });
      expect({ code, err, results: out.split('"type":"result"').length - 1 }).toEqual({
        code: 0,
        err: '',
        results: 8_000,
      });
      expect(readdirSync(folder.path).filter((name) => name.startsWith('modelpulse'))).toEqual([]);
    }
  });

  it('end without an error when the reader closes the pipe', async () => {
    const config = await seenBefore(site());
    const { child, ended, errors } = start(['export', '--config', config], {}, 'text');
    child.stdout?.destroy();
    expect({ code: await ended, err: errors() }).toEqual({ code: 0, err: '' });
  });
});
