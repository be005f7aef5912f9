import { Option, type Command } from 'commander';
import type { NotificationSettings } from '../../config/notifications.js';
import type { RunningSimulator } from '../../simulator/simulator.js';
import { loadFor } from '../load.js';
import { globalOptions } from '../options.js';
import { packageFile } from '../package-files.js';
import { endWithParent, watchParent } from '../parent-watch.js';
import { UsageError } from '../failure.js';
import { runDaemon } from './run.js';
import { listenOn, receiveOn, receiverAddress, simulatorAddress } from './simulate.js';
import { sqlitePath } from '../sqlite-path.js';

const where = (url: string, receiver: string, invented: boolean): string => `
  ${url}  shows the models: open it in a browser
  ${receiver}  shows the messages that people would get

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

/** The secret that signs webhooks. */
function secretOf(settings: NotificationSettings | null): string | undefined {
  const secrets = settings?.channels.flatMap(({ target }) =>
    target.kind === 'webhook' ? target.secrets : [],
  );
  return secrets?.[0];
}

interface DemoOptions {
  readonly fleet?: true;
  readonly port: string;
  readonly parent?: string;
  readonly instance?: true;
}

async function runFleet(port: string, parent: number): Promise<number> {
  if (!/^\d{1,5}$/.test(port)) throw new UsageError(`--port ${port}: expected a number`);
  const { runFleetDemo } = await import('../fleet/fleet-demo.js');
  const write = (text: string): void => void process.stdout.write(text);
  return runFleetDemo({ port: Number(port), parent, write });
}

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('run the daemon on config/demo.yaml beside a simulated provider')
    .addOption(
      // `npm run` may be killed before its shell becomes this process, so the shell passes its parent's id.
      new Option('--parent <pid>', 'process to end with; the one that started it unless set').hideHelp(),
    )
    .option('--fleet', 'two instances on a PostgreSQL of their own, to see one take over from the other')
    .option('--port <number>', 'the first of four ports in a row, with --fleet', '9464')
    .addOption(
      // A process of the demo with several instances.
      new Option('--instance', 'run the configuration as one instance of a fleet').hideHelp(),
    )
    .action(async ({ fleet, port, parent: given, instance }: DemoOptions, command: Command) => {
      const parent = Number(given) || process.ppid;
      if (fleet === true) process.exit(await runFleet(port, parent));
      if (instance === true) {
        // Its database ends with the demo: there is nothing to write any more.
        watchParent(parent, () => process.kill(process.pid, 'SIGKILL'));
        const { config, ...rest } = globalOptions(command);
        process.exit(await runDaemon({ config, ...rest }, await loadFor(config)));
      }
      const stopWatching = endWithParent(parent);
      const options = { ...globalOptions(command), config: packageFile('config/demo.yaml') };
      const config = await loadFor(options.config);
      const simulator = await listenOn(simulatorAddress);
      const { models, notifications } = config.settings;
      let receiver: RunningSimulator | null = null;
      let code = 1;
      try {
        const { url: receiverUrl } = (receiver = await receiveOn(receiverAddress, secretOf(notifications)));
        const { inventPast } = await import('../../simulator/invented-past.js');
        const invented = await inventPast({
          path: sqlitePath(config.settings, 'the demo needs a file'),
          migrationsDir: packageFile('migrations'),
          models,
          now: Date.now(),
          goesOn: true,
        });
        code = await runDaemon(options, config, {
          started: (daemon) => {
            process.stdout.write(where(daemon.url, receiverUrl, invented));
            // A daemon that stops already takes another signal as the order to end at once.
            for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, stopWatching);
          },
        });
      } finally {
        await Promise.all([simulator.close(), receiver?.close()]);
      }
      process.exit(code);
    });
}
