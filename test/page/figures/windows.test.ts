import { describe, expect, it } from '@jest/globals';
import { path, useToldPast, windows, type Figures, type Model, type Window } from './asked.js';
import { between, percent, plain, rowsOf, shown, took } from './shown.js';
import { ids } from './told-past.js';
import { inFull } from '../../slow.js';

/*
 * Whoever shows a figure shows the same one: pages, API, commands and metrics are asked for one past at one time. The API has the exact
 * numbers; what is rounded elsewhere is rounded here once more, by the rules that the documentation gives.
 */

const { text, api, run, parsed, figuresOf } = useToldPast();

describe('uptime and coverage of a window', () => {
  const places: Readonly<Record<Window, { cell: string; head: string; words: string }>> = {
    '24h': { cell: 'n1', head: 'Uptime 24 h', words: '1 d' },
    '7d': { cell: 'n7', head: '7 d', words: '7 days' },
    '30d': { cell: 'n30', head: '30 d', words: '30 days' },
    '90d': { cell: 'n90', head: '90 d', words: '90 days' },
  };

  inFull('are the same number in the API, the metrics and the commands', async () => {
    const { items } = await api<{ items: Model[] }>('/api/v1/models');
    const status = await parsed<{ model: string; uptime: Model['uptime'] }[]>('status', '--json');
    const metrics = await text('/metrics');
    const metric = (name: string, id: string, window: string): number | null => {
      const series = `modelpulse_${name}_ratio{model="${id}",window="${window}"} `;
      const line = metrics.split('\n').find((one) => one.startsWith(series));
      return line === undefined ? null : Number(line.slice(series.length));
    };
    for (const id of ids) {
      for (const window of windows) {
        const { uptime, coverage } = await figuresOf(id, window);
        const both = { uptime, coverage };
        const { provider_uptime: own, provider_coverage: ownCoverage } = await figuresOf(id, window);
        const all = { ...both, provider_uptime: own, provider_coverage: ownCoverage };
        expect([id, items.find((model) => model.id === id)?.uptime[window]]).toEqual([id, all]);
        expect([id, status.find(({ model }) => model === id)?.uptime[window]]).toEqual([id, all]);
        expect([id, metric('uptime', id, window), metric('coverage', id, window)]).toEqual([
          id,
          uptime,
          coverage,
        ]);
      }
      const { total } = await parsed<{ total: Figures }>('history', id, '--window', '30d', '--json');
      expect(total).toMatchObject({ ...(await figuresOf(id, '30d')) });
    }
  });

  inFull(
    'are those digits on the overview, the page of the model, the public page, the badge and in the table',
    async () => {
      const overview = await text('/');
      const table = rowsOf(await run('status'));
      const status = await text('/status');
      for (const id of ids) {
        const page = await text(path(id));
        const row = between(overview, `scope="row"><a href="${path(id)}">`, '</tr>');
        const component = plain(between(status, `<span class="pn" dir="auto">${id}</span>`, '</li>'));
        const cells = table.get(id)!.filter((cell) => cell.includes('%'));
        for (const [index, window] of windows.entries()) {
          const { uptime, coverage } = await figuresOf(id, window);
          const [up, watched] = [shown(uptime, 2), shown(coverage, 1)];
          const { cell, head, words } = places[window];
          expect([id, window, row]).toEqual([
            id,
            window,
            expect.stringMatching(new RegExp(` ${cell}">${up}<small>${watched}</small>`)),
          ]);
          const figure = plain(between(page, `<dt>${head}</dt>`, '</div>'));
          expect([id, window, figure]).toEqual([
            id,
            window,
            expect.stringMatching(
              new RegExp(`^${up} %\\|(?:below [\\d.]+ %; )?(?:≈ )?${watched} % watched$`),
            ),
          ]);
          const told =
            window === '90d'
              ? `Uptime ${words}: |${up}%|${watched}% watched`
              : `Uptime ${words}: ${up}% (${watched}% watched)`;
          expect([id, component]).toEqual([id, expect.stringContaining(told)]);
          const badge = await text(`/api/v1${path(id)}/badge.svg?window=${window}`);
          const partly = coverage! < 0.99 ? ` (${percent(coverage!, 0)}% watched)` : '';
          expect([id, window, badge]).toEqual([
            id,
            window,
            expect.stringMatching(
              new RegExp(`<title>[^<]*: ${percent(uptime!, 2)}%${partly.replace(/[()]/g, '\\$&')}<`),
            ),
          ]);
          // A young model has no more to tell in longer windows.
          if (cells[index] !== undefined)
            expect([id, cells[index]]).toEqual([id, `${percent(uptime!, 2)}% (${percent(coverage!, 0)}%)`]);
        }
      }
    },
  );
});

inFull('latencies are the same wherever they are shown', async () => {
  const overview = await text('/');
  const status = await text('/status');
  for (const id of ids) {
    const { latency_seconds: latency } = await figuresOf(id, '24h');
    const { total } = await parsed<{ total: Figures }>('history', id, '--window', '24h', '--json');
    expect(total.latency_seconds).toEqual(latency);
    const [p50, p95] = [took(latency.p50), took(latency.p95)];
    const table = rowsOf(await run('history', id, '--window', '24h')).get('in total')!;
    expect([id, table]).toEqual([id, expect.arrayContaining([p50, p95])]);
    const row = between(overview, `scope="row"><a href="${path(id)}">`, '</tr>');
    expect([id, plain(between(row, 'class="lat">', '</td>'))]).toEqual([id, p95]);
    const page = await text(path(id));
    const figure = plain(between(page, '<dt>Latency 24 h</dt>', '</div>'));
    expect([id, figure]).toEqual([id, expect.stringContaining(`${p95}|p95; p50 ${p50}`)]);
    const component = plain(between(status, `<span class="pn" dir="auto">${id}</span>`, '</li>'));
    expect([id, component]).toEqual([id, expect.stringMatching(new RegExp(`p95 ${p95}$`))]);
    const badge = await text(`/api/v1${path(id)}/badge.svg?show=latency&window=24h`);
    expect([id, badge]).toEqual([id, expect.stringContaining(`: ${p95}</title>`)]);
  }
});

it('the states of all models are the same, and so is how many are in each', async () => {
  const { items } = await api<{ items: Model[] }>('/api/v1/models');
  const metrics = await text('/metrics');
  const status = await parsed<{ model: string; state: string }[]>('status', '--json');
  const { components } = await api<{ components: { name: string; status: string }[] }>(
    '/status/api/v2/components.json',
  );
  const overview = await text('/');
  const words: Readonly<Record<string, string>> = { healthy: 'operational', unhealthy: 'major_outage' };
  for (const { id, state } of items) {
    expect(metrics).toContain(`modelpulse_model_state{model="${id}",state="${state}"} 1\n`);
    expect(status.find(({ model }) => model === id)?.state).toBe(state);
    expect(components.find(({ name }) => name === id)?.status).toBe(words[state]);
    expect(await text(`/api/v1${path(id)}/badge.svg?show=state`)).toContain(`: ${state}</title>`);
  }
  const chips = plain(between(overview, 'aria-label="Filter by state"', '</nav>'));
  const count = (state: string): number => items.filter((model) => model.state === state).length;
  expect(chips).toContain(`Unhealthy |${count('unhealthy')}|`);
  expect(chips).toMatch(new RegExp(`Healthy \\|${count('healthy')}$`));
});
