import { describe, expect, it } from '@jest/globals';
import { sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { useServer } from './running-server.js';
import { amount } from '../slow.js';

const values = [
  '',
  '0',
  '-1',
  '12.5',
  '1e30',
  '1e400',
  'NaN',
  'Infinity',
  'null',
  '99999999999',
  '999999999999999',
  '9007199254740993',
  '0001-01-01',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '300000-01-01',
  '+300000-01-01T00:00:00Z',
  '2026-02-30',
  '1y',
  '999999999y',
  'year:9999',
  'month:0001-01',
  'week:1970-W01',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '%00',
  '%ED%A0%80',
  '%F0%9F%98%80',
  '%C2%85%E2%80%AE',
  'x'.repeat(5_000),
  ':'.repeat(5_000),
];

/** One value in four, other ones for each parameter in turn. */
const inTurn = (turn: number): readonly string[] => values.filter((_value, index) => index % 4 === turn % 4);

const parameters: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/models': ['state', 'label', 'limit', 'cursor', 'other'],
  '/api/v1/models/a': [],
  '/api/v1/models/a/uptime': ['from', 'to', 'window', 'timezone', 'from=1&to'],
  '/api/v1/models/a/timeline': ['from', 'to', 'window', 'limit', 'cursor', 'window=month:2026-01&timezone'],
  '/api/v1/models/a/series': ['from', 'to', 'window', 'step', 'from=0&step'],
  '/api/v1/models/a/checks': ['from', 'to', 'outcome', 'limit', 'cursor', 'format', 'format=csv&to'],
  '/api/v1/models/a/badge.svg': ['show', 'window', 'timezone', 'label', 'show=latency&window'],
  '/api/v1/models/a/exclusions': [],
  '/api/v1/incidents': ['model', 'open', 'from', 'to', 'window', 'limit', 'cursor'],
  '/api/v1/events': ['model=b&model', 'other'],
  '/probe': ['target', 'target=a&other'],
  '/sd/prometheus': ['other'],
  '/metrics': ['name[]'],
};

const serve = useServer(
  createFakeBackend({
    views: [sampleView('a')],
    results: [sampleResult()],
    points: [{ from: 0, state: 'healthy', reason: 'ok' }],
  }),
);

describe('absurd value', () => {
  it.each(Object.entries(parameters))(
    'never causes a server error in the query of %s',
    async (path, names) => {
      const { ask, reported } = await serve();
      for (const [turn, name] of names.entries()) {
        for (const value of amount(values, inTurn(turn))) {
          const { status } = await ask(
            `${path}?${name}=${value.startsWith('%') ? value : encodeURIComponent(value)}`,
          );
          expect([name, value, status < 500]).toEqual([name, value, true]);
        }
      }
      expect(reported).toEqual([]);
    },
  );

  it.each(['models/{}', 'models/{}/checks', 'models/{}/exclusions', 'incidents/{}'])(
    'never causes a server error in the path of %s',
    async (form) => {
      const { ask, reported } = await serve();
      for (const value of values) {
        const encoded = value.startsWith('%') ? value : encodeURIComponent(value);
        const { status } = await ask(`/api/v1/${form.replace('{}', encoded)}`);
        expect([value, status < 500]).toEqual([value, true]);
      }
      expect(reported).toEqual([]);
    },
  );

  it('never causes a server error in a body, and is rejected with a message', async () => {
    const { ask, reported } = await serve();
    const members = [
      1e30,
      -1,
      12.5,
      null,
      {},
      [],
      true,
      '',
      '\ud800',
      '\u0000',
      '0001-01-01',
      '300000-01-01',
      'x'.repeat(3_000),
    ];
    for (const value of members) {
      for (const body of [
        { from: value, to: '2026-01-02', reason: 'r' },
        { from: '2026-01-01', to: value, reason: 'r' },
        { text: value },
        { text: 't', author: value },
        value,
      ]) {
        for (const path of ['models/a/exclusions', 'incidents/1/notes']) {
          const { status, json } = await ask(`/api/v1/${path}`, {
            method: 'POST',
            body: JSON.stringify(body),
          });
          expect([value, status >= 400 && status < 500]).toEqual([value, true]);
          expect(json).toMatchObject({ message: expect.any(String) });
        }
      }
    }
    expect(reported).toEqual([]);
  });

  it.each(['0001-01-01', '2101-01-01', '300000-01-01', '1e30', '-1', '99999999999'])(
    'is not accepted as a time: %s',
    async (value) => {
      const { ask } = await serve();
      const { status, json } = await ask(`/api/v1/models/a/checks?from=${value}`);
      expect([status, json]).toMatchObject([
        400,
        { message: expect.stringMatching(/^from: must be an ISO 8601 time/) },
      ]);
    },
  );
});
