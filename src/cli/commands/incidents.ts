import type { Command } from 'commander';
import type { StoredModel, StoreReader } from '../../store/port.js';
import type { AskedWindow } from '../../calendar/past-window.js';
import {
  askedWindow,
  csvOption,
  jsonOption,
  timezoneOption,
  windowOption,
  type FormatOptions,
} from '../options.js';
import type { IncidentRow } from '../tables/incidents-table.js';
import { modelWithId } from '../known-model.js';
import { readDatabase } from '../read-database.js';
import { jsonText, terminalOf } from '../terminal.js';

interface Options extends FormatOptions {
  readonly open?: true;
  readonly window: string;
  readonly timezone: string;
}

/** Newest first; `open` leaves out models that left the registry, which are no longer checked. */
async function readIncidents(
  store: StoreReader,
  models: readonly StoredModel[],
  { from, to }: AskedWindow,
  { open, now }: { open: boolean; now: number },
): Promise<IncidentRow[]> {
  const byId = new Map(models.map((model) => [model.id, model]));
  const found = await store.incidents({ from, to, limit: Number.MAX_SAFE_INTEGER, ...(open && { open }) });
  return found
    .flatMap((incident): IncidentRow[] => {
      const model = byId.get(incident.model);
      if (model === undefined) return [];
      const { openedAt, closedAt } = incident;
      const end = closedAt ?? model.retiredAt ?? now;
      const standing = closedAt !== null ? 'closed' : model.retiredAt === null ? 'open' : 'left';
      return [{ ...incident, standing, durationMs: Math.max(0, end - openedAt) }];
    })
    .sort((a, b) => b.openedAt - a.openedAt || b.id - a.id);
}

/** Adds `modelpulse incidents`: what failed, when, why and with what blame, read from the database. */
export function incidentsCommand(program: Command): void {
  program
    .command('incidents')
    .argument('[id...]', 'model ids, including models removed from the registry; default: all')
    .description('list the incidents that overlap a window, newest first, from the database')
    .option('--open', 'only open incidents')
    .addOption(windowOption().default('30d'))
    .addOption(timezoneOption())
    .addOption(jsonOption())
    .addOption(csvOption())
    .action(async (ids: string[], options: Options, command: Command) => {
      await readDatabase(command, async ({ store, now }) => {
        const window = askedWindow(options.window, options.timezone, now);
        const all = await store.models();
        const asked = ids.length === 0 ? all : ids.map((id) => modelWithId(id, all));
        const rows = await readIncidents(store, asked, window, { open: options.open === true, now });
        const { incidentRowShape, incidentsCsv } = await import('../documents/incidents-shape.js');
        if (options.json === true) return jsonText(rows.map(incidentRowShape));
        if (options.csv === true) return incidentsCsv(rows);
        if (rows.length === 0) return options.open === true ? 'no incident is open\n' : 'no incidents\n';
        const { incidentsTable } = await import('../tables/incidents-table.js');
        return `${incidentsTable(rows, window, terminalOf(process.stdout, process.env))}\n`;
      });
    });
}
