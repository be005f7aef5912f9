import { describe, expect, it } from '@jest/globals';
import { freePort } from './free-port.js';
import { command, type RunningDaemon } from './process.js';
import { promptId, useSite } from './registry.js';
import { accept, createReceiver, type Received } from './notify/receiver.js';
import { inFull } from '../slow.js';

const site = useSite();
const isKind =
  (kind: string) =>
  (request: Received): boolean =>
    request.json().data.kind === kind;

interface Shown {
  readonly items: readonly { readonly id: number; readonly acknowledged: object | null }[];
}

const openIncidents = async (daemon: RunningDaemon): Promise<Shown['items']> =>
  ((await daemon.get('/api/v1/incidents?open=true')).json() as Shown).items;

describe('modelpulse acknowledge and unacknowledge', () => {
  inFull(
    'say who cares for an incident, over kill -9, and its end is told',
    async () => {
      const receiver = createReceiver(accept);
      const url = `http://127.0.0.1:${(await site().serve(receiver.listener)).port}`;
      const listen = `127.0.0.1:${await freePort()}`;
      const configure = (play: string): string =>
        site().configure([site().model(play, { id: promptId })], {
          server: { listen },
          notifications: {
            channels: { hook: { webhook: { url } } },
            group: { wait: '0s', update_every: '1s' },
          },
        });
      const config = configure('bad-key');
      const run = (...words: string[]) => command([...words, '--config', config]);
      const first = await site().daemon(config);
      const problem = await receiver.until(isKind('problem'));
      const [incident] = await openIncidents(first);
      const id = String(incident!.id);

      const done = await run('acknowledge', id, '--by', 'Ann', '--until', '4h', '--note', 'on it');
      expect(done).toMatchObject({ code: 0, err: '' });
      expect(done.out).toMatch(/^incident \d+ of mini: acknowledged by Ann until 20\S+Z\n$/);
      const known = (await receiver.until(isKind('acknowledged'))).json().data;
      expect(known).toMatchObject({
        thread: problem.json().data.thread,
        all_acknowledged: true,
        members: [{ model: promptId, acknowledged: { by: 'Ann', note: 'on it' } }],
      });
      expect(known.title).toMatch(/^mini is acknowledged by Ann until .*: unhealthy since /);
      expect(await first.line(({ msg }) => msg === 'incident acknowledged')).toMatchObject({
        ...{ incident: incident!.id, model: promptId, by: 'Ann', address: '127.0.0.1' },
      });
      // Again is no other one.
      expect(await run('ack', id, '--by', 'Ann', '--until', '4h', '--note', 'on it')).toMatchObject({
        out: done.out,
      });

      first.child.kill('SIGKILL');
      await first.ended;
      const second = await site().daemon(config);
      const shown = async () => (await second.get(`/api/v1/models/${promptId}`)).json() as object;
      expect(await openIncidents(second)).toMatchObject([{ acknowledged: { by: 'Ann' } }]);
      while (!JSON.stringify(await shown()).includes('"by":"Ann"'));
      expect((await run('status')).out).toMatch(/acknowledged by Ann for 3h 59m/);
      expect((await run('incidents', '--open')).out).toMatch(/acknowledgement .*Ann +on it/);

      expect(await run('unacknowledge', id, '--by', 'Bob')).toEqual({
        ...{ code: 0, out: `incident ${id} of mini: not acknowledged\n`, err: '' },
      });
      expect(await shown()).toMatchObject({ acknowledged: null });
      const back = await receiver.until(isKind('reminder'));
      expect(back.json().data.title).toContain('acknowledgement taken back by Bob');
      await run('acknowledge', id, '--by', 'Ann');
      configure('healthy');
      expect((await second.post('/-/reload')).status).toBe(200);
      const resolved = await receiver.until(isKind('resolved'));
      expect(resolved.json().data.thread).toBe(problem.json().data.thread);
      expect(await run('acknowledge', id, '--by', 'Ann')).toEqual({
        ...{ code: 1, out: '', err: `incident ${id}: the incident is closed\n` },
      });
      expect(await run('acknowledge', '9999', '--by', 'Ann')).toMatchObject({ code: 1 });
      expect(await run('acknowledge', 'mini', '--by', 'Ann')).toMatchObject({ code: 2 });
      expect(await run('acknowledge', id, '--by', 'Ann', '--until', 'noon')).toMatchObject({ code: 2 });
    },
    60_000,
  );

  it('need the daemon', async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    const config = site().configure([], { server: { listen } });
    const { code, err } = await command(['acknowledge', '1', '--config', config]);
    expect([code, err]).toEqual([1, expect.stringContaining('no daemon runs')]);
  });
});
