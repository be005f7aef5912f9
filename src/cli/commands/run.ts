import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Daemon } from '../../app/daemon.js';
import { createLog, type Log } from '../../app/log.js';
import type { LoadedConfig } from '../../config/read/load.js';
import { systemClock } from '../../domain/clock.js';
import { globalOptions, type GlobalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { packageFile, packageVersion } from '../package-files.js';

/** ms that a stop may take beyond the grace of the checks: longer than the last requests and writes may take. */
const stopMs = 4_000;

/**
 * A signal that comes again within this time is the same request: Ctrl-C reaches a process that npm started from the terminal and
 * from npm, which passes it on; `timeout` and some supervisors send SIGTERM to the process and to its group.
 */
const repeatMs = 1_000;

const exitCodes = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;
type Signal = keyof typeof exitCodes;

/** Name look-ups mostly end within milliseconds; one that runs for longer after the stop is hung. */
const lookupPatienceMs = 1_000;
const lookupLookMs = 20;

/** True while a name look-up runs: process.exit waits for its thread, for as long as a resolver hangs. */
const looksUp = (): boolean => process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap');

/** Ends the process by a signal; the first process of a container does not receive signals that it sends itself. */
function endBy(signal: NodeJS.Signals, { output }: Log): never {
  output.flush();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  process.abort();
}

/**
 * Ends the process before the daemon has stopped. process.exit waits for a thread that hangs in a system call, such as
 * fsync; then only a signal ends the process.
 */
function endNow(daemon: Daemon, log: Log, why: string, code: number): never {
  log.logger.error(
    { why, waiting_for: daemon.stopping, results: daemon.pendingResults },
    'process ended before the daemon had stopped; unwritten results are lost',
  );
  log.output.flush();
  if (daemon.threadsIdle && !looksUp()) process.exit(code);
  endBy('SIGKILL', log);
}

/**
 * Stops the daemon at the first of the signals, or when its database is displaced; resolves with the exit code, unless a
 * name look-up hangs.
 */
async function stopAtSignal(daemon: Daemon, log: Log, signals: readonly Signal[]): Promise<number> {
  const signaled = new Promise<Signal>((resolve) => {
    let first: { readonly name: Signal; readonly at: number } | null = null;
    for (const name of signals)
      process.on(name, () => {
        const now = systemClock.monotonic();
        if (first === null) first = { name, at: now };
        else if (first.name !== name || now - first.at >= repeatMs)
          endNow(daemon, log, `${name} came while it was stopping`, exitCodes[name]);
        resolve(name);
      });
  });
  const signal = await Promise.race([signaled, daemon.displaced.then(() => null)]);
  const { graceMs } = daemon;
  log.logger.info({ signal, grace_seconds: graceMs / 1_000 }, 'stopping');
  setTimeout(() => {
    endNow(
      daemon,
      log,
      `it was not stopped ${(graceMs + stopMs) / 1_000} s after ${signal ?? 'its database was displaced'}`,
      1,
    );
  }, graceMs + stopMs);
  // A supervisor that restarts after failures only has to see one.
  const complete = (await daemon.stop()) && signal !== null;
  log.logger.info({}, 'stopped');
  const until = performance.now() + lookupPatienceMs;
  while (looksUp() && performance.now() < until) await pause(lookupLookMs);
  if (!looksUp()) return complete ? 0 : 1;
  log.logger.warn({ signal }, 'DNS lookup does not return; the process ends by a signal');
  endBy(complete ? signal : 'SIGKILL', log);
}

/** Reloads at SIGHUP; one before the start waits for it. */
interface HangUps {
  started(daemon: Daemon): void;
}

/** Handles SIGHUP from now on, which ends a process without a listener. */
function catchHangUps(): HangUps {
  let running: Daemon | null = null;
  let early = false;
  process.on('SIGHUP', () => {
    early ||= running === null;
    void running?.reload('signal');
  });
  return {
    started(daemon) {
      running = daemon;
      if (early) void daemon.reload('signal');
    },
  };
}

/**
 * Runs the daemon until a signal, or until its database is displaced, and resolves with the exit code. Another signal, or the same after a second, or a stop that takes 4 s
 * longer than the grace, ends the process. SIGHUP ends it like SIGTERM where `hangUps` is absent. The caller has to end the process: a hung name look-up
 * would keep it alive.
 */
export async function runDaemon(
  options: GlobalOptions,
  config: LoadedConfig,
  { hangUps, started = () => undefined }: { hangUps?: HangUps; started?: (daemon: Daemon) => void } = {},
): Promise<number> {
  const all = await createLog(options.logLevel, process.stdout);
  const { logger: log, output } = all;
  const version = packageVersion();
  for (const warning of config.warnings) log.warn({ warning }, 'configuration warning');
  const { startDaemon } = await import('../../app/daemon.js');
  const daemon = await startDaemon({
    config,
    load: (inForce) => loadFor(options.config, inForce, true),
    clock: systemClock,
    log,
    logDropped: () => output.dropped,
    version,
    migrationsDir: packageFile('migrations'),
  });
  // Before "started" is logged: a supervisor that reads the log may send SIGTERM at once.
  const ended = stopAtSignal(
    daemon,
    all,
    hangUps === undefined ? ['SIGTERM', 'SIGINT', 'SIGHUP'] : ['SIGTERM', 'SIGINT'],
  );
  log.info(
    {
      version,
      node: process.version,
      pid: process.pid,
      url: daemon.url,
      config: options.config,
      models: config.settings.models.length,
      mode: config.settings.checker.mode,
      database: daemon.database,
    },
    'started',
  );
  started(daemon);
  hangUps?.started(daemon);
  return ended;
}

export function runCommand(program: Command): void {
  program
    .command('run')
    .description('run the daemon')
    .action(async (_options: object, command: Command) => {
      const options = globalOptions(command);
      const hangUps = catchHangUps();
      process.exit(await runDaemon(options, await loadFor(options.config, null, true), { hangUps }));
    });
}
