import { describe, expect, it } from '@jest/globals';
import { pastOf } from '../../src/app/stored-past.js';
import type { LongQuestion } from '../../src/http/long-read.js';
import { answerReport } from '../../src/report/report-answer.js';
import { openHistoryReader } from '../../src/store/sqlite/history-reader.js';
import { usePast } from '../cli/written-past.js';
import { createFakeBackend } from '../http/fake-backend.js';
import { startServer } from '../http/running-server.js';
import { sampleModel, sampleView } from '../metrics/sample-view.js';
import { migrationsDir, result, start } from '../store/samples.js';
import { inFull } from '../slow.js';
import { onPage } from './on-page.js';

const past = usePast();
const registry = [
  { id: 'gpt', slo: 0.95 },
  { id: 'mixtral', slo: 0.95 },
  { id: 'idle', slo: 0.9 },
  { id: 'new', slo: null },
];

/** A server over the database of a written past, whose registry is that of its configuration. */
async function serve() {
  const { run, path } = await past();
  const reader = openHistoryReader(path, migrationsDir);
  // As the newest results have it.
  const certificateExpiresAt = result(start).certificateExpiresAt;
  const checked = new Set(['gpt', 'mixtral']);
  const views = registry.map(({ id, slo }) =>
    sampleView(id, {
      model: sampleModel(id, { slo }),
      certificateExpiresAt: checked.has(id) ? certificateExpiresAt : null,
    }),
  );
  const readLong = async (question: LongQuestion) => {
    if (question.kind !== 'report') throw new Error('only a report is asked for');
    return {
      text: new TextEncoder().encode(await answerReport(reader.report, question.ask, pastOf)),
      before: null,
    };
  };
  const { ask } = await startServer(createFakeBackend({ views }, { readLong, now: () => Date.now() }));
  return { run, ask, close: () => reader.close() };
}

/** The cells of the row of a model, as text. */
function cellsOf(page: string, model: string): string[] {
  const row = new RegExp(`<bdi>${model}</bdi></a></th>(.*?)</tr>`).exec(page)?.[1] ?? '';
  return [...row.matchAll(/<td class="[^"]*">(.*?)<\/td>/g)].map(([, cell]) => cell ?? '');
}

/** What an open incident has lasted differs by the time between two reports. */
const settled = (markdown: string): string => markdown.replace(/no end yet, [^,]+,/g, 'no end yet,');

describe('the report as a page', () => {
  it('has the figures of the command to the digit', async () => {
    const { run, ask, close } = await serve();
    const { text } = await ask('/report?month=2026-03');
    const { out } = await run('report', '--month', '2026-03');
    for (const { id } of [...registry, { id: '=old' }]) {
      const line = out.split('\n').find((one) => one.startsWith(`| ${id} |`))!;
      const said = line.slice(2, -2).split(' | ').slice(1);
      const plain = said.map((cell) => cell.replaceAll('*', '').replace(/^-$/, '–'));
      const shown = onPage(plain).map(([cell, below]) =>
        below === null ? cell : `${cell}<small>${below}</small>`,
      );
      expect([id, cellsOf(text, id)]).toEqual([id, shown]);
    }
    expect(text).toContain('Objectives met: 1, missed: 1, unknown: 1.');
    expect(text).toContain('From 2026-03-01 00:00:00 to 2026-04-01 00:00:00, UTC.');
    // 2 h, 3 h 10 min 5 s and 2 h.
    expect(text).toContain('<tfoot><tr><th scope="row">5 models</th>');
    expect(text).toMatch(/<td class="n">7h 10m 5s<small>[^<]+<\/small><\/td><td class="n">3<\/td>/);
    close();
  });

  inFull('has the files of the command to the byte', async () => {
    const { run, ask, close } = await serve();
    for (const [query, args] of [
      ['month=2026-03', ['--month', '2026-03']],
      [
        'quarter=2026-Q1&timezone=Europe/Berlin',
        ['--window', 'quarter:2026-Q1', '--timezone', 'Europe/Berlin'],
      ],
    ] as const) {
      const csv = await ask(`/report.csv?${query}`);
      expect(csv.text).toBe((await run('report', ...args, '--format', 'csv')).out);
      expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
      const markdown = await ask(`/report.md?${query}`);
      expect(settled(markdown.text)).toBe(settled((await run('report', ...args)).out));
      expect(markdown.headers.get('content-disposition')).toMatch(
        /^attachment; filename="service-levels-2026-\w+\.md"$/,
      );
    }
    close();
  });

  inFull('lists incidents with notes and exclusions, and shows what providers said as text', async () => {
    const { ask, close } = await serve();
    const { text } = await ask('/report?month=2026-03');
    expect(text).toContain('2026-03-02 10:00:00 to 2026-03-02 12:00:00, 2h: provider error, 2 checks failed');
    expect(text).toContain('29d 13h of it counted');
    expect(text).toContain('vendor | &lt;b>told&lt;/b>');
    expect(text).toContain('Excluded 2026-03-02 10:00:00 to 2026-03-02 11:00:00: ');
    expect(text).toContain('&lt;script>');
    expect(text).not.toMatch(/<script>|<b>told/);
    close();
  });

  it('says that a period is not over', async () => {
    const { ask, close } = await serve();
    expect((await ask('/report')).text).toContain('This time is not over');
    expect((await ask('/report?month=2026-03')).text).not.toContain('not over');
    close();
  });
});
