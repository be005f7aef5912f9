import { describe, expect, it } from '@jest/globals';
import { csvCell } from '../../src/domain/csv-cell.js';
import { csvColumns } from '../../src/http/shapes/result-csv.js';
import type { RecordedResult } from '../../src/domain/result.js';
import { slotOf } from '../../src/domain/time.js';
import { noon, sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer, type Running } from './running-server.js';

/** One result a minute, newest first; every tenth failed. */
function resultsOf(count: number): RecordedResult[] {
  return Array.from({ length: count }, (_, index) => {
    const slot = slotOf(noon - (index + 1) * 60_000);
    return index % 10 === 0
      ? sampleResult({ slot, outcome: 'unhealthy', reason: 'timeout', detail: 'total' })
      : sampleResult({ slot });
  });
}

const start = (results: RecordedResult[], id = 'a'): Promise<Running> =>
  startServer(createFakeBackend({ views: [sampleView(id)], results }));

interface Page {
  items: { slot: string; outcome: string }[];
  next_cursor: string | null;
}

describe('GET checks', () => {
  it('returns the newest 100 results first', async () => {
    const { ask } = await start(resultsOf(250));
    const { items, next_cursor } = (await ask('/api/v1/models/a/checks')).json as Page;
    expect(items).toHaveLength(100);
    expect(items[0]?.slot).toBe('2026-01-02T11:59:00.000Z');
    expect(next_cursor).not.toBeNull();
  });

  it('returns every result once, page by page', async () => {
    const { ask } = await start(resultsOf(250));
    const slots: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null; pages += 1) {
      expect(pages).toBeLessThan(4);
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = (await ask(`/api/v1/models/a/checks?limit=90${query}`)).json as Page;
      slots.push(...page.items.map(({ slot }) => slot));
      cursor = page.next_cursor;
    }
    expect(slots).toEqual(resultsOf(250).map(({ slot }) => new Date(slot).toISOString()));
  });

  it('has no next page after a page that ends with the last result', async () => {
    const { ask } = await start(resultsOf(20));
    expect((await ask('/api/v1/models/a/checks?limit=20')).json).toMatchObject({ next_cursor: null });
  });

  it('includes from and excludes to', async () => {
    const { ask } = await start(resultsOf(20));
    const { items } = (await ask('/api/v1/models/a/checks?from=2026-01-02T11:55:00Z&to=2026-01-02T11:57:00Z'))
      .json as Page;
    expect(items.map(({ slot }) => slot)).toEqual(['2026-01-02T11:56:00.000Z', '2026-01-02T11:55:00.000Z']);
  });

  it('filters by outcome', async () => {
    const { ask } = await start(resultsOf(30));
    const { items } = (await ask('/api/v1/models/a/checks?outcome=unhealthy')).json as Page;
    expect(items.map(({ outcome }) => outcome)).toEqual(['unhealthy', 'unhealthy', 'unhealthy']);
  });

  it('returns a result in the future after the clock was set back', async () => {
    const { ask } = await start([sampleResult({ slot: slotOf(noon + 5_000) })]);
    expect(((await ask('/api/v1/models/a/checks')).json as Page).items).toHaveLength(1);
  });
});

describe('GET checks as CSV', () => {
  it('streams all results of the window after a header, regardless of the limit', async () => {
    const { ask } = await start(resultsOf(2_700));
    const { text, headers } = await ask('/api/v1/models/a/checks?format=csv&limit=10');
    const lines = text.split('\r\n');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toBe('attachment; filename="checks.csv"');
    expect(lines[0]).toBe(csvColumns.join(','));
    expect(lines).toHaveLength(2_702);
    expect(new Set(lines.slice(1, -1).map((line) => line.split(',')[1])).size).toBe(2_700);
  });

  it('has a value for each column', async () => {
    const { ask } = await start([
      sampleResult({
        firstTokenMs: 120.4,
        usage: { inputTokens: 14, outputTokens: 21 },
        speed: { firstTextMs: 120.4, firstReasoningMs: null, contentMs: 2_000, gapMs: 300 },
      }),
    ]);
    const [header, row] = (await ask('/api/v1/models/a/checks?format=csv')).text.split('\r\n');
    const values = row?.split(',') ?? [];
    expect(Object.fromEntries(header!.split(',').map((column, index) => [column, values[index]]))).toEqual({
      model: 'a',
      slot: '2026-01-02T11:59:00.000Z',
      started_at: '2026-01-02T11:59:00.000Z',
      outcome: 'healthy',
      reason: 'ok',
      blame: '',
      detail: '',
      cost: '',
      http_status: '200',
      duration_seconds: '0.812',
      first_token_seconds: '0.12',
      first_text_seconds: '0.12',
      first_reasoning_seconds: '',
      content_seconds: '2',
      gap_seconds: '0.3',
      tokens_per_second: '10',
      dns_seconds: '0.002',
      tcp_seconds: '0.01',
      tls_seconds: '',
      request_seconds: '',
      first_byte_seconds: '0.7',
      download_seconds: '',
      input_tokens: '14',
      output_tokens: '21',
      response: 'New Delhi',
      response_model: 'gpt-4o-mini-2024-07-18',
      recheck: 'false',
      stalled: 'false',
    });
    expect(values).toHaveLength(csvColumns.length);
  });

  it('returns only a header if there are no results', async () => {
    const { ask } = await start([]);
    expect((await ask('/api/v1/models/a/checks?format=csv')).text).toBe(`${csvColumns.join(',')}\r\n`);
  });

  it('filters by outcome and window like JSON', async () => {
    const { ask } = await start(resultsOf(30));
    const { text } = await ask(
      '/api/v1/models/a/checks?format=csv&outcome=unhealthy&from=2026-01-02T11:45:00Z',
    );
    expect(text.split('\r\n')).toHaveLength(4);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['+1', "'+1"],
    ['-2', "'-2"],
    ['  =cmd|"/c calc"!A1', `"'  =cmd|""/c calc""!A1"`],
    ['\t=1', "'\t=1"],
    ['\n=1', '"\'\n=1"'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['plain = text', 'plain = text'],
    ['\u001b[31mred\u0007 \u009b2J\u007f', '[31mred 2J'],
    ['\u001b=1+1', "'=1+1"],
    ['tab\tand\nline', '"tab\tand\nline"'],
  ])('writes the text %j as the cell %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it('is truncated and logged if the store fails in the middle', async () => {
    const results = resultsOf(1_500);
    const backend = createFakeBackend({ views: [sampleView('a')], results });
    const readLong: typeof backend.readLong = (question) =>
      question.kind === 'rows' && question.query.before === undefined
        ? backend.readLong(question)
        : Promise.reject(new Error('disk gone'));
    const { ask, reported } = await startServer({ ...backend, readLong });
    await expect(ask('/api/v1/models/a/checks?format=csv')).rejects.toThrow();
    expect(reported).toEqual([new Error('disk gone')]);
  });

  it('returns an error if the store fails at once', async () => {
    const backend = createFakeBackend({ views: [sampleView('a')] });
    const readLong = () => Promise.reject(new Error('disk gone'));
    const { ask } = await startServer({ ...backend, readLong });
    const { status, headers } = await ask('/api/v1/models/a/checks?format=csv');
    expect(status).toBe(500);
    expect(headers.get('content-type')).toContain('application/json');
  });
});
