import { describe, expect, it } from '@jest/globals';
import { usePast } from './written-past.js';
import { inFull } from '../slow.js';

const past = usePast();
const march = ['--window', 'month:2026-03'] as const;

describe('modelpulse incidents', () => {
  it('lists incidents, newest first, followed by notes and exclusions', async () => {
    const { run } = await past();
    const { code, out, err } = await run('incidents', ...march, '--timezone', 'Europe/Berlin');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^ *ID +MODEL +OPENED +LASTED +REASON +BLAME +FAILED +DETAIL$/);
    expect(lines[1]).toMatch(
      /^ *3 +mixtral +2026-03-02 11:00 +open \d+d(?: \d+h)? +server_error +provider +4 +=cmd/,
    );
    expect(lines[2]).toMatch(/^ *2 +gpt +2026-03-02 11:00 +2h +server_error +provider +2 +=cmd/);
    expect(lines[3]).toMatch(/^ *1 +=old +2026-03-01 23:00 +left 2h +server_error +provider +2 +=cmd/);
    expect(lines[5]).toMatch(/^ *ID +ADDED +WHEN +BY +TEXT$/);
    expect(lines[6]).toMatch(/^ *3 +exclusion +2026-03-02 11:00 to 2026-03-02 12:00 +- +agreed \*move\*$/);
    expect(lines[7]).toMatch(/^ *2 +note +2026-03-02 12:00 +Ann +vendor \| <b>told<\/b> - us$/);
    expect(out).not.toContain('\u001b');
  });

  inFull('lists only incidents within the window and of the given models', async () => {
    const { run } = await past();
    const idsOf = async (...args: string[]) =>
      (JSON.parse((await run('incidents', '--json', ...args)).out) as { id: number }[]).map(({ id }) => id);
    expect(await idsOf('gpt', '=old', ...march)).toEqual([2, 1]);
    expect(await idsOf('--window', 'day:2026-03-01')).toEqual([1]);
    expect(await idsOf('gpt', '--window', 'day:2026-03-03')).toEqual([]);
    expect(await idsOf('mixtral', '--window', 'day:2026-03-20')).toEqual([3]);
  });

  inFull('lists open incidents of registered models, however old', async () => {
    const { run } = await past();
    const { out } = await run('incidents', '--open', '--window', '1s', '--json');
    expect(JSON.parse(out)).toMatchObject([
      {
        id: 3,
        model: 'mixtral',
        opened_at: '2026-03-02T10:00:00.000Z',
        closed_at: null,
        blame: 'provider',
        checks_failed: 4,
        notes: [],
        exclusions: [{ from: '2026-03-02T10:00:00.000Z', reason: 'agreed *move*' }],
      },
    ]);
    expect((await run('incidents', 'gpt', '--open')).out).toBe('no incident is open\n');
  });

  inFull('prints CSV without spreadsheet formulas', async () => {
    const { run } = await past();
    const { out } = await run('incidents', 'gpt', ...march, '--csv');
    const [header, row = ''] = out.split('\r\n');
    expect(header).toBe(
      'id,model,opened_at,closed_at,duration_seconds,reason,blame,checks_failed,last_detail,notes,exclusions,acknowledged',
    );
    expect(row).toMatch(
      /^2,gpt,2026-03-02T10:00:00.000Z,2026-03-02T12:00:00.000Z,7200,server_error,provider,2,"'=cmd/,
    );
    expect(row).toMatch(/,"?2026-03-02T11:00:00.000Z Ann: vendor/);
  });

  inFull('exits with 2 for an unknown model', async () => {
    const { run } = await past();
    expect(await run('incidents', 'gpt', 'mixtrl')).toEqual({
      code: 2,
      out: '',
      err: 'no model mixtrl is known; did you mean mixtral?\n',
    });
  });
});
