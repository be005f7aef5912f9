import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { command } from '../app/process.js';
import { freePort } from '../app/free-port.js';

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Divides every duration of a file by `haste`: after a key, in brackets, after `offset`. */
function hastened(text: string, haste: number): string {
  const durations = /(?<=(?:\[|offset |(?:interval|wait|for|timeout): ))(\d+)(ms|s|m|h|d)(?=[\s,}\])])/g;
  return text.replace(durations, (_all, count: string, unit: keyof typeof unitsMs) => {
    return `${Math.ceil((Number(count) * unitsMs[unit]) / haste)}ms`;
  });
}

const installed = ['prometheus', 'prometheus-alertmanager'].every(
  (name) => spawnSync(name, ['--version']).status === 0,
);
/** With CI=true they have to be there. */
export const hasStack = installed || process.env.CI === 'true';
if (!hasStack) {
  process.stderr.write(
    'SKIPPED: prometheus and prometheus-alertmanager are not installed, so no alert was sent\n',
  );
}

interface Stack {
  readonly prometheusUrl: string;
  stop(): Promise<void>;
}

export const shipped = (name: string): string => readFileSync(join('deploy', name), 'utf8');

/**
 * Starts Prometheus and Alertmanager with the shipped files, for this daemon, `haste` times as fast as they are shipped. Alerts
 * go to `webhook` under the name of their receiver. promtool tests what the rules do over longer times.
 */
export async function startStack(
  folder: string,
  {
    daemonUrl,
    token,
    config,
    webhook,
    haste,
  }: { daemonUrl: string; token: string; config: string; webhook: string; haste: number },
): Promise<Stack> {
  const prometheusPort = await freePort(2);
  const alertmanagerPort = prometheusPort + 1;
  const directory = join(folder, 'stack');
  mkdirSync(join(directory, 'rules'), { recursive: true });
  const put = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };

  const alertmanager = parse(hastened(shipped('alertmanager/alertmanager.yml'), haste)) as {
    receivers: { name: string }[];
  };
  const receivers = alertmanager.receivers.map(({ name }) => ({
    name,
    webhook_configs: [{ url: `${webhook}/${name}`, send_resolved: true }],
  }));
  const credentials = put('token', token);
  const prometheus = hastened(shipped('prometheus/prometheus.yml'), haste)
    .replace('modelpulse:9464', new URL(daemonUrl).host)
    .replace('alertmanager:9093', `127.0.0.1:${alertmanagerPort}`)
    .replace('/run/secrets/modelpulse_token', credentials);
  const { out } = await command(['rules', '--config', config]);
  put('rules/modelpulse.yml', hastened(out, haste));

  const running = [
    start('prometheus-alertmanager', [
      `--config.file=${put('alertmanager.yml', stringify({ ...alertmanager, receivers }))}`,
      `--storage.path=${join(directory, 'alerts')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ]),
    start('prometheus', [
      `--config.file=${put('prometheus.yml', prometheus)}`,
      `--storage.tsdb.path=${join(directory, 'series')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      ...(haste > 1 ? ['--rules.alert.resend-delay=1s'] : []),
    ]),
  ];
  const prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
  for (const url of [prometheusUrl, `http://127.0.0.1:${alertmanagerPort}`]) await ready(url, running);
  return {
    prometheusUrl,
    async stop() {
      for (const { child } of running) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      }
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
}

function start(name: string, args: readonly string[]): Started {
  const child = spawn(name, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, said: () => text };
}

/** Neither tells by itself that it can be asked. */
async function ready(url: string, running: readonly Started[]): Promise<void> {
  for (;;) {
    const ended = running.find(({ child }) => child.exitCode !== null);
    if (ended !== undefined) throw new Error(ended.said());
    const answer = await fetch(`${url}/-/ready`).catch(() => null);
    if (answer?.ok === true) return;
    await wait(100);
  }
}
