import { describe, expect } from '@jest/globals';
import { amount, slow } from '../slow.js';
import { inBrowser, inBrowserInFull, useBrowser } from './browser.js';
import { hostileTexts, idOf } from './hostile-text.js';
import { covered, tooWide, unfold, violationsOf } from './page-audit.js';
import { readAt, usePastSite, type PastSite } from './past-site.js';

const minute = 60_000;
const { open } = useBrowser();
/** A text as UTF-8 can hold it. */
const stored = (text: string): string => Buffer.from(text).toString();
/** What a configuration accepts of it. */
const written = (text: string): string =>
  stored(text)
    .replaceAll(/\p{Cc}/gu, '')
    .replaceAll('${', () => '$${');
const line = (text: string): string => written(text).slice(0, 98).trim();

const ids = hostileTexts.map(idOf);
const models = hostileTexts.map((text, index) => ({
  ...{ id: written(ids[index]!), base_url: 'http://10.0.4.12:8000/v1', api_key: 'k-0123456789abcdef' },
  ...{ model: `model-${index}`, slo: 0.99, query: written(text), labels: { shown: 'yes' } },
}));
const page = {
  ...{ path: '/status', title: line(hostileTexts.join(' ')), models: { ids: ['*'] }, access: 'public' },
  ...{ name_by: 'name', group_by: 'team', show: { reasons: true, latency: true } },
  announcements: hostileTexts
    .filter((text) => line(text) !== '')
    .map((text) => ({ title: line(text), text: written(text), from: '2026-11-01' })),
};

/** Each text in every place that may hold it: names, labels, answers of providers, notes, reasons of exclusions. */
async function live({ recording, config, check, annotations, store }: PastSite): Promise<void> {
  const disguised = config.settings.models.map((model, index) => {
    const text = hostileTexts[index] ?? '';
    const labels = { name: text, team: text, [text.slice(0, 60)]: text };
    return { ...model, provider: text, modelName: text, labels };
  });
  await recording.roster.replace(disguised, readAt - 7 * minute, () => readAt + minute);
  for (const [index, id] of ids.entries()) {
    for (const secondsAgo of [200, 100]) {
      const text = hostileTexts[index] ?? '';
      await check(id, secondsAgo, {
        ...{ outcome: 'unhealthy', reason: 'server_error', httpStatus: 500, usage: null },
        ...{ detail: text, response: text.repeat(20), responseModel: text, systemFingerprint: text },
      });
    }
  }
  const first = ids[0]!;
  for (const [index, text] of hostileTexts.entries())
    await check(first, 60 - index, {
      ...{ outcome: 'unhealthy', reason: 'server_error', detail: text, response: text, responseModel: text },
    });
  for (const { id } of await store.incidents({ open: true, limit: 100 }))
    for (const text of hostileTexts.slice(0, 12)) await annotations.note(id, { author: text, text });
  for (const [index, reason] of hostileTexts.entries())
    await annotations.exclude(first, {
      ...{
        from: readAt - (index + 2) * 90 * minute,
        to: readAt - (index + 2) * 90 * minute + minute,
        reason,
      },
    });
}

const site = usePastSite({ models, status_pages: [page] }, live);
const idAt = (index: number): string => encodeURIComponent(ids[index]!);
const asked = encodeURIComponent(stored(hostileTexts.slice(0, 8).join('')));

const paths = async (): Promise<readonly string[]> => {
  const incidents = await site().store.incidents({ open: true, limit: 100 });
  return [
    // The first model has all texts in its checks, one the longest id.
    ...[0, 11].map((index) => `/models/${idAt(index)}`),
    ...[0, 3].map((index) => `/incidents/${incidents[index]!.id}`),
    `/models/${idAt(0)}?window=7d&checks=not-healthy`,
    `/models/${asked.slice(0, 150).replace(/%[0-9A-F]?$/, '')}`,
    ...['/', '/incidents', '/report', '/status', '/status?embed=banner,components'],
    ...[`/?q=${asked}`, `/incidents?model=${asked}&label=${asked}`, `/report?timezone=${asked.slice(0, 60)}`],
    `/no/${asked}`,
  ];
};

describe('pages of hostile texts', () => {
  for (const width of [320, 1_280]) {
    (width === 320 ? inBrowser : inBrowserInFull)(
      `execute nothing and fit on ${width} px`,
      async () => {
        const { url } = await site().serve();
        const all = await paths();
        for (const path of amount(all, all.slice(0, 3))) {
          const { page: opened, context, complaints } = await open(url + path, { width });
          await unfold(opened);
          const found = {
            complaints,
            tooWide: await tooWide(opened),
            covered: await covered(opened),
            headings: await opened.locator('h1').count(),
            scripts: await opened.locator('script').count(),
            strangers: await opened.evaluate(
              `[...document.querySelectorAll('*')].filter((e) => e.matches('img, foreignObject, style, iframe')
              || e.getAttributeNames().some((n) => n.startsWith('on') || n === 'style')).map((e) => e.outerHTML)`,
            ),
            violations: slow ? await violationsOf(opened) : [],
          };
          expect([path, found]).toEqual([
            path,
            {
              ...{ complaints: [], tooWide: [], covered: [], headings: 1, scripts: 1, strangers: [] },
              violations: [],
            },
          ]);
          await context.close();
        }
      },
      180_000,
    );
  }

  inBrowserInFull('show what was typed into a refused form as text', async () => {
    const { url } = await site().serve();
    const { page: opened, complaints } = await open(`${url}/models/${idAt(0)}`, { width: 320 });
    const [, typed = ''] = hostileTexts;
    await opened.getByRole('link', { name: 'Exclude time' }).click();
    await opened.getByLabel('To (UTC)').fill('2020-01-01T00:00');
    await opened.getByLabel('Why').fill(typed);
    await opened.getByRole('button', { name: 'Exclude it' }).click();
    await opened.locator('output.wrong').waitFor();
    expect(await opened.getByLabel('Why').inputValue()).toBe(typed);
    expect(await tooWide(opened)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
