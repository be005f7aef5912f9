import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Exclusion } from '../../src/domain/exclusion.js';
import { fieldsOf } from '../../src/http/form-body.js';
import { HttpError } from '../../src/http/http-error.js';
import type { Backend } from '../../src/http/port.js';
import type { StoredIncident } from '../../src/store/port.js';
import { noon, sampleResult, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const hour = 3_600_000;
const exclusion: Exclusion = { id: 7, from: noon - hour, to: noon, reason: 'move', createdAt: noon };
const incident: StoredIncident = {
  id: 5,
  model: 'a',
  openedAt: noon - hour,
  closedAt: null,
  reason: 'timeout',
  blame: 'provider',
  checksFailed: 3,
  lastDetail: null,
  notes: [],
  exclusions: [],
  acknowledged: null,
};

async function serve(changes: Partial<Backend> = {}) {
  const done: unknown[] = [];
  const views = [sampleView('a', { exclusions: [exclusion] }), sampleView('b', { key: 2 })];
  const backend = createFakeBackend(
    { views, incidents: [incident] },
    {
      checkNow: (id) => {
        done.push(['check', id]);
        return Promise.resolve(sampleResult());
      },
      annotations: {
        note: (id, note) => {
          done.push(['note', id, note]);
          return Promise.resolve(incident);
        },
        exclude: (id, window) => {
          done.push(['exclude', id, window]);
          return Promise.resolve(exclusion);
        },
        include: (id, number) => {
          done.push(['include', id, number]);
          return Promise.resolve(number === 7);
        },
      },
      pauses: {
        pause: (id) => Promise.resolve(done.push(['pause', id]) > 0),
        resume: (id) => Promise.resolve(done.push(['resume', id]) > 0),
      },
      ...changes,
    },
  );
  const { ask, reported } = await startServer(backend);
  const post = (path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    ask(`/models/${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers,
      redirect: 'manual',
    });
  return { ask, post, done, reported };
}

describe('forms of a model', () => {
  it('do what they say and lead back to the page', async () => {
    const { post, done } = await serve();
    const answers = [
      await post('a/check'),
      await post('a/pause'),
      await post('a/resume'),
      await post('a/notes', { incident: '5', author: ' ', text: ' line one\r\nline two ' }),
      await post('a/exclusions', { from: '2026-01-02T11:00', to: '2026-01-02T12:30', reason: 'move' }),
      await post('a/exclusions/7/delete'),
    ];
    expect(answers.map(({ status, headers }) => [status, headers.get('location')])).toEqual(
      ['checks', 'head', 'head', 'inc', 'exclusions', 'add'].map((place) => [303, `/models/a#${place}`]),
    );
    expect(done).toEqual([
      ['check', 'a'],
      ['pause', 'a'],
      ['resume', 'a'],
      ['note', 5, { author: null, text: 'line one\nline two' }],
      ['exclude', 'a', { from: noon - hour, to: noon + hour / 2, reason: 'move' }],
      ['include', 'a', 7],
    ]);
  });

  it('are refused from pages of other origins', async () => {
    const { post, done } = await serve();
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const { status, json } = await post('a/check', {}, headers);
      expect([status, json]).toMatchObject([403, { code: 'other_origin' }]);
    }
    expect(done).toEqual([]);
  });

  it('are refused in place, with what was typed', async () => {
    const { post, done } = await serve();
    const typed = { from: '2026-01-02T12:00', to: '2026-01-02T11:00', reason: '"><b>why' };
    const { status, text } = await post('a/exclusions', typed);
    expect(status).toBe(400);
    expect(text).toContain('From: must be before To.</output>');
    expect(text).toContain('value="2026-01-02T12:00"');
    expect(text).toContain('&quot;>&lt;b>why');
    expect(text).toContain('<details class="tab" open><summary>Exclude time');
    const empty = await post('a/notes', { incident: '5', author: 'me', text: ' ' });
    expect(empty.status).toBe(400);
    expect(empty.text).toContain('What is known: must be text of 1 to 2000 characters.</output>');
    expect(empty.text).toContain('value="me"');
    expect(done).toEqual([]);
  });

  it.each([
    [409, new HttpError(409, 'paused', 'the model is paused'), 'The model is paused.'],
    [503, new HttpError(503, 'check_given_up', 'the check was given up'), 'The check was given up.'],
  ])('say with %d why there is no check', async (expected, error, message) => {
    const { post } = await serve({ checkNow: () => Promise.reject(error) });
    const { status, text } = await post('a/check');
    expect(status).toBe(expected);
    expect(text).toContain(`>${message}</output>`);
  });

  it('take no note to an incident of another model', async () => {
    const { post, done } = await serve();
    expect((await post('b/notes', { incident: '5', text: 'x' })).status).toBe(404);
    expect((await post('a/notes', { incident: 'x', text: 'x' })).status).toBe(404);
    expect(done).toEqual([]);
  });

  it('say 503 while the store does not take it, and report why', async () => {
    const failure = new Error('disk full');
    const annotations: Backend['annotations'] = {
      note: () => Promise.reject(failure),
      exclude: () => Promise.reject(failure),
      include: () => Promise.reject(failure),
    };
    const { post, reported } = await serve({ annotations });
    const { status, text } = await post('a/notes', { incident: '5', text: 'known' });
    expect([status, text.includes('try again.</output>')]).toEqual([503, true]);
    expect(reported).toEqual([failure]);
  });

  it('are 404 for an unknown model and for what was taken back already', async () => {
    const { post } = await serve();
    expect((await post('c/check')).status).toBe(404);
    expect((await post('a/exclusions/8/delete')).status).toBe(404);
    expect((await post('a/exclusions/x/delete')).status).toBe(404);
  });

  it('are bounded and urlencoded', async () => {
    const { ask, post } = await serve();
    expect((await post('a/notes', { text: 'x'.repeat(40_000) })).status).toBe(413);
    const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    expect((await ask('/models/a/notes', json)).status).toBe(415);
  });
});

describe('fields of a form', () => {
  it('are few, and the first of a name wins', () => {
    expect(fieldsOf('a=1&a=2&b=%0D%0Ax')).toEqual(
      new Map([
        ['a', '1'],
        ['b', '\nx'],
      ]),
    );
    fc.assert(fc.property(fc.string(), (body) => fieldsOf(body).size <= 16));
  });
});
