import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkTable, type CheckRow } from '../../src/cli/tables/check-table.js';
import { statusTable, type StatusRow } from '../../src/cli/tables/status-table.js';
import { renderTable } from '../../src/cli/tables/table.js';
import type { Terminal } from '../../src/cli/terminal.js';
import { reasons, reasonTable } from '../../src/domain/reason.js';
import { notSent, type CheckResult } from '../../src/domain/result.js';

const pipe: Terminal = { width: null, escapes: false, colour: false };
const terminal = (width: number): Terminal => ({ width, escapes: true, colour: false });

function row(model: string, more: Partial<CheckResult> = {}): CheckRow {
  return { model, result: { ...notSent(0, 'ok', 'healthy', null), ...more } };
}

const rows = [
  row('mixtral', { durationMs: 812.4, httpStatus: 200, usage: { inputTokens: 15, outputTokens: 9 } }),
  row('gpt', {
    outcome: 'unhealthy',
    reason: 'auth_failed',
    durationMs: 1240,
    httpStatus: 401,
    detail: 'Incorrect API key provided: [redacted]. You can find your API key in your account.',
  }),
];

describe('table of checks', () => {
  it('shows all columns in full without a terminal', () => {
    expect(checkTable(rows, pipe).split('\n')).toEqual([
      'MODEL    OUTCOME    REASON       BLAME    HTTP    TIME  TOKENS  DETAIL',
      'mixtral  healthy    ok           -         200  812 ms    15+9  -',
      'gpt      unhealthy  auth_failed  account   401  1.24 s       -  Incorrect API key provided: [redacted]. You can find your API key in your account.',
    ]);
  });

  it('wraps the detail beside its row if there is room', () => {
    expect(checkTable(rows, terminal(110)).split('\n').slice(2)).toEqual([
      'gpt      unhealthy  auth_failed  account   401  1.24 s       -  Incorrect API key provided: [redacted]. You',
      '                                                                can find your API key in your account.',
    ]);
  });

  it('prints the detail below its row if there is no room', () => {
    expect(checkTable(rows, terminal(72)).split('\n')).toEqual([
      'MODEL    OUTCOME    REASON       BLAME    HTTP    TIME  TOKENS',
      'mixtral  healthy    ok           -         200  812 ms    15+9',
      'gpt      unhealthy  auth_failed  account   401  1.24 s       -',
      '  Incorrect API key provided: [redacted]. You can find your API key in',
      '  your account.',
    ]);
  });

  it('omits optional columns before it cuts a name', () => {
    const [head = '', , second = ''] = checkTable(rows, terminal(60)).split('\n');
    expect(head).not.toContain('TOKENS');
    expect(second).toContain('auth_failed');
  });

  it('has a first-token column only if a result was streamed', () => {
    expect(checkTable(rows, pipe)).not.toContain('FIRST TOKEN');
    expect(checkTable([row('a', { firstTokenMs: 97 }), row('b')], pipe)).toMatch(/FIRST TOKEN[^]* 97 ms/);
  });

  it('shows who is to blame for every reason', () => {
    for (const reason of reasons) {
      const line = checkTable([row('m', { reason })], pipe).split('\n')[1];
      expect(line?.split(/ +/)[3]).toBe(reasonTable[reason].blame ?? '-');
    }
  });

  it('colours the outcome only if colour is enabled', () => {
    expect(checkTable(rows, { ...terminal(110), colour: true })).toContain('\u001b[31munhealthy\u001b[39m');
    expect(checkTable(rows, terminal(110))).not.toContain('\u001b');
  });

  it('stays aligned with wide characters and colours', () => {
    const lines = checkTable([row('模型', { httpStatus: 200 }), row('model', { httpStatus: 404 })], {
      ...terminal(100),
      colour: true,
    }).split('\n');
    const [, wide = '', narrow = ''] = lines.map(stripVTControlCharacters);
    expect(narrow.indexOf('404')).toBe(wide.indexOf('200') + 2);
  });

  it('never exceeds the terminal width nor prints an escape sequence, for any provider text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('\u001b', '[', '2', 'J', ']', '\u0007', 'a ', '\u009b', '\u202e', '\r\n'),
      }),
    );
    fc.assert(
      fc.property(text, text, fc.integer({ min: 45, max: 160 }), (model, detail, width) => {
        const table = checkTable([row(model, { detail }), ...rows], terminal(width));
        expect(table.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
        if (/^[ -~\n]*$/.test(table)) {
          for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});

describe('table', () => {
  it('has one line per row for many rows', () => {
    const column = { head: 'N', cell: (row: number) => String(row) };
    const rows = Array.from({ length: 173 }, (_, index) => index);
    expect(renderTable([column], rows, pipe)).toBe(['N', ...rows].join('\n'));
  });

  it('truncates the widest columns with a mark when no column can be omitted', () => {
    const columns = [
      { head: 'A', cell: (text: string) => text },
      { head: 'B', cell: () => 'bb' },
    ];
    expect(renderTable(columns, ['a'.repeat(40)], terminal(20))).toBe(
      'A                 B\naaaaaaaaaaaaaaa…  bb',
    );
  });

  it('never wraps a row if other text follows it', () => {
    const columns = [
      { head: 'A', cell: () => 'a' },
      { head: 'B', cell: (text: string) => text },
    ];
    expect(renderTable(columns, ['b b '.repeat(10)], terminal(20))).toBe('A  B\na  b b b b b b b b …');
  });
});

describe('table of states', () => {
  const now = Date.UTC(2026, 0, 5);
  const perfect = { uptime: 1, coverage: 1 };
  const status: StatusRow = {
    model: 'gpt',
    state: 'unhealthy',
    since: now - 93_784_000,
    reason: 'quota_exhausted',
    note: null,
    probe: null,
    acknowledged: null,
    firstSeen: 0,
    lastCheck: now - 12_345,
    uptime: {
      '24h': { uptime: 0.99999, coverage: 0.999 },
      '7d': perfect,
      '30d': { uptime: null, coverage: 0.004 },
      '90d': { uptime: null, coverage: null },
    },
    providerUptime: {
      '24h': { uptime: 0.99999, coverage: 0.999 },
      '7d': perfect,
      '30d': { uptime: null, coverage: 0.004 },
      '90d': { uptime: null, coverage: null },
    },
    deadlines: [],
  };

  it('shows the uptime of the provider where it is another one, and what ends soon', () => {
    const provider = { ...status.providerUptime, '90d': { uptime: 1, coverage: 0.5 } };
    const deadlines = [
      { kind: 'key', at: now + 6 * 86_400_000, source: 'configuration', key: 2, url: null },
      { kind: 'retirement', at: now + 20 * 86_400_000, source: 'list', key: null, url: null },
    ] as const;
    const table = statusTable([{ ...status, providerUptime: provider, deadlines }], now, pipe);
    expect(table).toContain('  PROVIDER 90D  NOTE\n');
    expect(table).toContain('100.00% (50%)  API key 2 expires in 6 days, on 2026-01-11\n');
    expect(table).toContain('PROVIDER is the same as if only the provider could be down');
  });

  it('shows uptime rounded down, with its coverage', () => {
    expect(statusTable([status], now, pipe).split('\n')).toEqual([
      'MODEL  STATE      SINCE  REASON           BLAME    LAST CHECK    UPTIME 24H       UPTIME 7D  UPTIME 30D  UPTIME 90D',
      'gpt    unhealthy  1d 2h  quota_exhausted  account  12s         99.99% (99%)  100.00% (100%)      - (0%)           -',
      '',
      expect.stringMatching(/^UPTIME is the share of the known time/),
    ]);
  });

  it('keeps only the last day on a narrow terminal', () => {
    const [head] = statusTable([status], now, terminal(80)).split('\n');
    expect(head).toContain('UPTIME 24H');
    expect(head).not.toContain('UPTIME 30D');
  });

  it('shows unknown values as a dash', () => {
    const unknown: StatusRow = { ...status, state: 'unknown', reason: null, lastCheck: null };
    expect(statusTable([unknown], now, pipe).split('\n')[1]).toMatch(/^gpt +unknown +1d 2h +- +- +- /);
  });
});
