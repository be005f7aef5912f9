import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Note } from '../../src/domain/incident.js';
import { fieldsOf } from '../../src/http/form-body.js';
import type { StoredIncident } from '../../src/store/port.js';
import { noon, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const incident: StoredIncident = {
  id: 7,
  model: 'a',
  openedAt: noon - 3_600_000,
  closedAt: null,
  reason: 'timeout',
  blame: 'provider',
  checksFailed: 3,
  lastDetail: null,
  notes: [],
  exclusions: [],
  acknowledged: null,
};

type Said = Omit<Note, 'at'>;

async function serve(
  note: (said: Said) => Promise<StoredIncident | null> = () => Promise.resolve(incident),
  of: Partial<StoredIncident> = {},
) {
  const said: Said[] = [];
  const { annotations } = createFakeBackend();
  const keep = (_id: number, one: Said) => {
    said.push(one);
    return note(one);
  };
  const backend = createFakeBackend(
    { views: [sampleView('a')], incidents: [{ ...incident, ...of }] },
    { annotations: { ...annotations, note: keep } },
  );
  const server = await startServer(backend);
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}, id = '7') =>
    server.ask(`/incidents/${id}/notes`, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      redirect: 'manual',
    });
  return { ...server, post, said };
}

describe('the form for a note', () => {
  it('adds it and leads back to the incident', async () => {
    const { post, said } = await serve();
    const { status, headers } = await post({ author: 'נועה', text: ' one\r\ntwo ' });
    expect([status, headers.get('location')]).toEqual([303, '/incidents/7#notes']);
    expect(said).toEqual([{ author: 'נועה', text: 'one\ntwo' }]);
    await post({ author: ' ', text: 'x' });
    expect(said[1]).toEqual({ author: null, text: 'x' });
  });

  it('comes back with what was typed and what is wrong', async () => {
    const { post, said } = await serve();
    for (const fields of [
      { author: 'Ann <b>', text: ' ' },
      { author: 'Ann <b>', text: 'x'.repeat(2_001) },
      { author: 'Ann <b>', text: 'a\u0007b' },
    ]) {
      const { status, text } = await post(fields);
      expect(status).toBe(400);
      expect(text).toContain('What is known must be text of 1 to 2000 characters.');
      expect(text).toContain('value="Ann &lt;b>"');
      expect(text).toContain('<details class="tab" open>');
    }
    expect(said).toEqual([]);
  });

  it('says so where the store does not take it, and after 100 notes', async () => {
    const failing = await serve(() => Promise.reject(new Error('disk full')));
    const { status, text } = await failing.post({ text: 'keep <me>' });
    expect(status).toBe(503);
    expect(text).toContain('the store does not take it now; try again.');
    expect(text).toContain('keep &lt;me>');
    const notes = Array.from({ length: 100 }, () => ({ at: noon, author: null, text: 'again' }));
    expect((await (await serve(undefined, { notes })).post({ text: 'x' })).status).toBe(409);
  });

  it('is refused from pages of other origins', async () => {
    const { post, said } = await serve();
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const { status, json } = await post({ text: 'x' }, headers);
      expect([status, json]).toMatchObject([403, { code: 'other_origin' }]);
    }
    expect(said).toEqual([]);
  });

  it('is refused for no incident, as another type, and when it is too long', async () => {
    const { post, said } = await serve();
    expect((await post({ text: 'x' }, {}, '8')).status).toBe(404);
    expect((await post({ text: 'x' }, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post({ text: 'x'.repeat(40_000) })).status).toBe(413);
    expect(
      (await post(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, ''])))).status,
    ).toBe(400);
    expect(said).toEqual([]);
  });
});

describe('a form', () => {
  it('is read as a browser wrote it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
        (fields) => {
          expect(Object.fromEntries(fieldsOf(new URLSearchParams(fields).toString()))).toEqual({
            ...fields,
          });
        },
      ),
    );
  });

  it('keeps the first of several fields with one name', () => {
    expect([...fieldsOf('a=1&a=2&b')]).toEqual([
      ['a', '1'],
      ['b', ''],
    ]);
  });
});
