import { describe, expect, it } from '@jest/globals';
import { begin, day, usePast } from './written-past.js';
import { became, useSite } from '../app/registry.js';
import { command } from '../app/process.js';
import { inFull } from '../slow.js';

const past = usePast();

describe('modelpulse status', () => {
  it('shows the registered models, with unchecked ones as unknown', async () => {
    const { run } = await past();
    const { code, out, err } = await run('status');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.match(/^\S+/gm)?.slice(0, -1)).toEqual(['MODEL', 'gpt', 'mixtral', 'idle']);
    expect(out).toMatch(/^UPTIME is the share of the known time /m);
    expect(out).toMatch(/^idle +unknown +\d+d( \d+h)? +not_yet +- +- /m);
  });

  inFull('explains unknown states by the newest checks, and by a monitor that does not run', async () => {
    const { run, check } = await past();
    const why = { outcome: 'unknown', reason: 'secret_missing', httpStatus: null } as const;
    await check('idle', begin + day, why);
    expect((await run('status', 'idle')).out).toMatch(/^idle +unknown .* not_watched +monitor /m);
    await check('idle', Date.now() - 1_000, why);
    const { out } = await run('status', 'idle', '--json');
    expect(JSON.parse(out)).toMatchObject([{ state: 'unknown', reason: 'secret_missing' }]);
    expect((await run('status', 'idle')).out).toMatch(/^idle +unknown .* secret_missing +config /m);
  });

  inFull('shows only the requested models', async () => {
    const { run } = await past();
    const idsOf = async (...args: string[]) =>
      (JSON.parse((await run('status', '--json', ...args)).out) as { model: string }[]).map(
        ({ model }) => model,
      );
    expect(await idsOf('mixtral', '=old')).toEqual(['mixtral', '=old']);
    expect(await idsOf('--state', 'unknown', 'gpt')).toEqual(['gpt']);
    expect((await run('status', '--state', 'unhealthy')).out).toBe('no model is in state unhealthy\n');
    expect(await run('status', 'gtp')).toEqual({
      code: 2,
      out: '',
      err: 'no model gtp is known; did you mean gpt?\n',
    });
  });

  it('shows a currently excluded model as in maintenance', async () => {
    const from = Date.UTC(2026, 5, 1);
    const { run, exclude } = await past();
    await exclude('gpt', { from, to: from + 1000 * 86_400_000, reason: 'a long move', createdAt: from });
    const { out } = await run('status', '--json', '--state', 'maintenance');
    expect(JSON.parse(out)).toMatchObject([
      { model: 'gpt', since: '2026-06-01T00:00:00.000Z', reason: null },
    ]);
  });
});

const failing = { outcome: 'unhealthy', reason: 'server_error', httpStatus: 500 } as const;
const unreached = { outcome: 'unknown', reason: 'no_connectivity', httpStatus: null } as const;
const unsent = { outcome: 'unknown', reason: 'secret_missing', httpStatus: null } as const;

describe('modelpulse status while the database is in use', () => {
  const blind = 'The monitor has no connectivity: it cannot tell how the models are.\n\n';

  inFull('reports a loss of connectivity until a check is answered again', async () => {
    const { run, check } = await past();
    const monitorOf = async () =>
      (JSON.parse((await run('status', '--json', 'gpt')).out) as { monitor: object }[])[0]!.monitor;
    const now = Date.now();
    await check('gpt', now - 9_000, {});
    expect(await monitorOf()).toEqual({ running: true, blind: false });
    await check('mixtral', now - 8_000, unreached);
    // What was not sent says nothing of the network.
    await check('idle', now - 7_000, unsent);
    expect((await run('status')).out).toMatch(new RegExp(`^${blind}MODEL `));
    expect(await monitorOf()).toEqual({ running: true, blind: true });
    await check('idle', now - 6_000, failing);
    expect(await monitorOf()).toEqual({ running: true, blind: false });
    expect((await run('status')).out).toMatch(/^MODEL /);
  });

  inFull('notes unconfirmed failures and recoveries and inconclusive checks of each model', async () => {
    const { run, check } = await past();
    const noteOf = async (id: string) =>
      (JSON.parse((await run('status', '--json', id)).out) as { note: string | null }[])[0]!.note;
    const now = Date.now();
    await check('gpt', now - 9_000, {});
    await check('mixtral', now - 9_000, failing);
    expect([await noteOf('gpt'), await noteOf('mixtral'), await noteOf('idle')]).toEqual([null, null, null]);
    await check('gpt', now - 8_000, failing);
    await check('mixtral', now - 8_000, {});
    await check('idle', now - 8_000, unsent);
    expect(await noteOf('gpt')).toBe('last check failed: server_error (1 of 2)');
    expect(await noteOf('mixtral')).toBe('last check passed (1 of 2)');
    expect(await noteOf('idle')).toBeNull();
    expect((await run('status', 'mixtral')).out).toMatch(
      /^mixtral +unhealthy .* last check passed \(1 of 2\)(?:;|$)/m,
    );
    await check('gpt', now - 7_000, {});
    await check('mixtral', now - 7_000, {});
    expect([await noteOf('gpt'), await noteOf('mixtral')]).toEqual([null, null]);
    await check('gpt', now - 6_000, unsent);
    expect(await noteOf('gpt')).toBe('last check inconclusive: secret_missing (1 of 2)');
    await check('gpt', now - 5_000, unsent);
    expect(await noteOf('gpt')).toBeNull();
  });
});

const site = useSite();

describe('modelpulse status with a running daemon', () => {
  inFull(
    'shows unconfirmed results, paused models and the running daemon, and only columns with data',
    async () => {
      const { model, configure, daemon } = site();
      const slow = { schedule: { every: '1h' }, confirm: { failures: 3, recheck_after: '10m' } };
      const config = configure([
        model('quota', slow),
        model('healthy', { slo: 0.9, labels: { team: 'a' }, schedule: { every: '1h' } }),
        model('wrong', { pause: true }),
      ]);
      const running = await daemon(config);
      await running.line(became('healthy', 'healthy'));
      // Joins the first check, or makes another: one or two failures of three.
      await running.post('/api/v1/models/quota/check');
      const { out } = await command(['status', '--config', config]);
      expect(out).toMatch(/^MODEL +STATE .* UPTIME 24H +NOTE$/m);
      expect(out).toMatch(/^quota .* last check failed: quota_exhausted \([12] of 3\)$/m);
      expect(out).toMatch(/^wrong +paused /m);
      expect(out).not.toContain('does not run');
      expect(
        JSON.parse((await command(['status', '--json', 'healthy', '--config', config])).out),
      ).toMatchObject([
        {
          labels: { team: 'a' },
          slo: 0.9,
          blame: null,
          next_check: expect.stringMatching(/^20/) as unknown,
          monitor: { running: true, blind: false },
        },
      ]);
      const only = await command(['status', '--state', 'paused', '--json', '--config', config]);
      expect(JSON.parse(only.out)).toMatchObject([{ model: 'wrong', next_check: null }]);
      running.child.kill('SIGTERM');
      await running.ended;
      const stopped = await command(['status', '--config', config]);
      expect(stopped.out).toMatch(/^The daemon does not run: /);
    },
    60_000,
  );
});
