import { expect } from '@jest/globals';
import { withServer } from '../../store/postgres/server.js';
import { inFull } from '../../slow.js';
import { command } from '../process.js';
import { promptId, useSite } from '../registry.js';
import { accept, createReceiver } from './receiver.js';

const site = useSite();

/** Moves the history of a daemon with an open incident from place to place, and lets it end at the last one. */
async function move(places: readonly object[]): Promise<void> {
  const receiver = createReceiver(accept);
  const { port } = await site().serve(receiver.listener);
  const configure = (play: string, storage: object): string =>
    site().configure([site().model(play, { id: promptId })], {
      storage,
      notifications: {
        channels: { hook: { webhook: { url: `http://127.0.0.1:${port}/` } } },
        group: { wait: '0s', update_every: '1s' },
      },
    });
  for (const [index, storage] of places.entries()) {
    const isLast = index === places.length - 1;
    const daemon = await site().daemon(configure(isLast ? 'healthy' : 'bad-key', storage));
    if (index === 0) await receiver.until(({ json }) => json().data.kind === 'problem');
    if (isLast) await receiver.until(({ json }) => json().data.kind === 'resolved');
    else await daemon.line(({ msg }) => msg === 'started');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    if (isLast) break;
    const next = places[index + 1] as { path?: string; url?: string };
    const config = configure('bad-key', storage);
    const done = await command(['copy', '--to', next.path ?? next.url ?? '', '--config', config]);
    expect(done).toMatchObject({ code: 0, err: '' });
  }
  expect(receiver.received.map(({ json }) => json().data.kind)).toEqual(['problem', 'resolved']);
  expect(new Set(receiver.received.map(({ json }) => json().data.thread)).size).toBe(1);
}

inFull(
  'an open incident is neither told again after a move to another file, nor is its end lost',
  async () => {
    const { path } = site().folder;
    await move([{ path: `${path}/pulse.db` }, { path: `${path}/other.db` }]);
  },
  60_000,
);

withServer('a move with PostgreSQL', (server) => {
  inFull(
    'and back again tells an open incident once, and its end',
    async () => {
      const { path } = site().folder;
      await move([{ path: `${path}/pulse.db` }, { url: server().fresh() }, { path: `${path}/other.db` }]);
    },
    90_000,
  );
});
