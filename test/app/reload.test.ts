import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { start } from './process.js';
import { became, series, useSite } from './registry.js';
import { inFull } from '../slow.js';

const site = useSite();
const reloaded = (line: { msg: string }): boolean => line.msg === 'configuration reloaded';

describe('reload', () => {
  it('adds, removes and keeps models on SIGHUP; kept models keep their state', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy'), model('bad-key')]));
    const healthy = await running.line(became('healthy', 'healthy'));
    await running.line(became('bad-key', 'unhealthy'));
    configure([model('healthy'), model('empty')]);
    running.child.kill('SIGHUP');
    expect(await running.line(reloaded)).toMatchObject({
      trigger: 'signal',
      added: ['empty'],
      removed: ['bad-key'],
      changed: [],
    });
    const { text } = await running.get('/metrics');
    expect(text).not.toContain('model="bad-key"');
    expect(
      series(
        text,
        'modelpulse_model_info{model="empty",provider="openai_compatible",model_name="empty",hosting_type="External"}',
      ),
    ).toBe(1);
    const one = (await running.get('/api/v1/models/healthy')).json() as { since: string };
    expect(one.since).toBe(healthy.since);
    expect((await running.get('/api/v1/models/bad-key')).status).toBe(404);
  });

  inFull(
    'checks models soon if their results would expire long before the first slot of a longer interval',
    async () => {
      const { model, configure, daemon } = site();
      const ids = Array.from({ length: 10 }, (_, index) => `gpt-${index}`);
      const every = (interval: string) =>
        configure(ids.map((id) => model(id, { model: 'healthy', schedule: { every: interval } })));
      const running = await daemon(every('1s'));
      for (const id of ids) await running.line(became(id, 'healthy'));
      every('24h');
      const before = Date.now();
      expect((await running.post('/-/reload')).status).toBe(200);
      const soon = Date.now() + 10_000;
      // The first slot of the longer interval may be a day away. While a check runs, only the one after it is shown.
      for (;;) {
        const { items } = (await running.get('/api/v1/models')).json() as {
          items: { last_check: { slot: string } }[];
        };
        const slots = items.map(({ last_check }) => Date.parse(last_check.slot));
        expect(Math.max(...slots)).toBeLessThanOrEqual(soon);
        if (slots.every((slot) => slot >= before)) break;
        await wait(200);
      }
    },
  );

  inFull('waits for the start if SIGHUP comes earlier, and does not end the process', async () => {
    const { model, configure } = site();
    // Its warning is logged before anything is started.
    const running = start([
      'run',
      '--config',
      configure([model('healthy', { api_key: '${NOBODY_SETS_THIS}' })]),
    ]);
    await running.line(({ msg }) => msg === 'configuration warning');
    running.child.kill('SIGHUP');
    expect(await running.line(reloaded)).toMatchObject({ trigger: 'signal' });
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });

  inFull(
    'is ignored while the configuration is read for the first time, and does not end the process',
    async () => {
      const { configure, model } = site();
      const config = configure([model('healthy')]);
      const content = readFileSync(config);
      rmSync(config);
      execFileSync('mkfifo', [config]);
      const pipe = openSync(config, 'r+');
      const running = start(['run', '--config', config]);
      const fds = `/proc/${running.child.pid}/fd`;
      const opened = (fd: string): boolean => {
        try {
          return readlinkSync(`${fds}/${fd}`) === config;
        } catch {
          return false;
        }
      };
      while (!readdirSync(fds).some(opened)) await wait(5);
      running.child.kill('SIGHUP');
      writeSync(pipe, content);
      closeSync(pipe);
      await running.line(({ msg }) => msg === 'started');
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
    },
  );

  it('changes nothing if the file is invalid, and reports it by route, log and metric', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('healthy')]);
    const running = await daemon(config);
    writeFileSync(config, 'models: [{id: 7, surprise: true}]\n');
    const answer = await running.post('/-/reload');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('config.yaml:1:');
    const refused = await running.line(({ msg }) => msg.startsWith('reload failed'));
    expect((refused.problems as string[]).join()).toContain('surprise');
    const { text } = await running.get('/metrics');
    expect(series(text, 'modelpulse_config_last_reload_successful')).toBe(0);
    expect((await running.get('/api/v1/models/healthy')).status).toBe(200);
  });

  inFull('detects changed content, also through a swapped directory symlink', async () => {
    const { model, daemon, folder } = site();
    const text = (names: string[]): string =>
      stringify({
        server: { listen: '127.0.0.1:0' },
        storage: { path: `${folder.path}/pulse.db` },
        models: names.map((name) => model(name)),
      });
    for (const [version, names] of [
      ['one', ['healthy']],
      ['two', ['healthy', 'empty']],
    ] as const) {
      mkdirSync(`${folder.path}/${version}`);
      writeFileSync(`${folder.path}/${version}/config.yaml`, text([...names]));
    }
    symlinkSync('one', `${folder.path}/current`);
    const running = await daemon(`${folder.path}/current/config.yaml`);
    symlinkSync('two', `${folder.path}/next`);
    renameSync(`${folder.path}/next`, `${folder.path}/current`);
    expect(await running.line(reloaded)).toMatchObject({ trigger: 'content', added: ['empty'] });
    rmSync(`${folder.path}/one`, { recursive: true });
  });

  inFull('detects that a refused new file was corrected in place', async () => {
    const { model, configure, daemon, folder } = site();
    mkdirSync(`${folder.path}/models.d`);
    folder.write('models.d/a.yaml', { models: [model('healthy')] });
    const running = await daemon(configure([], { include: 'models.d/*.yaml' }));
    writeFileSync(`${folder.path}/models.d/b.yaml`, 'models: {');
    await running.line(({ msg }) => msg.startsWith('reload failed'));
    folder.write('models.d/b.yaml', { models: [model('empty')] });
    expect(await running.line(reloaded)).toMatchObject({ trigger: 'content', added: ['empty'] });
  });

  inFull('returns warnings and logs who requested it', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy')]));
    configure([model('healthy', { api_key: '"quoted"' })]);
    const answer = await running.post('/-/reload');
    const { warnings } = answer.json() as { warnings: string[] };
    expect(warnings).toEqual([
      expect.stringContaining('api_key: begins with a quote, which is sent as part of it'),
      expect.stringContaining('api_key: ends with a quote, which is sent as part of it'),
    ]);
    expect(await running.line(reloaded)).toMatchObject({ trigger: 'request', address: '127.0.0.1' });
  });

  inFull('warns of a rename that comes too late, on reload and at each start', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy'), model('empty')]));
    const config = configure([model('healthy', { rename_from: 'empty' })]);
    const late =
      '"rename_from" of "healthy" has no effect: "healthy" has a history already, and that of "empty" stays under its own id';
    expect((await running.post('/-/reload')).json()).toEqual({ status: 'ok', warnings: [late] });
    running.child.kill('SIGTERM');
    await running.ended;
    const again = await daemon(config);
    expect(await again.line(({ msg }) => msg === 'configuration warning')).toMatchObject({ warning: late });
  });

  inFull('keeps the history of a renamed model', async () => {
    const { model, configure, daemon } = site();
    const running = await daemon(configure([model('healthy')]));
    const before = await running.line(became('healthy', 'healthy'));
    configure([model('healthy', { id: 'renamed', rename_from: 'healthy' })]);
    expect((await running.post('/-/reload')).json()).toEqual({ status: 'ok', warnings: [] });
    const { items } = (await running.get('/api/v1/models/renamed/timeline')).json() as {
      items: { from: string }[];
    };
    expect(items).toContainEqual(expect.objectContaining({ from: before.since, state: 'healthy' }));
  });

  inFull('logs that a changed address or database needs a restart', async () => {
    const { model, configure, daemon, folder } = site();
    const running = await daemon(configure([model('healthy')]));
    configure([model('healthy')], { storage: { path: `${folder.path}/other.db` } });
    expect((await running.post('/-/reload')).status).toBe(200);
    expect(await running.line(({ msg }) => msg.includes('restart'))).toMatchObject({
      sections: ['storage.path'],
    });
  });
});
