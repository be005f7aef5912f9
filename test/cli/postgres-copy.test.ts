import { join } from 'node:path';
import { afterEach, expect, it, jest } from '@jest/globals';
import { createProgram } from '../../src/cli/program.js';
import { useParts } from '../app/parts.js';
import { command, start as begin } from '../app/process.js';
import { fullLife } from '../store/full-life.js';
import { withServer } from '../store/postgres/server.js';
import { start, workplace } from '../store/samples.js';
import { amount, inFull } from '../slow.js';
import { useConfigured } from './configured-store.js';

const place = workplace();
const createParts = useParts();
const configured = useConfigured();

/** A file in which everything has happened, and its configuration. */
async function livedThrough(): Promise<string> {
  const path = join(place.directory(), 'full.db');
  const store = place.open(path);
  const parts = createParts(store);
  await fullLife(store, parts, start);
  for (const [minutes, version] of [
    [90, 'gpt-4o-mini-2024-07-18'],
    [91, 'gpt-4o-2026-01-01'],
  ] as const)
    await parts.record('other', start + minutes * 60_000, { responseModel: version });
  await parts.writer.flush();
  await store.close();
  return configured({ path });
}

/** What the commands that read a history print of it. */
async function told(config: string, most = Infinity): Promise<string[]> {
  const commands = [
    ['export'],
    ['rebuild', '--check'],
    ['status', '--json'],
    ['history', 'gpt', '--window', 'month:2026-03', '--json'],
    ['incidents', '--window', 'month:2026-03', '--csv'],
    ['report', '--month', '2026-03'],
  ].slice(0, most);
  const answers = await Promise.all(commands.map((words) => command([...words, '--config', config])));
  expect(answers.map(({ code, err }) => ({ code, err }))).toEqual(commands.map(() => ({ code: 0, err: '' })));
  return answers.map(({ out }) =>
    out
      // Without a daemon, a file tells that none runs, and a schema does not.
      .replaceAll('"running": null', '"running": false')
      // An open incident grows until it is asked about.
      .replace(/,,[\d.]+,server_error/, ',,so long,server_error')
      .replace(/no end yet, [^,]+,/, 'no end yet, so long,'),
  );
}

/** Imports an export through a pipe. */
async function imported(config: string, text: string): Promise<void> {
  const { child, ended, errors } = begin(['import', '-', '--config', config], {}, 'text');
  child.stdin!.end(text);
  expect({ code: await ended, err: errors() }).toEqual({ code: 0, err: '' });
}

jest.setTimeout(90_000);

withServer('modelpulse copy', (server) => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('takes a whole history from SQLite to PostgreSQL and back, and every command tells the same of each', async () => {
    const first = await livedThrough();
    const url = server().fresh();
    const second = configured({ url });
    const path = join(place.directory(), 'third.db');
    const third = configured({ path });
    const summary = '2 models: 2 new, 0 put before what was there, 0 there already, 0 left alone\n';
    const there = await command(['copy', '--config', first], { MODELPULSE_COPY_TO: url });
    expect(there).toEqual({ code: 0, out: summary, err: '' });
    const back = await command(['copy', '--to', path, '--config', second]);
    expect(back).toEqual({ code: 0, out: summary, err: '' });
    const lines = await told(first);
    expect(lines[0]).toContain('"version_changes":1');
    expect(lines[1]).toMatch(/, 0 differences\n\d+ hours and days compared, 0 wrong\n$/);
    expect(await told(second)).toEqual(lines);
    const most = amount(Infinity, 2);
    expect(await told(third, most)).toEqual(lines.slice(0, most));
  });

  inFull('leaves models alone whose histories overlap, as an import does', async () => {
    const url = server().fresh();
    const { out } = await command(['export', '--config', await livedThrough()]);
    const earlier = configured({ path: join(place.directory(), 'earlier.db') });
    await Promise.all([
      imported(configured({ url }), out),
      imported(earlier, out.replace(/"firstSeen":\d+/, '"firstSeen":1700000000000')),
    ]);
    const { code, out: summary, err } = await command(['copy', '--to', url, '--config', earlier]);
    expect({ code, summary }).toEqual({
      code: 1,
      summary: '2 models: 0 new, 0 put before what was there, 1 there already, 1 left alone\n',
    });
    expect(err).toMatch(
      /^gpt: left alone, for the two overlap: the history has 2023-11-14T22:13:20\.000Z to .*Z, the other database 2026-03-01T00:00:00\.000Z to .*Z\n$/,
    );
  });

  inFull('shows no more of a place than is needed to find it', async () => {
    const config = await livedThrough();
    const copied = (to: string) => command(['copy', '--config', config], { MODELPULSE_COPY_TO: to });
    const answers = await Promise.all([
      copied('postgres://user:hush-hush@127.0.0.1:9/pulse'),
      copied('postgres://user:hush%hush@127.0.0.1:9/pulse'),
      copied('postgres://us%ffer:hush-hush@127.0.0.1:9/pulse'),
      copied('postgres:hush-hush'),
      copied('mysql://user:hush-hush@127.0.0.1/pulse'),
      copied(server().url('postgres', { user: 'nobody', password: 'hush-hush' })),
      command(['copy', '--config', config]),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 2, 2, 1, 2]);
    for (const { out, err } of answers) {
      expect(out).toBe('');
      expect(err).not.toMatch(/hush|postgres:\/\/user:(?!password)|\n {4}at /);
    }
    expect(answers[0].err).toMatch(
      /^cannot use the database at user@127\.0\.0\.1:9\/pulse: no server listens/,
    );
    expect(answers[4].err).toBe('--to takes a file, or postgres://user:password@host:port/database\n');
  });

  it('counts the models on a terminal', async () => {
    const config = await livedThrough();
    let shown = '';
    const keep = (text: unknown): boolean => Boolean((shown += String(text)));
    jest.spyOn(process.stderr, 'write').mockImplementation(keep);
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
    const before = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
    try {
      const words = ['copy', '--to', server().fresh(), '--config', config];
      const program = await createProgram(() => undefined, words);
      await program.parseAsync(words, { from: 'user' });
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
      else Object.defineProperty(process.stderr, 'isTTY', before);
    }
    expect(shown.split('\r').slice(1)).toEqual([
      '0 of 2 models copied\u001b[K',
      '1 of 2 models copied\u001b[K',
      '2 of 2 models copied\u001b[K',
      '\u001b[K',
    ]);
  });
});
