import { Option, type Command } from 'commander';
import { loadFor } from '../load.js';
import { globalOptions } from '../options.js';
import { packageFile } from '../package-files.js';
import { runDaemon } from './run.js';
import { listenOn, simulatorAddress } from './simulate.js';
import { sqlitePath } from '../sqlite-path.js';

const where = (url: string, invented: boolean): string => `
  ${url}  shows the models: open it in a browser

modelpulse watches a simulated provider; its states change within seconds.${
  invented
    ? '\nThe history of the 90 days before the first start of the demo is invented; the notes of its incidents say so.'
    : ''
}
  customers  ${url}/status  is a page for them
  states     curl -s ${url}/api/v1/models
  metrics    curl -s ${url}/metrics | grep modelpulse_model_up
  incidents  curl -s ${url}/api/v1/incidents
  the API    ${url}/api/v1/openapi.json
Ctrl-C ends it, and so does the end of the process that started it.

`;

/** Stops the process when its parent ends: an orphaned demo would hold its ports. Returns the end of the watch. */
function endWithParent(parent: number): () => void {
  return watchParent(parent, () => {
    process.kill(process.pid, 'SIGTERM');
  });
}

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('run the daemon on config/demo.yaml beside a simulated provider')
    .addOption(
      // `npm run` may be killed before its shell becomes this process, so the shell passes its parent's id.
      new Option('--parent <pid>', 'process to end with; the one that started it unless set').hideHelp(),
    )
    .action(async ({ parent }: { parent?: string }, command: Command) => {
      const stopWatching = endWithParent(Number(parent) || process.ppid);
      const options = { ...globalOptions(command), config: packageFile('config/demo.yaml') };
      const config = await loadFor(options.config);
      const simulator = await listenOn(simulatorAddress);
      const { models } = config.settings;
      let code = 1;
      try {
        const { inventPast } = await import('../../simulator/invented-past.js');
        const invented = await inventPast({
          path: sqlitePath(config.settings, 'the demo needs a file'),
          migrationsDir: packageFile('migrations'),
          models,
          now: Date.now(),
        });
        code = await runDaemon(options, config, {
          started: (daemon) => {
            process.stdout.write(where(daemon.url, invented));
            // A daemon that stops already takes another signal as the order to end at once.
            for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, stopWatching);
          },
        });
      } finally {
        await simulator.close();
      }
      process.exit(code);
    });
}

const everyMs = 250;

/**
 * Calls `ended` once when this process is no longer a child of `parent`, however that process ended: the kernel then
 * assigns another parent. `parent` may have ended before the call. Returns the end of the watch.
 */
function watchParent(parent: number, ended: () => void): () => void {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    ended();
  }, everyMs).unref();
  return () => clearInterval(timer);
}
