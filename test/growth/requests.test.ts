import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from '../../src/http/server.js';
import { createFakeBackend } from '../http/fake-backend.js';
import { sampleView } from '../metrics/sample-view.js';
import { amount } from '../slow.js';
import { repeated, steepness, type Work } from './growth.js';

const app = createServer(createFakeBackend({ views: [sampleView('gpt')] }), {
  version: '1.2.3',
  access: () => ({ token: 'a'.repeat(32), readTokens: [], publicBadges: true }),
  hosts: () => ({ allowed: [], local: true }),
  report: () => undefined,
});
let port = 0;
beforeAll(async () => {
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => app.close());

interface Sent {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Some requests, one after the other, since the cost of one is below that of noise. Every answer is read. */
function asking({ path, method = 'GET', headers, body }: Sent): Work {
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const authorization = `Bearer ${'a'.repeat(32)}`;
      const asked = request(
        { host: '127.0.0.1', port, path, method, headers: { authorization, ...headers } },
        (reply) => reply.resume().on('end', resolve).on('error', reject),
      );
      asked.on('error', reject).end(body);
    });
  return async () => {
    for (let run = 0; run < 8; run += 1) await one();
  };
}

const kib = 1_024;
const all = [
  'a',
  '%41',
  '%',
  '+',
  '=',
  '&',
  'a=',
  '&a',
  '&a=b',
  '?',
  '%ff',
  '1',
  '%20',
  '/',
  '..',
  ':',
  '[]',
];
const pieces = amount(all, ['a', '%20']);
const id = sampleView('gpt').model.id;
const text = JSON.stringify;

/** What a client may put into the head of a request, of which Node takes 16 KiB. */
const heads: Readonly<Record<string, (text: string) => Sent>> = {
  'a query': (query) => ({ path: `/api/v1/models?${query}` }),
  'a label to look for': (label) => ({ path: `/api/v1/models?label=${label.replaceAll('&', '&label=:')}` }),
  'states to look for': (state) => ({ path: `/api/v1/models?state=${state.replaceAll('&', '&state=')}` }),
  'a text of a badge': (label) => ({ path: `/api/v1/models/${id}/badge.svg?show=state&label=${label}` }),
  'a window': (window) => ({ path: `/api/v1/incidents?window=${window}&timezone=${window}` }),
  'times and a cursor': (time) => ({ path: `/api/v1/incidents?from=${time}&to=${time}&cursor=${time}` }),
  'the id of a model': (name) => ({ path: `/api/v1/models/${name}` }),
  'a path': (path) => ({ path: `/${path}` }),
  'a token': (token) => ({ path: '/api/v1/models', headers: { authorization: token } }),
  'an origin': (origin) => ({ path: '/api/v1/models', headers: { origin, host: origin } }),
  'the formats that a client takes': (accept) => ({ path: '/metrics', headers: { accept } }),
  'where a stream goes on': (last) => ({
    path: '/api/v1/models',
    headers: { 'last-event-id': last, 'user-agent': last, cookie: last },
  }),
};

/** What a client may send as a body, of which the server takes 64 KiB. */
const bodies: Readonly<Record<string, (text: string) => Sent>> = {
  'a note': (note) => ({ path: '/api/v1/incidents/1/notes', body: text({ text: note, author: note }) }),
  'an exclusion': (reason) => ({
    path: `/api/v1/models/${id}/exclusions`,
    body: text({ from: reason, to: reason, reason }),
  }),
  'a body that is no JSON': (body) => ({ path: `/api/v1/models/${id}/exclusions`, body }),
  'a body that is nested': (body) => ({
    path: `/api/v1/models/${id}/exclusions`,
    body: `{"from":${'['.repeat(body.length / 2)}${']'.repeat(body.length / 2)}}`,
  }),
  'members that are not known': (body) => ({
    path: `/api/v1/models/${id}/exclusions`,
    body: text(Object.fromEntries(Array.from({ length: body.length / 16 }, (_each, n) => [`m${n}`, n]))),
  }),
};

describe.each([
  ...Object.entries(heads).map(([what, of]) => [what, of, [kib, 4 * kib, 15 * kib]] as const),
  ...Object.entries(bodies).map(([what, of]) => [what, of, [4 * kib, 15 * kib, 58 * kib]] as const),
])('%s', (what, of, lengths) => {
  it('is answered in time linear in its length', async () => {
    const steep: unknown[] = [];
    for (const piece of pieces) {
      // What stands in several headers or parameters has a part of the room.
      const share = /^(?:an origin|a window|times|where|a note|an exclusion)/.test(what) ? 3 : 1;
      const costs = await steepness(
        (length) => {
          const { method = what in bodies ? 'POST' : 'GET', ...sent } = of(
            repeated(piece, length / share).slice(0, Math.ceil(length / share)),
          );
          return asking({ method, ...sent });
        },
        { lengths, mostMs: 8 * 50 },
      );
      if (costs !== null) steep.push({ piece, costs });
    }
    expect(steep).toEqual([]);
  }, 60_000);
});
