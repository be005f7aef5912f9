import { describe, expect, it } from '@jest/globals';
import { usePast } from './written-past.js';
import { inFull } from '../slow.js';

const past = usePast();
const rowOf = (out: string, date: string) =>
  out
    .split('\n')
    .find((line) => line.startsWith(date))
    ?.split(/ {2,}/);

describe('modelpulse history', () => {
  it('prints a row per day, a dash for unwatched days, and a total', async () => {
    const { run } = await past();
    const { code, out, err } = await run('history', 'gpt', '--window', 'month:2026-03');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^gpt, 2026-03-01 00:00:00 to 2026-04-01 00:00:00, UTC\n/);
    // The first millisecond was not watched yet, and nothing is rounded up.
    expect(rowOf(out, '2026-03-01')).toEqual([
      '2026-03-01',
      '100.00%',
      '99%',
      '0s',
      '0',
      '24',
      '0',
      '421 ms',
      '421 ms',
      '-',
    ]);
    expect(rowOf(out, '2026-03-02')!.slice(1, 7)).toEqual(['91.66%', '100%', '2h', '1', '24', '2']);
    expect(rowOf(out, '2026-03-03')!.slice(1, 7)).toEqual(['-', '0%', '0s', '0', '0', '0']);
    expect(rowOf(out, '2026-03-04')!.slice(1)).toEqual([
      '-',
      '0%',
      '-',
      '0',
      '0',
      '0',
      '-',
      '-',
      'not_watched 1d',
    ]);
    expect(rowOf(out, 'in total')!.slice(1, 7)).toEqual(['97.23%', '9%', '2h', '1', '72', '2']);
    expect(out.match(/^2026-03/gm)).toHaveLength(31);
  });

  inFull('divides days by the time zone', async () => {
    const { run } = await past();
    const { out } = await run(
      'history',
      'gpt',
      '--window',
      'month:2026-03',
      '--timezone',
      'America/Los_Angeles',
      '--json',
    );
    const { days, total } = JSON.parse(out) as {
      days: { date: string; from: string; to: string }[];
      total: object;
    };
    expect(days[0]).toMatchObject({
      date: '2026-03-01',
      from: '2026-03-01T08:00:00.000Z',
      to: '2026-03-02T08:00:00.000Z',
    });
    expect(days[1]).toMatchObject({
      seconds: { unhealthy: 7200 },
      checks: { total: 16, unhealthy: 2 },
      incidents: 1,
    });
    expect(days.find(({ date }) => date === '2026-03-08')).toMatchObject({ to: '2026-03-09T07:00:00.000Z' });
    expect(days).toHaveLength(31);
    expect(total).toMatchObject({ seconds: { unhealthy: 7200 }, incidents: 1, checks: { total: 64 } });
    const { seconds, unknown_seconds } = total as { seconds: { unknown: number }; unknown_seconds: object };
    expect(unknown_seconds).toEqual({ not_watched: seconds.unknown });
  });

  inFull('ends where the model left the registry, and reports that', async () => {
    const { run } = await past();
    const { out } = await run('history', '=old', '--window', 'year:2026');
    expect(out).toMatch(/^=old, .* to 2026-03-02 00:00:00, UTC; left the registry 2026-03-02 00:00:00\n/);
    expect(out.match(/^2026-/gm)).toHaveLength(1);
    expect(rowOf(out, 'in total')!.slice(1, 5)).toEqual(['91.66%', '99%', '2h', '1']);
    expect((await run('history', '=old', '--window', 'day:2026-03-05')).out).toBe(
      '=old was not followed then\n',
    );
  });

  inFull('prints a row per day as CSV without spreadsheet formulas', async () => {
    const { run } = await past();
    const { out } = await run('history', '=old', '--window', 'day:2026-03-01', '--csv');
    const [header, row, ...rest] = out.split('\r\n');
    expect(header).toMatch(/^model,date,from,to,uptime,coverage,healthy_seconds,.*,resolution,incidents,/);
    expect(row).toMatch(
      /^'=old,2026-03-01,2026-03-01T00:00:00.000Z,2026-03-02T00:00:00.000Z,0\.91666\d*,0\.99999\d*,79199\.999,0,7200,0\.001,0,24,/,
    );
    expect(rest).toEqual(['']);
    expect(header!.split(',')).toHaveLength(row!.split(',').length);
  });

  inFull('prints unknown for a model that was never checked', async () => {
    const { run } = await past();
    const { out } = await run('history', 'idle', '--window', 'day:2026-03-01');
    expect(rowOf(out, '2026-03-01')!.slice(1, 5)).toEqual(['-', '0%', '-', '0']);
    expect(rowOf(out, '2026-03-01')!.at(-1)).toBe('not_yet 1d');
  });

  inFull('exits with 2 and one sentence for unknown models and invalid windows', async () => {
    const { run } = await past();
    const asked: [string[], RegExp][] = [
      [['gtp'], /^no model gtp is known; did you mean gpt\?\n$/],
      [['nobody'], /^no model nobody is known; there is gpt, mixtral, idle, =old\n$/],
      [
        ['gpt', '--window', '3x'],
        /^--window: 3x is no window; give a duration such as 24h or 30d, or day:.*\n$/,
      ],
      [['gpt', '--window', '0d'], /^--window: 0d is no window; .*\n$/],
      [['gpt', '--window', 'year:2999'], /^year:2999 has not begun yet\n$/],
      [['gpt', '--timezone', 'Mars/Base'], /^--timezone: no time zone is named Mars\/Base; .*\n$/],
    ];
    for (const [args, sentence] of asked) {
      const { code, out, err } = await run('history', ...args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(sentence);
    }
  });
});
