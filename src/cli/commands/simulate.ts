import { once } from 'node:events';
import { Option, type Command } from 'commander';
import { UsageError } from '../failure.js';
import type { RunningSimulator } from '../../simulator/simulator.js';

export const simulatorAddress = '127.0.0.1:9465';
export const receiverAddress = '127.0.0.1:9466';

/** Host and port of `host:port`. */
function partsOf(option: string, address: string, example: string): [port: number, host: string] {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw new UsageError(`${option} ${address}: expected host:port, such as ${example}`);
  return [Number(port), host.replace(/^\[(.*)\]$/, '$1')];
}

/** Starts the simulator on `host:port`. */
export async function listenOn(address: string): Promise<RunningSimulator> {
  const [port, host] = partsOf('--listen', address, simulatorAddress);
  const { createSimulator } = await import('../../simulator/simulator.js');
  return createSimulator().listen(port, host);
}

/** Starts the receiver of notifications on `host:port`. */
export async function receiveOn(address: string, secret?: string): Promise<RunningSimulator> {
  const [port, host] = partsOf('--receiver', address, receiverAddress);
  const { createReceiver } = await import('../../simulator/receiver/receiver.js');
  const receiver = createReceiver(secret === undefined ? {} : { secret });
  if (receiver === null) throw new UsageError('--secret: expected a secret such as whsec_...');
  return receiver.listen(port, host);
}

interface SimulateOptions {
  readonly listen: string;
  readonly receiver?: string | true;
  readonly secret?: string;
  readonly list?: true;
}

export function simulateCommand(program: Command): void {
  program
    .command('simulate')
    .description(
      'run a local provider that simulates healthy, slow and failing models, and a receiver of notifications',
    )
    .option('--listen <address>', 'host and port to listen on', simulatorAddress)
    .option(
      '--receiver [address]',
      `run a receiver of notifications too, whose page shows what arrives (default: ${receiverAddress})`,
    )
    .addOption(
      new Option('--secret <secret>', 'verify the signatures of webhooks with it, such as whsec_...').env(
        'MODELPULSE_RECEIVER_SECRET',
      ),
    )
    .option('--list', 'print the names of the simulated models, and the answers of the receiver')
    .action(async ({ listen, receiver: asked, secret, list }: SimulateOptions) => {
      if (list === true) {
        const { describeBehaviours } = await import('../../simulator/catalogue.js');
        const { receiverBehaviours } = await import('../../simulator/receiver/plays.js');
        const { vendorBehaviours, vendorPageFormats } = await import('../../simulator/vendor-pages.js');
        const parts = [describeBehaviours(), describeBehaviours(receiverBehaviours)];
        process.stdout.write(parts.join('\nof the receiver:\n'));
        process.stdout.write(
          `\nstatus pages of vendors, at /status-pages/FORMAT/NAME (${vendorPageFormats.join(', ')}):\n${describeBehaviours(vendorBehaviours)}`,
        );
        return;
      }
      const simulator = await listenOn(listen);
      let receiver: RunningSimulator | null = null;
      try {
        if (asked !== undefined) receiver = await receiveOn(asked === true ? receiverAddress : asked, secret);
        process.stdout.write(
          `simulator: base_url ${simulator.url}/v1 (what it plays: curl ${simulator.url}/)\n`,
        );
        if (receiver !== null)
          process.stdout.write(`receiver: ${receiver.url} (a page, with an address for each channel)\n`);
        await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      } finally {
        await Promise.all([simulator.close(), receiver?.close()]);
      }
    });
}
