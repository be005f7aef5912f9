// The built program as the benches run it: a simulator and a daemon as processes of their own, and what is read of them.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));

const ended = (child) => new Promise((resolve) => child.once('close', resolve));

/** Answers for every model; `baseUrl` is what a model's configuration needs. */
export async function startSimulator() {
  const child = spawn(process.execPath, [program, 'simulate', '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [baseUrl] = await new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve(/http\S+/.exec(line)));
  });
  return {
    baseUrl,
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
    },
  };
}

/** So many models of the simulator; `behaviour` names that of each. */
export const modelsOf = (baseUrl, count, behaviour) =>
  Array.from({ length: count }, (_, index) => ({
    id: `model-${index}`,
    provider: 'openai_compatible',
    base_url: baseUrl,
    model: behaviour(index),
    api_key: 'bench',
  }));

/**
 * Starts a daemon on this configuration in `folder`; `node` are further options of Node, `env` further variables, `heard` gets each line
 * of its log; `entry` is another program that runs the daemon.
 */
export async function startDaemon(
  folder,
  configuration,
  { node = [], env = {}, heard = () => undefined, entry = program } = {},
) {
  const config = join(folder, 'config.json');
  const configure = (next) => {
    writeFileSync(config, JSON.stringify({ server: { listen: '127.0.0.1:0' }, ...next }));
  };
  configure(configuration);
  const started = performance.now();
  const options = ['--max-semi-space-size=8', ...node, entry, 'run', '--config', config];
  const child = spawn(process.execPath, options, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const end = ended(child);
  const { url } = await new Promise((resolve, reject) => {
    void end.then(() => reject(new Error(`the daemon in ${folder} ended before it had started`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const logged = JSON.parse(line);
      heard(logged);
      if (logged.msg === 'started') resolve(logged);
    });
  });
  const readyMs = performance.now() - started;
  const proc = (name) => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');

  return {
    url,
    pid: child.pid,
    readyMs,
    configure,
    /** Processor seconds used so far; fields 14 and 15 of proc(5) stat, in ticks of 10 ms. */
    cpuSeconds() {
      const fields = proc('stat').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    /** MB by a name of proc(5) status: VmRSS, VmHWM. */
    memoryMb: (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(proc('status'))[1]) / 1024),
    openFiles: () => readdirSync(`/proc/${child.pid}/fd`).length,
    async scrape() {
      const text = await (await fetch(`${url}/metrics`)).text();
      const read = (name) =>
        new Map(
          [...text.matchAll(new RegExp(`^modelpulse_${name}(\\{.*\\})? (\\S+)$`, 'gm'))].map((match) => [
            match[1],
            Number(match[2]),
          ]),
        );
      const sum = (name) => [...read(name).values()].reduce((total, value) => total + value, 0);
      return {
        bytes: text.length,
        checks: sum('checks_total'),
        missed: sum('scheduler_checks_missed_total'),
        delays: read('scheduler_delay_seconds_bucket'),
        sum,
      };
    },
    /** Resolves when the process has ended. */
    end,
    signal: (name) => child.kill(name),
    async stop() {
      child.kill('SIGTERM');
      await end;
      return child.exitCode;
    },
  };
}

/** The bound in seconds under which the share `q` of the delays between two scrapes lies. */
export function delayWithin(before, after, q) {
  const delays = [...after.delays].map(([labels, count]) => [
    /le="(.+)"/.exec(labels)[1],
    count - (before.delays.get(labels) ?? 0),
  ]);
  return delays.find(([, count]) => count >= q * delays.at(-1)[1])[0];
}
