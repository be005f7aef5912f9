import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { DaemonError, UsageError } from '../failure.js';
import { packageFile } from '../package-files.js';
import { watchParent } from '../parent-watch.js';
import { listenOn, receiveOn } from '../commands/simulate.js';
import { openFleetDatabase } from './fleet-database.js';
import { startInstance, type Instance } from './instance.js';
import { followUntilTaken, type Told } from './take-over.js';

/** ms for an instance to end; longer than a stop with its grace. */
const stopMs = 15_000;

const welcome = (
  [a, b]: readonly [Instance, Instance],
  { database, receiver }: { readonly database: string; readonly receiver: string },
): string => `
  ${a.url}  instance ${a.name}, pid ${a.pid}: open it in a browser
  ${b.url}  instance ${b.name}, pid ${b.pid}: shows the same
  ${receiver}  shows the messages that people would get, each of them once

Two instances of modelpulse watch a simulated provider. They share its models by
${database}.

  kill one     kill -9 ${a.pid}
  what to see  the page of ${b.name} (${b.url}): after at most 20 s it checks all models; those of ${a.name} are
               unknown (not_watched) for the time in between; ${a.name} is started again then
  who checks   curl -s ${b.url}/metrics | grep -E 'modelpulse_(instances|shards_owned) '
  its log      ${b.log}
Ctrl-C ends it, and so does the end of the process that started it.

`;

function told(write: (text: string) => void): Told & { again(instance: Instance): void } {
  const say = (text: string): void => write(`${new Date().toTimeString().slice(0, 8)}  ${text}\n`);
  return {
    shares(of) {
      const parts = of.map(([{ name }, shards]) => `${name} ${shards}`).join(', ');
      const even = of.every(([, shards]) => shards > 0);
      say(
        `shares of the models, of 256: ${parts}${even ? '' : '; both have half of them when they have rested for a minute'}`,
      );
    },
    ended: ({ name, pid }, how, had) =>
      say(
        `${name} (pid ${pid}) has ended: ${how}. Nobody checks its share, ${had} of 256, until another instance takes it over`,
      ),
    again: ({ name, pid }) => say(`${name} is started again: pid ${pid}`),
    taken: ({ name }, afterMs) => say(`${name} checks all models, ${(afterMs / 1_000).toFixed(1)} s later`),
  };
}

/** The demo's configuration with these addresses in the place of its own, and the history in PostgreSQL. */
function configurationWith(urls: { readonly simulator: string; readonly receiver: string }): object {
  const text = readFileSync(packageFile('config/demo.yaml'), 'utf8')
    .replaceAll('http://127.0.0.1:9465', urls.simulator)
    .replaceAll('http://127.0.0.1:9466', urls.receiver);
  const configuration = parse(text, { merge: true }) as object;
  return { ...configuration, storage: { url: '${DATABASE_URL}' } };
}

export interface FleetDemoOptions {
  /** The first of four ports: instance, simulator, instance, receiver. */
  readonly port: number;
  readonly parent: number;
  readonly write: (text: string) => void;
}

/**
 * Runs two instances, a simulator, a receiver and a PostgreSQL until a signal or the end of the parent process; resolves with the exit code when
 * all have ended. Rejects with UsageError and DaemonError.
 */
export async function runFleetDemo({ port, parent, write }: FleetDemoOptions): Promise<number> {
  if (port < 1 || port + 3 > 65_535) throw new UsageError(`--port ${port}: expected 1 to 65532`);
  let [over, failure] = [false, ''];
  const isOver = (): boolean => over;
  const end = (): void => void (over = true);
  const releases: (() => unknown)[] = [watchParent(parent, end)];
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end);
  try {
    const database = await openFleetDatabase(process.env.DATABASE_URL);
    releases.push(database.close);
    const simulator = await listenOn(`127.0.0.1:${port + 1}`);
    releases.push(() => simulator.close());
    const receiver = await receiveOn(`127.0.0.1:${port + 3}`);
    releases.push(() => receiver.close());
    const configuration = configurationWith({ simulator: simulator.url, receiver: receiver.url });
    const { folder, url: databaseUrl } = database;
    const running: Instance[] = [];
    releases.push(() => endAll(running));
    const start = async (name: string, of: number): Promise<Instance> => {
      const instance = await startInstance({ name, port: of, configuration, folder, databaseUrl });
      running.push(instance);
      return instance;
    };
    const both = await Promise.allSettled([start('a', port), start('b', port + 2)]);
    let [a, b] = both.map((one) => valueOf(one)) as [Instance, Instance];
    const watch = setInterval(() => {
      if (isOver() || !database.hasEnded()) return;
      failure = 'demo --fleet: its PostgreSQL has ended';
      end();
    }, 1_000);
    releases.push(() => clearInterval(watch));
    if (!isOver()) write(welcome([a, b], { database: database.shown, receiver: receiver.url }));
    while (!isOver()) {
      const live = await followUntilTaken([a, b], told(write), isOver);
      if (isOver()) break;
      if (live.length === 0) throw new DaemonError('demo --fleet: both instances have ended');
      const again = live.includes(a) ? (b = await start('b', port + 2)) : (a = await start('a', port));
      told(write).again(again);
    }
    if (failure !== '') throw new DaemonError(failure);
    return 0;
  } finally {
    end();
    for (const release of releases.reverse()) await release();
  }
}

function valueOf<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Ends instances, by force where they take too long. */
async function endAll(instances: readonly Instance[]): Promise<void> {
  for (const instance of instances) instance.kill('SIGTERM');
  const force = setTimeout(() => {
    for (const instance of instances) instance.kill('SIGKILL');
  }, stopMs);
  await Promise.all(instances.map(({ ended }) => ended));
  clearTimeout(force);
}
