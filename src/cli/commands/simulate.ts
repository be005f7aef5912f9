import { once } from 'node:events';
import type { Command } from 'commander';
import { UsageError } from '../failure.js';
import type { RunningSimulator } from '../../simulator/simulator.js';

export const simulatorAddress = '127.0.0.1:9465';

/** Starts the simulator on `host:port`. */
export async function listenOn(address: string): Promise<RunningSimulator> {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new UsageError(`--listen ${address}: expected host:port, such as ${simulatorAddress}`);
  }
  const { createSimulator } = await import('../../simulator/simulator.js');
  return createSimulator().listen(Number(port), host.replace(/^\[(.*)\]$/, '$1'));
}

export function simulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('run a local provider that simulates healthy, slow and failing models, for demos and drills')
    .option('--listen <address>', 'host and port to listen on', simulatorAddress)
    .option('--list', 'print the names of the simulated models')
    .action(async ({ listen, list }: { listen: string; list?: boolean }) => {
      if (list === true) {
        const { describeBehaviours } = await import('../../simulator/catalogue.js');
        process.stdout.write(describeBehaviours());
        return;
      }
      const simulator = await listenOn(listen);
      process.stdout.write(
        `simulator: base_url ${simulator.url}/v1 (what it plays: curl ${simulator.url}/)\n`,
      );
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      await simulator.close();
    });
}
