import { describe, expect, it } from '@jest/globals';
import { namedWindowForms } from '../../src/calendar/named-window.js';
import { noon, sampleHealth, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const dayMs = 86_400_000;
const firstSeen = noon - 90 * dayMs;
const view = sampleView('a', { health: sampleHealth({ firstSeen }) });
const serve = () =>
  startServer(
    createFakeBackend({ views: [view], points: [{ from: firstSeen, state: 'healthy', reason: 'ok' }] }),
  );
const routes = ['uptime', 'timeline', 'series'];
const badWindow = `window: must be a duration such as 90m, 24h or 30d, or ${namedWindowForms}`;
const badZone = 'timezone: must be the name of a time zone, such as Europe/Berlin';
const loneZone = 'timezone: only together with a window such as month:2026-10';

const whole = [
  ['month:2025-12', '2025-12-01T00:00', '2026-01-01T00:00'],
  ['month:2025-12&timezone=Europe/Berlin', '2025-11-30T23:00', '2025-12-31T23:00'],
  ['day:2025-10-26&timezone=Europe/Berlin', '2025-10-25T22:00', '2025-10-26T23:00'],
  ['week:2025-W52&timezone=America/New_York', '2025-12-22T05:00', '2025-12-29T05:00'],
] as const;
const partly = [
  ['month:2026-01', '2026-01-01T00:00', '2026-01-02T12:00'],
  ['quarter:2025-Q4', '2025-10-04T12:00', '2026-01-01T00:00'],
  ['year:2026', '2026-01-01T00:00', '2026-01-02T12:00'],
  ['month:2026-02', '2026-01-02T12:00', '2026-01-02T12:00'],
  ['year:1970', '2025-10-04T12:00', '2025-10-04T12:00'],
  ['200y', '2025-10-04T12:00', '2026-01-02T12:00'],
] as const;
const wrong = [
  ['window=month:2026-13', badWindow],
  ['window=month', badWindow],
  ['window=month:2026-01&window=24h', 'window: must be given once'],
  ['window=month:2026-01&timezone=Mars/Base', badZone],
  ['window=month:2026-01&timezone=', badZone],
  ['window=week:2026-W54&timezone=Mars/Base', `${badWindow}; ${badZone}`],
  ['timezone=Europe/Berlin', loneZone],
  ['window=24h&timezone=Europe/Berlin', loneZone],
  ['from=1&to=2&timezone=Europe/Berlin', loneZone],
  ['window=month:2026-01&to=2', 'window: not allowed together with from or to'],
] as const;

describe('calendar window', () => {
  it.each(routes)('follows the time zone on /%s', async (route) => {
    const { ask } = await serve();
    for (const [window, from, to] of whole) {
      const { json } = await ask(`/api/v1/models/a/${route}?window=${window}`);
      expect(json).toMatchObject({ from: `${from}:00.000Z`, to: `${to}:00.000Z` });
    }
  });

  it.each(routes)(
    'is clipped to watched and past time on /%s, with the clipped times in the reply',
    async (route) => {
      const { ask } = await serve();
      for (const [window, from, to] of partly) {
        const { json } = await ask(`/api/v1/models/a/${route}?window=${window}`);
        expect(json).toMatchObject({ from: `${from}:00.000Z`, to: `${to}:00.000Z` });
      }
    },
  );

  it.each([...routes.map((route) => `models/a/${route}`), 'incidents'])(
    'is rejected with the allowed values if it is invalid on /%s',
    async (route) => {
      const { ask } = await serve();
      for (const [query, message] of wrong) {
        const { status, json } = await ask(`/api/v1/${route}?${query}`);
        expect({ query, status, json }).toEqual({ query, status: 400, json: { message, code: 'bad_query' } });
      }
    },
  );
});
