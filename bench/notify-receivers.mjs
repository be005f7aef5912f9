// What receivers of messages that misbehave cost the checks: `node bench/notify-receivers.mjs [models] [every] [seconds]`, after
// `npm run build`. The daemon runs beside good receivers alone, then beside those and ones that hang, fail, drip or never end.
// Printed are the delay from slot to start, memory, processor time and the messages that the good receiver took.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { delayWithin, modelsOf, startDaemon, startSimulator } from './running-daemon.mjs';

const [models = '1000', every = '10s', seconds = '60'] = process.argv.slice(2);

/** Writes `piece` each `ms` until the other side is gone. */
const forever = (response, ms, write) => {
  const more = setInterval(write, ms);
  const { socket } = response;
  socket.on('error', () => undefined).on('close', () => clearInterval(more));
};
const piece = Buffer.alloc(65_536, 'x');

const hostile = {
  hangs: () => undefined,
  fails: (response) => response.writeHead(500).end(piece),
  metadata: (response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  endless: (response) => forever(response.writeHead(200), 1, () => response.write(piece)),
  drips: (response) => forever(response.writeHead(200), 100, () => response.write('.')),
  headers(response) {
    response.socket.write('HTTP/1.1 200 OK\r\n');
    forever(response, 1, () => response.socket.write(`x-more: ${'x'.repeat(4_000)}\r\n`));
  },
};

const simulator = await startSimulator();

async function measured(names) {
  const taken = new Map();
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      const name = request.url.slice(1);
      taken.set(name, (taken.get(name) ?? 0) + 1);
      if (name in hostile) hostile[name](response);
      else response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address();
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-bench-'));
  const daemon = await startDaemon(folder, {
    storage: { path: join(folder, 'bench.db') },
    checker: { concurrency: 256, per_host: 256 },
    defaults: { schedule: { every }, timeout: '10s', confirm: { recheck_after: '100ms' } },
    models: modelsOf(simulator.baseUrl, Number(models), (index) =>
      index % 20 === 19 ? 'down-17s-every-37s' : 'healthy',
    ),
    notifications: {
      channels: Object.fromEntries(
        names.map((name) => [name, { webhook: { url: `http://127.0.0.1:${port}/${name}` } }]),
      ),
      // As many messages as there are changes.
      group: { by: ['model'], wait: '0s', update_every: '1s' },
      limits: { per_channel: '100000 per 1s', per_model: '100000 per 1m' },
    },
  });
  await wait(Math.max(15_000, Number(models) * 6));
  const before = await daemon.scrape();
  const cpu = daemon.cpuSeconds();
  const takenBefore = taken.get('good') ?? 0;
  const resident = daemon.memoryMb('VmRSS');
  await wait(Number(seconds) * 1_000);
  const after = await daemon.scrape();
  const found = {
    channels: names.length,
    checks: after.checks - before.checks,
    missed: after.missed,
    delay_p99_at_most_seconds: delayWithin(before, after, 0.99),
    delay_worst_at_most_seconds: delayWithin(before, after, 1),
    memory_mb: daemon.memoryMb('VmRSS'),
    memory_mb_at_start: resident,
    memory_peak_mb: daemon.memoryMb('VmHWM'),
    core_share: Number(((daemon.cpuSeconds() - cpu) / Number(seconds)).toFixed(3)),
    taken_by_good: (taken.get('good') ?? 0) - takenBefore,
  };
  await daemon.stop();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true });
  return found;
}

const result = {
  models: Number(models),
  every,
  good: await measured(['good']),
  beside_hostile: await measured(['good', ...Object.keys(hostile)]),
};
console.log(JSON.stringify(result, null, 2));
await simulator.stop();
