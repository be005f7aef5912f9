/** What the parts of the bench share: a server, a provider, instances with what is known of each, and a configuration. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startServer } from '../postgres-server.mjs';
import { modelsOf, startDaemon } from '../running-daemon.mjs';

export const schema = 'fleet';

/** Starts the provider; `requests` gives [number of the model, Unix ms] of each request. */
async function startProvider() {
  const program = fileURLToPath(new URL('provider.mjs', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const [port] = await new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve([line]));
  });
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  return {
    baseUrl,
    async requests() {
      const numbers = new Float64Array(await (await fetch(`${baseUrl}/log`)).arrayBuffer());
      return Array.from({ length: numbers.length / 2 }, (_, index) => [
        numbers[2 * index],
        numbers[2 * index + 1],
      ]);
    },
    stop: () => child.disconnect(),
  };
}

/** An SQL schema, a provider and a folder; `close` ends what is left. */
export async function openSite({ models, every, settings = [] }) {
  const folder = mkdtempSync(join(tmpdir(), 'modelpulse-fleet-'));
  const [server, provider] = await Promise.all([startServer(settings), startProvider()]);
  const running = new Set();
  let made = 0;
  const configuration = (storage) => ({
    storage,
    checker: { concurrency: 512, per_host: 512 },
    // What the provider answers.
    defaults: { schedule: { every }, timeout: '4s', expect: { contains: 'New Delhi' } },
    models: modelsOf(provider.baseUrl, models, (index) => `model-${index}`),
  });
  const rows = (sql) => {
    const text = server.psql(`SET search_path = ${schema}; ${sql}`);
    return text === '' ? [] : text.split('\n').map((line) => line.split('|'));
  };

  /** Ends what is left; a signal does the same. */
  const close = async () => {
    for (const { daemon } of running) daemon.signal('SIGKILL');
    provider.stop();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void close().then(() => process.exit(2)));
  process.once('uncaughtException', (error) => {
    console.error(error);
    void close().then(() => process.exit(2));
  });

  return {
    folder,
    server,
    provider,
    running,
    /** Rows of SQL, each a list of texts. */
    rows,
    /** Starts an instance on the database, or a daemon on another store. */
    async start({ storage = { url: server.url(schema) }, heard, entry } = {}) {
      const name = `i${(made += 1)}`;
      mkdirSync(join(folder, name));
      const daemon = await startDaemon(join(folder, name), configuration(storage), { heard, entry });
      const instance = { name, daemon, cpu: 0 };
      running.add(instance);
      return instance;
    },
    close,
  };
}

/** Processor seconds of the instances, read each second since one may be killed. */
export function watchProcessors(site) {
  const read = () => {
    for (const instance of site.running) {
      try {
        instance.cpu = instance.daemon.cpuSeconds();
      } catch {
        // It has ended since.
      }
    }
  };
  const timer = setInterval(read, 1_000);
  return {
    read,
    stop: () => clearInterval(timer),
  };
}

/** Prints a figure that must hold, and remembers whether all did. */
export function createVerdict() {
  let sound = true;
  return {
    must(holds, text) {
      sound &&= holds;
      console.log(`${holds ? 'ok    ' : 'NOT ok'} ${text}`);
    },
    say: (text) => console.log(`       ${text}`),
    get sound() {
      return sound;
    },
  };
}

export function quantiles(values) {
  if (values.length === 0) return 'none';
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  return `p50 ${at(0.5).toFixed(2)}, p99 ${at(0.99).toFixed(2)}, longest ${sorted.at(-1).toFixed(2)}`;
}

export const msOf = (every) => {
  const [, number, unit] = /^(\d+)(ms|s|m)$/.exec(every);
  return Number(number) * { ms: 1, s: 1_000, m: 60_000 }[unit];
};
