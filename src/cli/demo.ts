import type { Command } from 'commander';
import { globalOptions } from './global-options.js';
import { loadFor } from './load.js';
import { packageFile } from './package-files.js';
import { runDaemon } from './run.js';
import { listenOn, simulatorAddress } from './simulate.js';

const where = (url: string): string => `
modelpulse watches a simulated provider; its states change within seconds.
  states     curl -s ${url}/api/v1/models
  metrics    curl -s ${url}/metrics | grep modelpulse_model_up
  incidents  curl -s ${url}/api/v1/incidents
  the API    ${url}/api/v1/openapi.json
Ctrl-C ends it.

`;

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('run the daemon on config/demo.yaml beside a simulated provider')
    .action(async (_options: object, command: Command) => {
      const options = { ...globalOptions(command), config: packageFile('config/demo.yaml') };
      const config = await loadFor(options.config);
      const simulator = await listenOn(simulatorAddress);
      try {
        await runDaemon(options, config, (daemon) => process.stdout.write(where(daemon.url)));
      } finally {
        await simulator.close();
      }
      process.exit(0);
    });
}
