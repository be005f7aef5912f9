import { describe, expect, it } from '@jest/globals';
import { useSite } from './registry.js';
import { send } from './sending.js';

const site = useSite();

interface Incident {
  readonly id: number;
  readonly notes: readonly { readonly at: string; readonly author: string | null; readonly text: string }[];
}

describe('incident annotations', () => {
  it('are listed with the incident everywhere, oldest first, and survive kill -9', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('bad-key', { schedule: { every: '24h' } })]);
    const running = await daemon(config);
    for (let time = 0; time < 2; time += 1) await running.post('/api/v1/models/bad-key/check');
    const { items } = (await running.get('/api/v1/incidents')).json() as { items: Incident[] };
    const path = `/api/v1/incidents/${items[0]!.id}`;
    const text = 'They say:\n=cmd()|"quoted" <b>ü</b> 🙂';
    const first = await send(running, 'POST', `${path}/notes`, { text, author: 'Ada' });
    expect(first).toMatchObject({
      status: 201,
      json: { model: 'bad-key', notes: [{ author: 'Ada', text }] },
    });
    const { status, json } = await send(running, 'POST', `${path}/notes`, { text: 'and again' });
    expect(status).toBe(201);
    const { notes } = json as Incident;
    expect(notes).toMatchObject([
      { author: 'Ada', text },
      { author: null, text: 'and again' },
    ]);
    expect(Date.parse(notes[0]!.at)).toBeLessThanOrEqual(Date.parse(notes[1]!.at));
    running.child.kill('SIGKILL');
    await running.ended;

    const next = await daemon(config);
    expect((await send(next, 'GET', path)).json).toMatchObject({ notes });
    const listed = (await next.get('/api/v1/incidents?model=bad-key')).json() as { items: Incident[] };
    expect(listed.items[0]).toMatchObject({ notes });
  });
});
