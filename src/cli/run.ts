import type { Command } from 'commander';
import type { Daemon } from '../app/daemon.js';
import { createLog } from '../app/log.js';
import type { LoadedConfig } from '../config/read/load.js';
import { systemClock } from '../domain/clock.js';
import { globalOptions, type GlobalOptions } from './global-options.js';
import { loadFor } from './load.js';
import { packageFile, packageVersion } from './package-files.js';

/**
 * Runs the daemon until a signal; the second signal ends the process at once. SIGHUP reloads the configuration, or ends the
 * daemon like SIGTERM with `hangUp: 'end'`. The caller has to end the process: a hung name look-up would keep it alive.
 */
export async function runDaemon(
  options: GlobalOptions,
  config: LoadedConfig,
  {
    hangUp = 'reload',
    started = () => undefined,
  }: { hangUp?: 'reload' | 'end'; started?: (daemon: Daemon) => void } = {},
): Promise<void> {
  let running: Daemon | null = null;
  const early = { reload: false };
  if (hangUp === 'reload') {
    // From the beginning: a signal that nobody listens to would end the process.
    process.on('SIGHUP', () => {
      early.reload ||= running === null;
      void running?.reload('signal');
    });
  }
  const { logger: log, output } = await createLog(options.logLevel, process.stdout);
  const version = packageVersion();
  for (const warning of config.warnings) log.warn({ warning }, 'configuration warning');
  const { startDaemon } = await import('../app/daemon.js');
  const daemon = await startDaemon({
    config,
    load: () => loadFor(options.config),
    clock: systemClock,
    log,
    logDropped: () => output.dropped,
    version,
    migrationsDir: packageFile('migrations'),
  });
  log.info(
    {
      version,
      node: process.version,
      pid: process.pid,
      url: daemon.url,
      config: options.config,
      models: config.settings.models.length,
      mode: config.settings.checker.mode,
      database: config.settings.storage.path,
    },
    'started',
  );
  started(daemon);
  running = daemon;
  if (early.reload) void daemon.reload('signal');
  const signal = await new Promise<string>((resolve) => {
    let first = true;
    const codes = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;
    for (const name of ['SIGTERM', 'SIGINT', ...(hangUp === 'end' ? (['SIGHUP'] as const) : [])] as const) {
      process.on(name, () => {
        if (!first) process.exit(codes[name]);
        first = false;
        resolve(name);
      });
    }
  });
  log.info({ signal, grace_seconds: config.settings.server.shutdownGraceMs / 1_000 }, 'stopping');
  await daemon.stop();
  log.info({}, 'stopped');
}

export function runCommand(program: Command): void {
  program
    .command('run')
    .description('run the daemon')
    .action(async (_options: object, command: Command) => {
      const options = globalOptions(command);
      await runDaemon(options, await loadFor(options.config));
      process.exit(0);
    });
}
