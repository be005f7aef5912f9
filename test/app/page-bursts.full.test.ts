import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { startDaemon, type RunningDaemon } from './process.js';
import { excessive, hasMeter, metered, meterOf } from './meter.js';
import { useSite } from './registry.js';

const site = useSite();
const sockets: Socket[] = [];
let running: RunningDaemon | null = null;
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  running?.child.kill('SIGKILL');
  await running?.ended;
});

const models = 1_000;
const most = { heldMs: 50, grownMb: 64 };

const words = Array.from({ length: 100 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('+');
/** Readers that ask at one moment, and for what. */
const bursts: readonly (readonly [number, string])[] = [
  [1, `/?q=${words}`],
  [40, '/'],
  [20, '/?limit=1000'],
  [40, '/?label=team:4&label=tier:1&group=label:team'],
  [40, '/incidents'],
  [40, '/incidents?label=team:4'],
  [20, '/models/model-7'],
  [20, '/report'],
  [40, '/api/v1/models?limit=500'],
  [200, '/metrics'],
  [400, '/status'],
  [400, '/status/feed.atom'],
  [400, '/status/api/v2/summary.json'],
];

/** A connection on which `path` is asked with `ask`; `read` resolves when the answer is read, or the connection closed. */
async function open(port: number, index: number, path: string) {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (index % 2)}` });
  sockets.push(socket);
  socket.on('error', () => undefined).resume();
  const read = once(socket, 'close');
  await once(socket, 'connect');
  const ask = (): boolean =>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return { ask, read };
}

(hasMeter ? it : it.skip)(
  'pages, texts and lists that many readers ask for at one moment hold the main thread for less than 50 ms and take less than 64 MB',
  async () => {
    const { configure, model, folder } = site();
    const labels = (index: number) => ({
      team: `team:${index % 8}`,
      tier: `${index % 3}`,
      region: `region-${index % 5}`,
      shown: 'yes',
    });
    const registry = Array.from({ length: models }, (_, index) =>
      model(`model-${index}`, { model: 'healthy', labels: labels(index) }),
    );
    const config = configure(registry, {
      defaults: { schedule: { every: '10m' } },
      status_pages: [
        {
          path: '/status',
          title: 'Burst',
          access: 'public',
          models: { labels: { shown: 'yes' } },
          show: { ids: true },
        },
      ],
    });
    running = await startDaemon(config, metered(folder));
    const meter = meterOf(running);
    const port = Number(new URL(running.url).port);
    // What the first answers need once, code and bars, is not of the burst.
    for (const path of new Set(bursts.map(([, each]) => each))) await running.get(path);

    const found = await excessive(bursts, most, async ([readers, path]) => {
      const opened = await Promise.all(
        Array.from({ length: readers }, (_, index) => open(port, index, path)),
      );
      await running!.get('/livez');
      await meter.begin();
      for (const { ask } of opened) ask();
      await Promise.all(opened.map(({ read }) => read));
      return meter.end();
    });
    expect(found).toEqual([]);
  },
  120_000,
);
