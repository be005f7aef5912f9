import { describe, expect, it } from '@jest/globals';
import { path, useToldPast, type Figures, type Incident, type Model } from './asked.js';
import { between, lasted, percent, plain, rowsOf, share, shown, span } from './shown.js';
import { ids, now } from './told-past.js';
import { onPage } from '../../report/on-page.js';
import { inFull } from '../../slow.js';

/*
 * Whoever shows a figure shows the same one: pages, API, commands and metrics are asked for one past at one time. The API has the exact
 * numbers; what is rounded elsewhere is rounded here once more, by the rules that the documentation gives.
 */

const { text, api, run, parsed, figuresOf } = useToldPast();

const seconds = (from: string, to: string | null): number =>
  ((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1_000;

/** Seconds of an incident in a month, less what is excluded: whether it counts there. */
function countedIn({ opened_at, closed_at, exclusions }: Incident, month: string): number {
  const [from, to] = [
    Date.parse(`${month}-01`),
    Math.min(now, new Date(`${month}-01`).setUTCMonth(Number(month.slice(5)))),
  ];
  const own = [
    Math.max(from, Date.parse(opened_at)),
    Math.min(to, closed_at === null ? now : Date.parse(closed_at)),
  ] as const;
  const excluded = exclusions.map((each) =>
    Math.max(0, Math.min(own[1], Date.parse(each.to)) - Math.max(own[0], Date.parse(each.from))),
  );
  return Math.max(0, own[1] - own[0] - excluded.reduce((sum, ms) => sum + ms, 0)) / 1_000;
}

/** The share of the error budget that this time down uses. */
const usedOf = (
  slo: number,
  { seconds: { healthy, degraded, unhealthy } }: Figures,
  down = unhealthy,
): number => Number((down / ((1 - slo) * (healthy + degraded + unhealthy))).toPrecision(10));

describe.each([
  ['2026-10', 'October, from 20 Oct'],
  ['2026-11', 'November, so far'],
])('the month %s', (month, name) => {
  inFull(
    'has the same figures in the API, the report and its files, the history and on the page of the model',
    async () => {
      const { items } = await api<{ items: Model[] }>('/api/v1/models');
      const { items: incidents } = await api<{ items: Incident[] }>(
        `/api/v1/incidents?window=month:${month}`,
      );
      const csv = (await run('report', '--month', month, '--format', 'csv')).split('\r\n');
      const heads = csv[0]!.split(',');
      const markdown = await run('report', '--month', month);
      const report = await text(`/report?month=${month}`);
      expect(await text(`/report.csv?month=${month}`)).toBe(csv.join('\r\n'));
      for (const id of ids) {
        const { slo } = items.find((model) => model.id === id)!;
        const cells = csv.find((line) => line.startsWith(`${id},`))!.split(',');
        const row = Object.fromEntries(heads.map((head, index) => [head, cells[index]!]));
        const line = markdown.split('\n').find((one) => one.startsWith(`| ${id} |`))!;
        const said = line
          .slice(2, -2)
          .split(' | ')
          .slice(1)
          .map((cell) => cell.replaceAll('*', ''));
        const seen = plain(between(report, `<bdi>${id}</bdi></a></th>`, '</tr>')).split('|');
        const expected = onPage(said.map((cell) => (cell === '-' ? '–' : cell)));
        expect([id, seen]).toEqual([id, expected.flat().filter((cell) => cell !== null)]);
        if (id === 'new+odd:é' && month === '2026-10') {
          expect(row).toMatchObject({ uptime: '', coverage: '', incidents: '' });
          continue;
        }
        const figures = await figuresOf(id, `month:${month}`);
        const { total } = await parsed<{ total: Figures & { incidents: number } }>(
          'history',
          id,
          '--window',
          `month:${month}`,
          '--json',
        );
        expect(total).toMatchObject({ ...figures });

        const { uptime, coverage, seconds: spent, checks } = figures;
        const own = incidents
          .filter(({ model }) => model === id)
          .map((each) => countedIn(each, month))
          .filter((s) => s > 0);
        const used = slo === null ? null : usedOf(slo, figures);
        expect({
          ...row,
          error_budget_used:
            row.error_budget_used === '' ? null : Number(Number(row.error_budget_used).toPrecision(10)),
        }).toMatchObject({
          uptime: String(uptime),
          coverage: String(coverage),
          down_seconds: String(spent.unhealthy),
          incidents: String(own.length),
          longest_incident_seconds: own.length === 0 ? '' : String(Number(Math.max(...own).toFixed(3))),
          error_budget_used: used,
          checks: String(checks.total),
        });
        expect(total.incidents).toBe(own.length);
        const down = lasted(spent.unhealthy);
        expect([id, said.slice(2, 9)]).toEqual([
          id,
          [
            `${percent(uptime!, 3)}%`,
            `${percent(coverage!, 2)}%`,
            down,
            String(own.length),
            own.length === 0 ? '-' : lasted(Math.max(...own)),
            used === null ? '-' : `${share(used)}%`,
            checks.total!.toLocaleString('en-US'),
          ],
        ]);
        const page = await text(path(id));
        const months = between(page, '<th scope="col">Month</th>', '</table>');
        const told = plain(
          between(months, id === 'new+odd:é' ? 'November, from 25 Nov, so far' : name, '</tr>'),
        ).split('|');
        expect([id, told.slice(0, 5)]).toEqual([
          id,
          [
            `${shown(uptime, 2)} %`,
            `${shown(coverage, 1)} %`,
            spent.unhealthy === 0 ? '–' : span(spent.unhealthy),
            spent.degraded === 0 ? '–' : span(spent.degraded),
            String(own.length),
          ],
        ]);
        if (used !== null) expect([id, told.at(-1)]).toEqual([id, `${share(used)} % used`]);
      }
      const list = await text(`/incidents?month=${month}`);
      expect(plain(between(list, '<h2 id="list"', '</h2>'))).toContain(`${incidents.length} incident`);
    },
  );

  inFull(
    'is divided by its incidents: what they used of the error budget is what the report says',
    async () => {
      const { items } = await api<{ items: Model[] }>('/api/v1/models');
      const { items: incidents } = await api<{ items: Incident[] }>(
        `/api/v1/incidents?window=month:${month}`,
      );
      for (const { id, slo } of items) {
        const own = incidents.filter(({ model }) => model === id);
        if (slo === null) continue;
        const figures = await figuresOf(id, `month:${month}`);
        let down = 0;
        for (const { id: number, opened_at, closed_at } of own) {
          const from = opened_at > `${month}-01` ? opened_at : `${month}-01T00:00:00.000Z`;
          const end = new Date(`${month}-01`).setUTCMonth(Number(month.slice(5)));
          const to = new Date(
            Math.min(now, end, closed_at === null ? now : Date.parse(closed_at)),
          ).toISOString();
          const { seconds: part } = await api<Figures>(`/api/v1${path(id)}/uptime?from=${from}&to=${to}`);
          down += part.unhealthy;
          if (!opened_at.startsWith(month)) continue;
          const page = await text(`/incidents/${number}`);
          const told = plain(between(page, '<dt>Error budget used', '</div>')).split('|');
          expect([number, told[0]]).toEqual([number, `${share(usedOf(slo, figures, part.unhealthy))} %`]);
        }
        expect([id, Number(down.toFixed(3))]).toEqual([id, figures.seconds.unhealthy]);
      }
    },
  );
});

describe('an incident', () => {
  inFull('lasts as long for everybody', async () => {
    const { items } = await api<{ items: Incident[] }>('/api/v1/incidents');
    const listed = await parsed<(Incident & { duration_seconds: number })[]>(
      'incidents',
      '--window',
      '90d',
      '--json',
    );
    // Notes and exclusions follow in a table of their own.
    const [first = ''] = (await run('incidents', '--window', '90d')).split('\n\n');
    const table = rowsOf(first);
    const byId = (a: { id: number }, b: { id: number }): number => b.id - a.id;
    const lengths = items.map((incident) => ({
      ...incident,
      duration_seconds: seconds(incident.opened_at, incident.closed_at),
    }));
    expect(listed.sort(byId)).toEqual(lengths);
    const markdown =
      (await run('report', '--month', '2026-10')) + (await run('report', '--month', '2026-11'));
    const list = (await text('/incidents')) + (await text('/incidents?month=2026-10'));
    for (const { id, model, opened_at, closed_at, checks_failed } of items) {
      const length = seconds(opened_at, closed_at);
      const row = plain(
        between(list, `<td role="cell" class="n mut"><a href="/incidents/${id}">`, '</tr>'),
      ).split('|');
      expect(row.slice(-2)).toEqual([span(length), String(checks_failed)]);
      const open = closed_at === null ? 'open ' : '';
      expect(table.get(String(id))?.[2]).toBe(
        open +
          span(length)
            .replaceAll(' min', 'm')
            .replaceAll(/ (?=[dhs])/g, ''),
      );
      const page = await text(`/incidents/${id}`);
      expect(plain(between(page, '<dt>Lasted</dt>', '</div>')).split('|')[0]).toBe(span(length));
      expect(plain(between(page, '<dt>Failed checks</dt>', '</div>')).split('|')[0]).toBe(
        String(checks_failed),
      );
      const to = closed_at ?? new Date(now).toISOString();
      const { seconds: spent } = await api<Figures>(
        `/api/v1${path(model)}/uptime?from=${opened_at}&to=${to}`,
      );
      expect([id, plain(between(page, '<dt>Time down</dt>', '</div>')).split('|')[0]]).toEqual([
        id,
        span(spent.unhealthy),
      ]);
      const clock = (time: string): string => time.slice(0, 19).replace('T', ' ');
      const ended = closed_at === null ? 'no end yet' : clock(closed_at);
      expect(markdown).toContain(`- ${clock(opened_at)} to ${ended}, ${lasted(length)},`);
      const ofModel = between(await text(path(model)), `<span class="n mut">#${id}</span>`, '</li>');
      expect(plain(ofModel).split('|').at(-1)).toBe(`${closed_at === null ? 'open, ' : ''}${span(length)}`);
    }
  });

  it('is the same one on the public page and for programs that know Statuspage', async () => {
    const { items } = await api<{ items: Incident[] }>('/api/v1/incidents');
    const { incidents } = await api<{
      incidents: {
        started_at: string;
        resolved_at: string | null;
        name: string;
        incident_updates: { body: string }[];
      }[];
    }>('/status/api/v2/incidents.json');
    const whole = (time: string | null): string | null => time && `${time.slice(0, 19)}.000Z`;
    const byStart = (a: { started_at: string }, b: { started_at: string }) =>
      a.started_at < b.started_at ? 1 : -1;
    expect(incidents.map(({ name, started_at, resolved_at }) => ({ name, started_at, resolved_at }))).toEqual(
      items
        .map(({ model, opened_at, closed_at }) => ({
          name: `${model} down`,
          started_at: whole(opened_at)!,
          resolved_at: whole(closed_at),
        }))
        .sort(byStart),
    );
    const page = await text('/status');
    for (const { model, opened_at, closed_at } of items) {
      const length = span(seconds(opened_at, closed_at));
      const found = incidents.find(
        ({ name, started_at }) => name === `${model} down` && started_at === whole(opened_at),
      )!;
      if (closed_at !== null) expect(found.incident_updates[0]?.body).toContain(`It was down for ${length}.`);
      if (Date.parse(opened_at) < now - 14 * 86_400_000) continue;
      const entry = page
        .split('<dd id="incident-')
        .find(
          (one) => one.includes(`>${model}</b>`) && one.includes(`datetime="${opened_at.slice(0, 19)}Z"`),
        )!;
      expect([model, plain(between(entry, '<span class="n mut">', '</span>'))]).toEqual([model, length]);
    }
  });
});
