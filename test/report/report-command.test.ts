import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { markdownText, reportMarkdown } from '../../src/report/report-markdown.js';
import { askedWindow } from '../../src/cli/options.js';
import { usePast } from '../cli/written-past.js';
import { inFull } from '../slow.js';

const past = usePast();
const march = ['--month', '2026-03'] as const;
const rowOf = (out: string, model: string): string[] =>
  out
    .split('\n')
    .find((line) => line.startsWith(`| ${model} |`))!
    .split(' | ')
    .slice(1);

describe('modelpulse report', () => {
  it('shows for each model whether it met its objective, and the error budget used', async () => {
    const { run } = await past();
    const { code, out, err } = await run('report', ...march);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^# Service levels, 2026-03\n\nFrom 2026-03-01 00:00:00 to 2026-04-01 00:00:00, UTC\.\n/,
    );
    expect(out).toContain('\nObjectives met: 1, missed: 1, unknown: 1.\n');
    // 2 h of 72 h 20 min 10 s; and, without the hour excluded, 3 h 10 min 5 s of 37 h 10 min 5 s: nobody looked after that.
    expect(rowOf(out, 'gpt').slice(0, 8)).toEqual([
      '95%',
      'met',
      '97.235%',
      '9.72%',
      '2h',
      '1',
      '2h',
      '55.29%',
    ]);
    expect(rowOf(out, 'mixtral').slice(0, 5)).toEqual(['95%', '**missed**', '91.476%', '5.00%', '3h 10m 5s']);
    expect(rowOf(out, 'idle')).toEqual([
      '90%',
      'unknown',
      'unknown',
      '0.00%',
      '-',
      '0',
      '-',
      '-',
      '0',
      'unknown',
      '-',
      '- |',
    ]);
    expect(rowOf(out, '=old').slice(0, 6)).toEqual(['-', '-', '91.666%', '99.99%', '2h', '1']);
    expect(rowOf(out, 'new').slice(0, 3)).toEqual(['-', '-', 'unknown']);
  });

  inFull('lists incidents with notes and exclusions, and the time that is not counted', async () => {
    const { run } = await past();
    const { out } = await run('report', ...march, 'gpt', 'mixtral');
    expect(out).toMatch(
      /### gpt\n\n- 2026-03-02 10:00:00 to 2026-03-02 12:00:00, 2h, server_error \(provider\), 2 checks failed: =cmd/,
    );
    expect(out).toContain('\n  - 2026-03-02 11:00:00, Ann: vendor &#124; &lt;b&gt;told&lt;/b&gt; - us\n');
    expect(out).toMatch(
      /### mixtral\n\n- 2026-03-02 10:00:00 to no end yet, [^,]+, 29d 13h of it counted, server/,
    );
    expect(out).toContain('\n  - excluded 2026-03-02 10:00:00 to 2026-03-02 11:00:00: agreed \\*move\\*\n');
    expect(out).not.toContain('### =old');
  });

  inFull('reports the coverage of each model', async () => {
    const { run } = await past();
    const { out } = await run('report', ...march);
    const sure = /## How sure\n\n([^#]*)\n##/.exec(out)![1]!.trim().split('\n');
    expect(sure).toEqual([
      '- gpt: watched for 9.72% of the time: what happened in the rest is unknown.',
      '- mixtral: watched for 5.00% of the time: what happened in the rest is unknown.',
      '- idle: watched for 0.00% of the time: too little to say how it was.',
      '- new: nothing is known in this time.',
      '- =old: left the registry at 2026-03-02 00:00:00.',
    ]);
  });

  inFull('prints one row per model as CSV', async () => {
    const { run } = await past();
    const { out } = await run('report', ...march, '--format', 'csv', '=old', 'new');
    const [header, fresh, old] = out.split('\r\n');
    expect(header).toBe(
      'model,from,to,over,objective,met,uptime,coverage,down_seconds,incidents,longest_incident_seconds,' +
        'error_budget_used,checks,checks_not_healthy,provider_uptime,provider_coverage,down_provider_seconds,' +
        'down_account_seconds,down_config_seconds,down_network_seconds,down_monitor_seconds,down_none_seconds,' +
        'next_end,next_end_kind,vendor_incidents,median_lead_seconds,cost,currency',
    );
    const none = ','.repeat(header!.split(',').length - 4);
    expect(fresh).toBe(`new,2026-03-01T00:00:00.000Z,2026-04-01T00:00:00.000Z,true${none}`);
    expect(old).toMatch(
      /^'=old,2026-03-01T00:00:00.000Z,2026-03-02T00:00:00.000Z,true,,,0\.9166\d*,0\.9999\d*,7200,1,7200,,24,2,0\.9166\d*,0\.9999\d*,7200,0,0,0,0,0,,,,,,$/,
    );
  });

  inFull('exits with 2 and one sentence for an invalid time or an unknown model', async () => {
    const { run } = await past();
    const asked: [string[], RegExp][] = [
      [[], /^--month or --window is required, for example --month 2026-10 or --window quarter:2026-Q3\n$/],
      [['--month', '2026-13'], /^--month: 2026-13 is not a month; example: 2026-10\n$/],
      [['--month', '2999-01'], /^month:2999-01 has not begun yet\n$/],
      [['--month', '2026-03', '--window', '1d'], /cannot be used with/],
      [[...march, 'nwe'], /^no model nwe is known; did you mean new\?\n$/],
    ];
    for (const [args, sentence] of asked) {
      const { code, out, err } = await run('report', ...args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(sentence);
    }
  });

  it('reports that a period is not over', () => {
    const now = Date.UTC(2026, 2, 10);
    const told = (name: string) => reportMarkdown([], askedWindow(name, 'UTC', now), now);
    expect(told('month:2026-03')).toContain(
      'From 2026-03-01 00:00:00 to 2026-03-10 00:00:00, UTC.\n\n**This time is not over: it ends 2026-04-01 00:00:00',
    );
    expect(told('month:2026-02')).not.toContain('not over');
  });
});

describe('Markdown text', () => {
  it('is one line without markup, for any input', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        ...Array.from('\\`*_~[]()<>&|#$@!:/.\n\r\u001b\u202eaw'),
        'www.',
        'https://',
        '<b>',
      ),
    });
    fc.assert(
      fc.property(text, (said) => {
        const written = markdownText(said);
        expect(written).not.toMatch(/[\p{Cc}\u202e<>|]/u);
        const unescaped = written.replace(/\\[\\`*_~[\]$@:.]/g, '-');
        expect(unescaped).not.toMatch(/[\\`*_~[\]$@]|:\/\/|www\.|&(?!amp;|lt;|gt;|#124;)/);
      }),
    );
  });

  it('leaves plain text unchanged', () => {
    expect(markdownText('HTTP 503: no answer, 3 of 5 (eu-west-1)!')).toBe(
      'HTTP 503: no answer, 3 of 5 (eu-west-1)!',
    );
  });
});
