import { Option, type Command } from 'commander';
import { readMemory } from '../../app/memory.js';
import { readUptime } from '../../app/uptime-refresh.js';
import { createCalendar } from '../../calendar/calendar.js';
import { signOf } from '../../domain/connectivity.js';
import { epochAt } from '../../domain/epoch.js';
import { healthFrom } from '../../domain/health.js';
import { merge } from '../../domain/intervals.js';
import type { Model } from '../../domain/model.js';
import { blameFor } from '../../domain/reason.js';
import { states, type State } from '../../domain/state.js';
import { stateAt } from '../../domain/timeline.js';
import { isoTime } from '../../http/time.js';
import type { Past } from '../../store/history.js';
import { readPeriods } from '../../store/excluded-periods.js';
import type { StoredModel, StoreReader } from '../../store/port.js';
import { modelWithId } from '../known-model.js';
import { jsonOption } from '../options.js';
import { pastOf } from '../../app/stored-past.js';
import { readDatabase } from '../read-database.js';
import type { StatusRow } from '../tables/status-table.js';
import { jsonText, terminalOf } from '../terminal.js';

/** An unconfirmed change in the newest checks, such as `last check failed: timeout (1 of 2)`; null without one. */
function unconfirmed(model: StoredModel, now: number): string | null {
  const { latest } = model;
  const memory = readMemory(model.health, model.id);
  if (memory?.epochs === undefined || latest === null || latest.maintenance) return null;
  const { belief, run, unknowns, validUntil } = healthFrom(memory.health, model.firstSeen);
  const { failures, successes } = epochAt(memory.epochs, latest.slot);
  if (run !== null && now <= run.validUntil) {
    if (run.kind === 'failure' && belief !== 'down' && latest.outcome === 'unhealthy')
      return `last check failed: ${latest.reason} (${run.count} of ${failures})`;
    if (run.kind === 'success' && belief === 'down')
      return `last check passed (${run.count} of ${successes})`;
  }
  const doubted = unknowns !== null && unknowns.count > 0 && unknowns.count < failures && now < validUntil;
  return doubted ? `last check inconclusive: ${unknowns.reason} (${unknowns.count} of ${failures})` : null;
}

/** True when the newest check that used the network, or tried to, found the monitor itself without connectivity. */
function isBlind(models: readonly StoredModel[]): boolean {
  let newest = { at: -Infinity, blind: false };
  for (const { latest, retiredAt } of models) {
    if (latest === null || retiredAt !== null || latest.startedAt < newest.at) continue;
    const blind = latest.reason === 'no_connectivity';
    if (blind || signOf(latest) === 'answered') newest = { at: latest.startedAt, blind };
  }
  return newest.blind;
}

interface Options {
  readonly state?: State | 'paused';
  readonly json?: true;
}

/** The state at `now`; an exclusion counts as maintenance even before a daemon has read it. */
function standingOf({ stored, exclusions }: Past, now: number): ReturnType<typeof stateAt> {
  const standing = stateAt(stored, now);
  const excluded = merge(exclusions).find(({ from, to }) => from <= now && now < to);
  if (excluded === undefined || standing.state === 'maintenance') return standing;
  return { state: 'maintenance', since: Math.max(excluded.from, stored.firstSeen), reason: null };
}

/** Rows of the models in the requested state, or in any; reads uptime for these models only. */
async function rowsOf(
  store: StoreReader,
  models: readonly StoredModel[],
  asked: Options['state'],
  now: number,
): Promise<StatusRow[]> {
  const exclusions = await readPeriods(store);
  const rows: StatusRow[] = [];
  for (const model of models) {
    const past = pastOf(model, exclusions);
    const { state, since, reason } = standingOf(past, now);
    if (asked !== undefined && asked !== state && !(asked === 'paused' && reason === 'paused')) continue;
    const uptime = await readUptime(store, past, now);
    const { id, latest } = model;
    rows.push({
      model: id,
      state,
      since,
      reason,
      note: unconfirmed(model, now),
      firstSeen: model.firstSeen,
      lastCheck: latest?.slot ?? null,
      uptime,
    });
  }
  return rows;
}

/** Adds `modelpulse status`: the current state of each model. */
export function statusCommand(program: Command): void {
  program
    .command('status')
    .argument('[id...]', 'model ids; default: all models of the registry')
    .description('show the state of each model, from the database; works with the daemon running or stopped')
    .addOption(new Option('--state <state>', 'only show models in this state').choices([...states, 'paused']))
    .addOption(jsonOption())
    .action(async (ids: string[], { state: asked, json }: Options, command: Command) => {
      await readDatabase(command, async ({ store, settings, now, isRunning }) => {
        const all = await store.models();
        const models =
          ids.length === 0
            ? all.filter(({ retiredAt }) => retiredAt === null)
            : [...new Set(ids)].map((id) => modelWithId(id, all));
        const rows = await rowsOf(store, models, asked, now);
        const running = await isRunning();
        const monitor: Monitor = { running, blind: running === true && isBlind(all) };
        if (json === true) {
          const configured = new Map(settings.models.map((each) => [each.id, each]));
          return jsonText(rows.map((row) => shape(row, configured.get(row.model), monitor, now)));
        }
        if (rows.length === 0) {
          const what =
            asked === undefined || models.length === 0 ? 'has been checked yet' : `is in state ${asked}`;
          return `no model ${what}\n`;
        }
        const { statusTable } = await import('../tables/status-table.js');
        return `${warningsOf(monitor)}${statusTable(rows, now, terminalOf(process.stdout, process.env))}\n`;
      });
    });
}

interface Monitor {
  /** A daemon uses the database; null where that cannot be told. */
  readonly running: boolean | null;
  /** The monitor has no connectivity. */
  readonly blind: boolean;
}

/** Warnings that the table may be out of date. */
function warningsOf({ running, blind }: Monitor): string {
  if (running === false) return 'The daemon does not run: the table shows the state when it stopped.\n\n';
  return blind ? 'The monitor has no connectivity: it cannot tell how the models are.\n\n' : '';
}

/** Labels, objective and schedule come from the configuration; a model that is not in it has none. */
function shape(row: StatusRow, model: Model | undefined, monitor: Monitor, now: number): object {
  const { since, lastCheck, firstSeen, ...rest } = row;
  const checked = monitor.running === true && model !== undefined && row.reason !== 'paused';
  const next = checked ? createCalendar().nextSlot(model.schedule, model.id, now) : null;
  return {
    ...rest,
    blame: row.reason && blameFor(row.reason),
    since: isoTime(since),
    first_seen: isoTime(firstSeen),
    last_check: isoTime(lastCheck),
    next_check: isoTime(next),
    labels: model?.labels ?? {},
    slo: model?.slo ?? null,
    monitor,
  };
}
