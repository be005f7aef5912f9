import { describe, expect, it } from '@jest/globals';
import { noon, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const hour = 3_600_000;

describe('incidents', () => {
  const incident = {
    model: 'gone',
    reason: 'timeout',
    blame: 'provider',
    checksFailed: 3,
    lastDetail: 'total',
    notes: [],
    exclusions: [],
    acknowledged: null,
  } as const;
  const incidents = [
    {
      ...incident,
      id: 3,
      openedAt: noon - hour,
      closedAt: null,
      notes: [{ at: noon, author: null, text: 'a known one' }],
      exclusions: [{ id: 7, from: noon - hour, to: noon, reason: 'move', createdAt: noon }],
    },
    { ...incident, id: 2, openedAt: noon - 5 * hour, closedAt: noon - 4 * hour },
    { ...incident, id: 1, openedAt: noon - 9 * hour, closedAt: noon - 8 * hour },
  ];
  const ids = async (query: string): Promise<number[]> => {
    const { ask } = await startServer(createFakeBackend({ incidents, views: [sampleView('a')] }));
    return ((await ask(`/api/v1/incidents${query}`)).json as { items: { id: number }[] }).items.map(
      ({ id }) => id,
    );
  };

  it('end a page early if it has many annotations, and continue on the next', async () => {
    const notes = Array.from({ length: 600 }, () => ({ at: noon, author: null, text: 'x'.repeat(2_000) }));
    const found = [{ ...incident, id: 9, openedAt: noon, closedAt: null, notes }];
    const { ask } = await startServer(createFakeBackend({ incidents: found }));
    const { json } = await ask('/api/v1/incidents');
    expect(json).toMatchObject({ items: [{ id: 9 }], next_cursor: '9' });
  });

  it('are listed newest first, open and closed, with a null end while open', async () => {
    const { ask } = await startServer(createFakeBackend({ incidents }));
    const { json } = await ask('/api/v1/incidents?limit=1');
    expect(json).toEqual({
      items: [
        {
          id: 3,
          acknowledged: null,
          model: 'gone',
          opened_at: '2026-01-02T11:00:00.000Z',
          closed_at: null,
          reason: 'timeout',
          blame: 'provider',
          checks_failed: 3,
          last_detail: 'total',
          notes: [{ at: '2026-01-02T12:00:00.000Z', author: null, text: 'a known one' }],
          exclusions: [
            {
              id: 7,
              from: '2026-01-02T11:00:00.000Z',
              to: '2026-01-02T12:00:00.000Z',
              reason: 'move',
              created_at: '2026-01-02T12:00:00.000Z',
            },
          ],
        },
      ],
      next_cursor: '3',
    });
    expect(await ids('?cursor=3')).toEqual([2, 1]);
  });

  it('are filtered by open state, window and model', async () => {
    expect(await ids('')).toEqual([3, 2, 1]);
    expect(await ids('?open=true')).toEqual([3]);
    expect(await ids('?open=false')).toEqual([2, 1]);
    expect(await ids(`?from=${(noon - 6 * hour) / 1000}&to=${(noon - 2 * hour) / 1000}`)).toEqual([2]);
    expect(await ids('?window=6h')).toEqual([3, 2]);
    expect(await ids('?window=day:2026-01-01')).toEqual([]);
    expect(await ids('?window=day:2026-01-02&timezone=Pacific/Kiritimati')).toEqual([2, 1]);
    expect(await ids('?model=a')).toEqual([3, 2, 1]);
    const { ask } = await startServer(createFakeBackend({ incidents }));
    expect((await ask('/api/v1/incidents?model=nobody')).status).toBe(404);
  });

  it('are also returned individually', async () => {
    const { ask } = await startServer(createFakeBackend({ incidents }));
    expect((await ask('/api/v1/incidents/2')).json).toMatchObject({ id: 2, notes: [], exclusions: [] });
    expect((await ask('/api/v1/incidents/3')).json).toMatchObject({ id: 3, closed_at: null });
    for (const id of ['0', '4', '999999999999999']) {
      const { status, json } = await ask(`/api/v1/incidents/${id}`);
      expect([status, json]).toMatchObject([404, { code: 'unknown_incident' }]);
    }
    expect((await ask('/api/v1/incidents/x')).json).toEqual({
      message: 'id: must be the number of an incident',
      code: 'bad_query',
    });
  });
});
