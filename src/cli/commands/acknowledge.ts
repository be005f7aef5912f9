import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Settings } from '../../config/settings.js';
import { askDaemon, dropFromDaemon, noDaemon, refusalOf } from '../daemon-client.js';
import { DaemonError, UsageError } from '../failure.js';
import { loadFor } from '../load.js';
import { globalOptions } from '../options.js';

interface Options {
  readonly by?: string;
  readonly until?: string;
  readonly note?: string;
}

/** Name of the user of the operating system; it may have none, as in a container. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new UsageError('--by: your name is not known here; give it');
  }
}

/** The numbers of incidents. Throws UsageError. */
function incidentsIn(ids: readonly string[]): string[] {
  const wrong = ids.find((id) => !/^#?\d{1,15}$/.test(id));
  if (wrong !== undefined)
    throw new UsageError(`${wrong} is no number of an incident; modelpulse incidents --open lists them`);
  return [...new Set(ids.map((id) => id.replace('#', '')))];
}

const pathOf = (id: string): string => `/api/v1/incidents/${id}/acknowledge`;

type Answer = Awaited<ReturnType<typeof askDaemon>>;

/** The incident that the daemon answers with. Throws DaemonError. */
function incidentOf(id: string, answer: Answer): Record<string, unknown> {
  if (answer.kind === 'no_daemon') throw noDaemon(answer.url);
  if (answer.status === 400) throw new UsageError(`incident ${id}: ${refusalOf(answer)}`);
  if (answer.status !== 200 || answer.body === null)
    throw new DaemonError(`incident ${id}: ${refusalOf(answer)}`);
  return answer.body;
}

async function acknowledge(settings: Settings, id: string, body: object): Promise<string> {
  const { model, acknowledged } = incidentOf(id, await askDaemon(settings, pathOf(id), body));
  const { by, until } = (acknowledged ?? {}) as { by?: string; until?: string | null };
  const end = until === null || until === undefined ? '' : ` until ${until}`;
  return `incident ${id} of ${String(model)}: acknowledged by ${by ?? ''}${end}\n`;
}

/** Adds `modelpulse acknowledge`. */
export function acknowledgeCommand(program: Command): void {
  program
    .command('acknowledge')
    .alias('ack')
    .argument('<incident...>', 'numbers of open incidents')
    .description('acknowledge or snooze incidents: reminders of them stop; needs the running daemon')
    .option('--by <name>', 'who cares for them; default: the user of the operating system')
    .option('--until <time>', 'end of a snooze, such as 4h or an ISO 8601 time; default: their end')
    .option('--note <text>', 'what others should know')
    .action(async (ids: string[], { by, until, note }: Options, command: Command) => {
      const incidents = incidentsIn(ids);
      const body = {
        by: by ?? ownName(),
        ...(note !== undefined && { note }),
        ...(until !== undefined && { until }),
      };
      const { settings } = await loadFor(globalOptions(command).config);
      for (const id of incidents) process.stdout.write(await acknowledge(settings, id, body));
    });
}

/** Adds `modelpulse unacknowledge`. */
export function unacknowledgeCommand(program: Command): void {
  program
    .command('unacknowledge')
    .alias('unack')
    .argument('<incident...>', 'numbers of open incidents')
    .description('take acknowledgements back: reminders go on; needs the running daemon')
    .option('--by <name>', 'who takes them back; default: the user of the operating system')
    .action(async (ids: string[], { by }: Pick<Options, 'by'>, command: Command) => {
      const incidents = incidentsIn(ids);
      const query = new URLSearchParams({ by: by ?? ownName() });
      const { settings } = await loadFor(globalOptions(command).config);
      for (const id of incidents) {
        const answer = await dropFromDaemon(settings, `${pathOf(id)}?${query.toString()}`);
        const { model } = incidentOf(id, answer);
        process.stdout.write(`incident ${id} of ${String(model)}: not acknowledged\n`);
      }
    });
}
