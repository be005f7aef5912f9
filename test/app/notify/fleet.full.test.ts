import { expect, it } from '@jest/globals';
import { withServer } from '../../store/postgres/server.js';
import { until } from '../fleet-site.js';
import { promptId, useSite } from '../registry.js';
import { accept, createReceiver, type Received } from './receiver.js';

withServer('notifications of instances on one PostgreSQL', (server) => {
  const site = useSite();

  it('are sent by one of them, and by the next one when that stops', async () => {
    const receiver = createReceiver(accept);
    const { port } = await site().serve(receiver.listener);
    const url = server().fresh();
    const configure = (play: string): string =>
      site().configure([site().model(play, { id: promptId })], {
        storage: { url },
        notifications: {
          channels: { hook: { webhook: { url: `http://127.0.0.1:${port}/` } } },
          group: { wait: '0s', update_every: '1s' },
        },
      });
    const isKind =
      (kind: string) =>
      (request: Received): boolean =>
        request.json().data.kind === kind;
    const config = configure('bad-key');
    const first = await site().daemon(config);
    const second = await site().daemon(config);
    const problem = await receiver.until(isKind('problem'));
    await until(
      () => second.get('/api/v1/notifications?state=sent'),
      ({ text }) => text.includes(problem.json().data.id),
    );
    // One of them does not have the channel.
    const incidents = (await second.get('/api/v1/incidents?open=true')).json() as { items: { id: number }[] };
    const id = incidents.items[0]!.id;
    for (const [daemon, by] of [
      [first, 'Ann'],
      [second, 'Bob'],
    ] as const) {
      const body = JSON.stringify({ by });
      const { status } = await fetch(`${daemon.url}/api/v1/incidents/${id}/acknowledge`, {
        method: 'POST',
        body,
      });
      expect(status).toBe(200);
      const known = await receiver.until(
        (request) => isKind('acknowledged')(request) && request.text.includes(`"by":"${by}"`),
      );
      expect(known.json().data.thread).toBe(problem.json().data.thread);
    }
    for (const daemon of [first, second])
      await until(
        () => daemon.get(`/api/v1/models/${promptId}`),
        ({ text }) => text.includes('"by":"Bob"'),
      );
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    configure('healthy');
    expect((await second.post('/-/reload')).status).toBe(200);
    const resolved = await receiver.until(isKind('resolved'));
    expect(resolved.json().data.thread).toBe(problem.json().data.thread);
    expect(receiver.received).toHaveLength(4);
    expect(second.lines.filter(({ level }) => level === 'error')).toEqual([]);
  }, 60_000);
});
