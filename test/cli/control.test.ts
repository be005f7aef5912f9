import { describe, expect, it } from '@jest/globals';
import { freePort } from '../app/free-port.js';
import { command, type RunningDaemon } from '../app/process.js';
import { became, useSite } from '../app/registry.js';
import { inFull, some } from '../slow.js';

const site = useSite();
const token = 'operator-0123456789';

/** A configuration whose port is known before the daemon starts, and commands on it. */
async function place(more: (port: number) => object = () => ({})) {
  const { model, configure, daemon } = site();
  const port = await freePort();
  const server = { listen: `127.0.0.1:${port}`, bearer_token: token };
  const write = (models: readonly object[], changes: object = {}) =>
    configure(models, { server, ...more(port), ...changes });
  const config = write([model('healthy'), model('wrong')]);
  const run = (...args: string[]) => command([...args, '--config', config]);
  return { model, write, config, daemon, run, port, url: `http://127.0.0.1:${port}` };
}

interface Shown {
  readonly state: string;
  readonly reason: string | null;
  readonly paused_by: string | null;
  readonly next_check: string | null;
}

const headers = { authorization: `Bearer ${token}` };
async function shown({ url }: Pick<RunningDaemon, 'url'>, id: string): Promise<Shown> {
  return (await (await fetch(`${url}/api/v1/models/${id}`, { headers })).json()) as Shown;
}

const paused = { state: 'unknown', reason: 'paused', paused_by: 'operator', next_check: null };

describe('modelpulse pause and resume', () => {
  inFull(
    'stop and start the checks of a model, over a reload and a restart',
    async () => {
      const { model, write, config, daemon, run } = await place();
      const first = await daemon(config);
      await first.line(became('healthy', 'healthy'));
      expect(await run('pause', 'healthy')).toEqual({ code: 0, out: 'healthy: paused\n', err: '' });
      expect(await shown(first, 'healthy')).toMatchObject(paused);
      expect(await run('pause', 'healthy')).toMatchObject({ code: 0 });
      const metrics = await (await fetch(`${first.url}/metrics`, { headers })).text();
      expect(metrics).toContain('modelpulse_model_unknown_info{model="healthy",reason="paused"');
      const refused = await fetch(`${first.url}/api/v1/models/healthy/check`, { method: 'POST', headers });
      expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'paused' }]);

      write([model('healthy', { labels: { team: 'a' } }), model('wrong')]);
      expect(await run('reload')).toEqual({ code: 0, out: 'configuration reloaded\n', err: '' });
      expect(await shown(first, 'healthy')).toMatchObject({ ...paused, labels: { team: 'a' } });

      first.child.kill('SIGKILL');
      await first.ended;
      const second = await daemon(config);
      expect(await shown(second, 'healthy')).toMatchObject(paused);
      expect(await run('resume', 'healthy')).toEqual({ code: 0, out: 'healthy: resumed\n', err: '' });
      await second.line(became('healthy', 'healthy'));
      expect(await shown(second, 'healthy')).toMatchObject({ state: 'healthy', paused_by: null });
      expect(second.lines.map(({ msg }) => msg)).toContain('model resumed by an operator');
    },
    60_000,
  );

  it('do not change a model paused by the configuration, and report that', async () => {
    const { model, write, config, daemon, run } = await place();
    write([model('healthy', { pause: true })]);
    const running = await daemon(config);
    expect(await shown(running, 'healthy')).toMatchObject({ paused_by: 'configuration' });
    const { code, err } = await run('resume', 'healthy');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'healthy: the configuration pauses the model; remove "pause: true" there and reload it\n',
    });
    // Paused by hand too, it stays paused when the configuration no longer says so.
    expect(await run('pause', 'healthy')).toMatchObject({ code: 0 });
    write([model('healthy')]);
    await run('reload');
    expect(await shown(running, 'healthy')).toMatchObject(paused);
    expect(await run('resume', 'healthy')).toMatchObject({ code: 0 });
    await running.line(became('healthy', 'healthy'));
  }, 60_000);

  inFull(
    'report a missing daemon, a wrong token and an unknown model',
    async () => {
      const { config, daemon, run, url, model } = await place();
      expect(await run('pause', 'healthy')).toEqual({
        code: 1,
        out: '',
        err: `no daemon runs at ${url}; start it with modelpulse run, or name its configuration with --config\n`,
      });
      const running = await daemon(config);
      expect(await run('pause', 'healty')).toMatchObject({
        code: 2,
        err: 'no model healty is known; did you mean healthy?\n',
      });
      await running.line(became('healthy', 'healthy'));
      const other = site().folder.write('other.yaml', {
        server: { listen: url.slice('http://'.length), bearer_token: 'another-0123456789' },
        models: [model('healthy')],
      });
      const refused = await command(['pause', 'healthy', '--config', other]);
      expect(refused).toMatchObject({ code: 1, out: '' });
      expect(refused.err).toContain(`the daemon at ${url} refuses the token`);
      expect(refused.err).not.toContain('another-');
      expect(await shown(running, 'healthy')).toMatchObject({ paused_by: null });
    },
    60_000,
  );
});

describe('modelpulse reload', () => {
  inFull(
    'prints the errors of the configuration and changes nothing',
    async () => {
      const { config, daemon, run, write, model, url } = await place();
      const missing = await run('reload');
      expect(missing).toMatchObject({ code: 1, out: '' });
      expect(missing.err).toContain(`no daemon runs at ${url};`);
      await daemon(config);
      write([model('healthy', { schedule: { every: 'often' } })]);
      const { code, err } = await run('reload');
      expect(code).toBe(2);
      expect(err).toContain('must be a duration');
    },
    60_000,
  );

  inFull(
    'prints errors found only by the daemon, which keeps its configuration',
    async () => {
      const { config, daemon, write, model } = await place();
      const running = await daemon(config);
      write([model('healthy', { id: '${NAME}' })]);
      const { code, out, err } = await command(['reload', '--config', config], { NAME: 'another' });
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/variable NAME is not set\n(.*\n)*the daemon keeps its configuration\n$/);
      expect(await shown(running, 'wrong')).toMatchObject({ paused_by: null });
    },
    60_000,
  );
});

describe('modelpulse exclude', () => {
  const to = '2099-01-01';
  const until = new Date(Date.now() + 86_400_000).toISOString();

  inFull(
    'puts a model into maintenance through the daemon',
    async () => {
      const { config, daemon, run } = await place();
      const running = await daemon(config);
      await running.line(became('healthy', 'healthy'));
      const { code, out, err } = await run('exclude', 'healthy', '--to', until, '--reason', 'a move');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^healthy: excluded from \S+ to \S+\n$/);
      await running.line(became('healthy', 'maintenance'));
      expect(await shown(running, 'healthy')).toMatchObject({ state: 'maintenance' });
    },
    60_000,
  );

  inFull(
    'excludes no model where one of them is not known',
    async () => {
      const { config, daemon, run, url } = await place();
      await daemon(config);
      const options = ['--to', until, '--reason', 'a move'];
      const { code, out, err } = await run('exclude', 'healthy', 'wrongg', ...options);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain('did you mean wrong?');
      const listed = await fetch(`${url}/api/v1/models/healthy/exclusions`, { headers });
      expect(await listed.json()).toMatchObject({ items: [] });
      expect(await run('exclude', 'healthy', 'wrong', ...options)).toMatchObject({ code: 0 });
    },
    60_000,
  );

  inFull(
    'writes to the database if no daemon runs, and the next daemon applies it',
    async () => {
      const { config, daemon, run, url } = await place();
      const missing = await run('exclude', 'healthy', '--to', until, '--reason', 'a move');
      expect(missing).toMatchObject({ code: 1, out: '' });
      expect(missing.err).toContain('there is no database at');
      const first = await daemon(config);
      await first.line(became('healthy', 'healthy'));
      first.child.kill('SIGTERM');
      await first.ended;
      expect(await run('exclude', 'nobody', '--to', until, '--reason', 'a move')).toMatchObject({ code: 2 });
      expect(await run('exclude', 'healthy', '--to', until, '--reason', 'a move')).toMatchObject({
        code: 0,
        err: '',
      });
      const second = await daemon(config);
      const listed = await fetch(`${url}/api/v1/models/healthy/exclusions`, { headers });
      expect(await listed.json()).toMatchObject({ items: [{ to: until, reason: 'a move' }] });
      await second.line(became('healthy', 'maintenance'));
      expect(await shown(second, 'healthy')).toMatchObject({ state: 'maintenance' });
    },
    60_000,
  );

  inFull(
    'does not write to the database of a daemon that it cannot reach',
    async () => {
      const { config, daemon, write, model, run } = await place();
      const running = await daemon(config);
      await running.line(became('healthy', 'healthy'));
      const elsewhere = { server: { listen: `127.0.0.1:${await freePort()}`, bearer_token: token } };
      write([model('healthy'), model('wrong')], elsewhere);
      const { code, err } = await run('exclude', 'healthy', '--to', until, '--reason', 'a move');
      expect(code).toBe(1);
      expect(err).toMatch(
        /^a daemon uses \S+, but none answers at \S+: it is starting, or runs with another/,
      );
    },
    60_000,
  );

  it.each(
    some(
      [
        [['--to', 'soon', '--reason', 'x'], '--to: must be an ISO 8601 time'],
        [['--to', '2199-01-01', '--reason', 'x'], 'from 1970 to 2100'],
        [['--to', '2026-01-01', '--from', '2026-01-02', '--reason', 'x'], '--from: must be before to'],
        [['--to', to, '--reason', 'x'], '--to: must be at most 366 days after from'],
        [['--to', to, '--reason', ' '], '--reason: must be text'],
      ] as const,
      1,
    ),
  )('exits with 2 for %j', async (args, message) => {
    const { run } = await place();
    const { code, err } = await run('exclude', 'healthy', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
