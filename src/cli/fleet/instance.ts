import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { DaemonError } from '../failure.js';
import { packageFile } from '../package-files.js';
import { logged } from './log-file.js';

const patienceMs = 60_000;
const askMs = 2_000;

export interface InstanceParts {
  readonly name: string;
  readonly port: number;
  /** Configuration but for the address. */
  readonly configuration: object;
  /** For its configuration and its log. */
  readonly folder: string;
  readonly databaseUrl: string;
}

/** A daemon of the demo, in a process of its own. */
export interface Instance {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly log: string;
  /** How it ended: `SIGKILL`, or `exit code 1`. */
  readonly ended: Promise<string>;
  /** How many of the 256 shards it checks; null while it does not answer. */
  shards(): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts an instance, which ends with this process, and waits until it is ready. Rejects with DaemonError. */
export async function startInstance(parts: InstanceParts): Promise<Instance> {
  const { name, port, folder } = parts;
  const [config, log] = [join(folder, `${name}.yaml`), join(folder, `${name}.log`)];
  const url = `http://127.0.0.1:${port}`;
  const server = { listen: `127.0.0.1:${port}`, public_url: url };
  writeFileSync(config, stringify({ ...parts.configuration, server }));
  const output = openSync(log, 'w');
  const command = ['demo', '--instance', '--parent', String(process.pid), '--config', config];
  const child = spawn(process.execPath, [...process.execArgv, packageFile('dist/main.cjs'), ...command], {
    env: { ...process.env, DATABASE_URL: parts.databaseUrl },
    stdio: ['ignore', output, output],
    // A signal of the terminal is for the demo, which ends its instances.
    detached: true,
  });
  closeSync(output);
  const ended = once(child, 'close').then(([code, signal]) =>
    code === null ? String(signal) : `exit code ${String(code)}`,
  );
  const failure = await logged(log, (text) => text.includes('"msg":"started"'), {
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    patienceMs,
  });
  if (failure !== null) {
    child.kill('SIGKILL');
    throw new DaemonError(`demo --fleet: the instance ${name} does not start:\n${failure}`);
  }
  return {
    name,
    url,
    pid: child.pid ?? 0,
    log,
    ended,
    async shards() {
      try {
        const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(askMs) });
        const found = /^modelpulse_shards_owned (\d+)$/m.exec(await answer.text());
        return found === null ? null : Number(found[1]);
      } catch {
        return null;
      }
    },
    kill: (signal) => void child.kill(signal),
  };
}
