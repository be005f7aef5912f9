// A daemon whose receiver is away and for which many messages wait: `node bench/notify-pending.mjs [messages] [seconds] [program]`,
// after `npm run build`. Printed are memory and processor time, beside those of a daemon for which none waits.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Database } from '../dist/store/sqlite/file/sqlite.js';
import { startDaemon } from './running-daemon.mjs';

const [messages = '10000', seconds = '40', program] = process.argv.slice(2);

const member = (index) => ({
  ...{ model: `model-${index}`, provider: 'openai', labels: { tier: 'gold' }, what: 'unhealthy', since: 1 },
  ...{ ended: null, reason: 'timeout', blame: 'provider', detail: 'x'.repeat(300), failures: 2, times: 1 },
  ...{ flapping: null, isNews: true },
});

async function measured(count) {
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-bench-'));
  const path = join(folder, 'bench.db');
  const configuration = {
    storage: { path },
    models: [],
    notifications: { channels: { away: { webhook: { url: 'http://127.0.0.1:1/' } } } },
  };
  const options = program === undefined ? {} : { entry: resolve(program) };
  const first = await startDaemon(folder, configuration, options);
  await first.stop();
  const database = new Database(path);
  const add =
    database.prepare(`INSERT INTO messages (id, channel, thread, state, created_at, attempts, next_at, body)
    VALUES (?, 'away', ?, 'pending', ?, 3, ?, ?)`);
  const now = Date.now();
  const body = JSON.stringify({
    ...{ id: 'a', thread: 'a', channel: 'away', kind: 'problem', at: now, since: now, group: {} },
    ...{
      open: 20,
      ended: 0,
      more: 0,
      heldBack: {},
      members: Array.from({ length: 20 }, (_, n) => member(n)),
    },
  });
  database.transaction(() => {
    for (let n = 0; n < count; n += 1) add.run(`m${n}`, `t${n}`, now, now + 86_400_000, body);
  })();
  database.close();
  const daemon = await startDaemon(folder, configuration, options);
  await wait(5_000);
  const cpu = daemon.cpuSeconds();
  await wait(Number(seconds) * 1_000);
  const found = {
    messages: count,
    memory_mb: daemon.memoryMb('VmRSS'),
    memory_peak_mb: daemon.memoryMb('VmHWM'),
    core_share: Number(((daemon.cpuSeconds() - cpu) / Number(seconds)).toFixed(4)),
  };
  await daemon.stop();
  rmSync(folder, { recursive: true });
  return found;
}

console.log(JSON.stringify([await measured(0), await measured(Number(messages))], null, 2));
