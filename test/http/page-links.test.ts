import { describe, expect, it } from '@jest/globals';
import { incidentOfModelAddress } from '../../src/page/page-address.js';
import { noon, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';
import { storedIncident } from './sample-page.js';

const minute = 60_000;
const odd = 'a+b:c#d?e%2F&ü';

describe('address of the incident of a model', () => {
  const incidents = [
    storedIncident(9, 'closed', noon - 10 * minute, noon - 5 * minute),
    // Imported later than the open one, and older.
    storedIncident(8, odd, noon - 300 * minute, noon - 200 * minute),
    storedIncident(7, odd, noon - 30 * minute, null),
    storedIncident(6, odd, noon - 100 * minute, noon - 90 * minute),
    storedIncident(5, 'closed', noon - 60 * minute, noon - 55 * minute),
  ];
  const backend = createFakeBackend({ views: [sampleView(odd), sampleView('well')], incidents });
  const placeOf = async (path: string) => {
    const { ask } = await startServer(backend);
    const { status, headers } = await ask(path, { redirect: 'manual' });
    return [status, headers.get('location')];
  };
  const oddPath = `/models/${encodeURIComponent(odd)}`;

  it.each([
    ['the open one', `${oddPath}/incident`, '/incidents/7'],
    ['the newest one where none is open', '/models/closed/incident', '/incidents/9'],
    ['the one that opened then', incidentOfModelAddress('closed', noon - 60 * minute), '/incidents/5'],
    ['the page of the model without one', '/models/well/incident', '/models/well'],
    ['the page of the model where it is not stored', incidentOfModelAddress(odd, noon - 1), oddPath],
    ['the newest one for a time that is none', `${oddPath}/incident?opened=soon`, '/incidents/7'],
  ])('leads to %s', async (_where, path, place) => {
    expect(await placeOf(path)).toEqual([302, place]);
  });
});

describe('pages with server.grafana_url', () => {
  const dashboard = 'https://grafana.example.com/d/modelpulse';
  const backend = createFakeBackend({
    views: [sampleView(odd)],
    incidents: [storedIncident(7, odd, noon - 30 * minute, null)],
  });
  const hrefs = (text: string): string[] =>
    [...text.matchAll(/href="(https:\/\/grafana[^"]*)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );

  it('link to the dashboard, with the model and the time that they show, and follow a reload', async () => {
    let url: string | null = dashboard;
    const { ask } = await startServer(backend, { grafanaUrl: () => url });
    const linksOn = async (path: string) => hrefs((await ask(path)).text);
    expect(await linksOn('/')).toEqual([dashboard]);
    const [ofModel = ''] = await linksOn(`/models/${encodeURIComponent(odd)}?window=6h`);
    const { origin, pathname, searchParams } = new URL(ofModel);
    expect([origin + pathname, Object.fromEntries(searchParams)]).toEqual([
      dashboard,
      { 'var-model': odd, from: String(noon - 360 * minute), to: String(noon) },
    ]);
    const [ofIncident = ''] = await linksOn('/incidents/7');
    expect(Object.fromEntries(new URL(ofIncident).searchParams)).toEqual({
      'var-model': odd,
      from: String(noon - 90 * minute),
      to: String(noon),
    });

    url = null;
    expect(await linksOn('/')).toEqual([]);
    expect(await linksOn('/incidents/7')).toEqual([]);
  });
});
