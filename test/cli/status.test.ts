import { describe, expect, it } from '@jest/globals';
import { begin, day, usePast } from './written-past.js';

const past = usePast();

describe('modelpulse status', () => {
  it('shows the models of the registry, those never checked as unknown', async () => {
    const { run } = await past();
    const { code, out, err } = await run('status');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.match(/^\S+/gm)).toEqual(['MODEL', 'gpt', 'mixtral', 'idle']);
    expect(out).toMatch(/^idle +unknown +\d+d( \d+h)? +not_yet +- +- /m);
  });

  it('says why nothing is known: what the newest checks say, and in time that nothing ran', async () => {
    const { run, check } = await past();
    const why = { outcome: 'unknown', reason: 'secret_missing', httpStatus: null } as const;
    await check('idle', begin + day, why);
    expect((await run('status', 'idle')).out).toMatch(/^idle +unknown .* not_watched +monitor /m);
    await check('idle', Date.now() - 1_000, why);
    const { out } = await run('status', 'idle', '--json');
    expect(JSON.parse(out)).toMatchObject([{ state: 'unknown', reason: 'secret_missing' }]);
    expect((await run('status', 'idle')).out).toMatch(/^idle +unknown .* secret_missing +config /m);
  });

  it('shows only what was asked for', async () => {
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

  it('shows a model that is excluded now as in maintenance', async () => {
    const from = Date.UTC(2026, 5, 1);
    const { run, exclude } = await past();
    await exclude('gpt', { from, to: from + 1000 * 86_400_000, reason: 'a long move', createdAt: from });
    const { out } = await run('status', '--json', '--state', 'maintenance');
    expect(JSON.parse(out)).toMatchObject([
      { model: 'gpt', since: '2026-06-01T00:00:00.000Z', reason: null },
    ]);
  });
});
