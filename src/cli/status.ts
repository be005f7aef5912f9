import { Option, type Command } from 'commander';
import { readUptime } from '../app/uptime-refresh.js';
import { merge } from '../domain/intervals.js';
import { states, type State } from '../domain/state.js';
import { stateAt } from '../domain/timeline.js';
import { isoTime } from '../http/time.js';
import type { Past } from '../store/history.js';
import type { StoredExclusion, StoreReader, StoredModel } from '../store/port.js';
import { jsonOption } from './format-options.js';
import { modelWithId } from './known-model.js';
import { pastOf } from './past.js';
import { readDatabase } from './read-database.js';
import type { StatusRow } from './status-table.js';
import { jsonText, terminalOf } from './terminal.js';

interface Options {
  readonly state?: State;
  readonly json?: true;
}

/** What is believed at `now`; an exclusion is maintenance also where no daemon has heard of it yet. */
function standingOf({ stored, exclusions }: Past, now: number): ReturnType<typeof stateAt> {
  const standing = stateAt(stored, now);
  const excluded = merge(exclusions).find(({ from, to }) => from <= now && now < to);
  if (excluded === undefined || standing.state === 'maintenance') return standing;
  return { state: 'maintenance', since: Math.max(excluded.from, stored.firstSeen), reason: null };
}

/** Rows of the models in the state asked for, or in any; the uptime of the others is not read. */
async function rowsOf(
  store: StoreReader,
  models: readonly StoredModel[],
  asked: State | undefined,
  now: number,
): Promise<StatusRow[]> {
  const exclusions: readonly StoredExclusion[] = await store.exclusions();
  const rows: StatusRow[] = [];
  for (const model of models) {
    const past = pastOf(model, exclusions);
    const { state, since, reason } = standingOf(past, now);
    if (asked !== undefined && asked !== state) continue;
    const uptime = await readUptime(store, past, now);
    const { id, latest } = model;
    rows.push({
      model: id,
      state,
      since,
      reason,
      lastCheck: latest?.slot ?? null,
      uptime,
    });
  }
  return rows;
}

/** Adds `modelpulse status`: what is believed of each model now. */
export function statusCommand(program: Command): void {
  program
    .command('status')
    .argument('[id...]', 'models; all of the registry when none is named')
    .description('what the daemon believes of each model, read from its database, running or not')
    .addOption(new Option('--state <state>', 'only models in this state').choices(states))
    .addOption(jsonOption())
    .action(async (ids: string[], { state: asked, json }: Options, command: Command) => {
      await readDatabase(command, async ({ store, now }) => {
        const all = await store.models();
        const models =
          ids.length === 0
            ? all.filter(({ retiredAt }) => retiredAt === null)
            : [...new Set(ids)].map((id) => modelWithId(id, all));
        const rows = await rowsOf(store, models, asked, now);
        if (json === true) return jsonText(rows.map(shape));
        if (rows.length === 0) {
          const what =
            asked === undefined || models.length === 0 ? 'has been checked yet' : `is in state ${asked}`;
          return `no model ${what}\n`;
        }
        const { statusTable } = await import('./status-table.js');
        return `${statusTable(rows, now, terminalOf(process.stdout, process.env))}\n`;
      });
    });
}

function shape({ since, lastCheck, ...row }: StatusRow): object {
  return { ...row, since: isoTime(since), last_check: isoTime(lastCheck) };
}
