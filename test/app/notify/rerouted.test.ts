import { describe, expect, it } from '@jest/globals';
import { inFull } from '../../slow.js';
import type { RunningDaemon } from '../process.js';
import { promptId, useSite } from '../registry.js';
import { accept, createReceiver } from './receiver.js';

const site = useSite();

/** Two channels, and a model that is down. */
async function createPlace() {
  const receiver = createReceiver((response) => accept(response));
  const { port } = await site().serve(receiver.listener);
  const hook = (path: string): object => ({ webhook: { url: `http://127.0.0.1:${port}/${path}` } });
  return {
    receiver,
    problem: (path: string) =>
      receiver.until((one) => one.path === path && one.json().data.kind === 'problem'),
    configure: (to: readonly string[], play = 'bad-key'): string =>
      site().configure([site().model(play, { id: promptId })], {
        notifications: {
          channels: { first: hook('first'), second: hook('second') },
          routes: [{ to }],
          group: { wait: '0s', update_every: '1s' },
        },
      }),
    count: (path: string): number => receiver.received.filter((one) => one.path === path).length,
  };
}

describe('a channel to which other routes lead', () => {
  it('gets what lasts, and its end, at a reload', async () => {
    const { receiver, problem, configure, count } = await createPlace();
    const daemon: RunningDaemon = await site().daemon(configure(['first']));
    await problem('/first');
    configure(['first', 'second']);
    expect((await daemon.post('/-/reload')).status).toBe(200);
    expect((await problem('/second')).json().data.members).toMatchObject([{ model: promptId, ended: null }]);
    expect(count('/first')).toBe(1);
    configure(['first', 'second'], 'healthy');
    expect((await daemon.post('/-/reload')).status).toBe(200);
    for (const path of ['/first', '/second'])
      await receiver.until((one) => one.path === path && one.json().data.kind === 'resolved');
    expect([count('/first'), count('/second')]).toEqual([2, 2]);
  });

  inFull('gets what lasts at a start with another configuration, and once', async () => {
    const { problem, configure, count } = await createPlace();
    for (const to of [['first'], ['first', 'second'], ['second', 'first']]) {
      const daemon = await site().daemon(configure(to));
      for (const path of to) await problem(`/${path}`);
      // What was sent is stored with the end.
      daemon.child.kill('SIGTERM');
      await daemon.ended;
    }
    expect([count('/first'), count('/second')]).toEqual([1, 1]);
  });
});
