import { Option, type Command } from 'commander';
import { readMemory } from '../../app/memory.js';
import { readUptime } from '../../app/uptime-refresh.js';
import { createCalendar } from '../../calendar/calendar.js';
import { signOf } from '../../domain/connectivity.js';
import { costOfMonth, sumsByCurrency, type Cost } from '../../domain/cost.js';
import { epochAt } from '../../domain/epoch.js';
import { healthFrom } from '../../domain/health.js';
import { isInForce, type Acknowledgement } from '../../domain/incident.js';
import { merge } from '../../domain/intervals.js';
import type { Settings } from '../../config/settings.js';
import type { VendorSettings } from '../../config/vendor-settings.js';
import type { Model } from '../../domain/model.js';
import { plainText } from '../../domain/plain-text.js';
import { combined, modelIdOf, probeNameOf } from '../../domain/probes.js';
import { blameFor } from '../../domain/reason.js';
import { states, type State } from '../../domain/state.js';
import { stateAt } from '../../domain/timeline.js';
import { deadlineShape } from '../../http/shapes/deadline-shape.js';
import { acknowledgementShape } from '../../http/shapes/incident-shape.js';
import { uptimesShape } from '../../http/shapes/model-shape.js';
import { costShape } from '../../http/shapes/money-shape.js';
import { isoTime } from '../../http/time.js';
import type { Past } from '../../store/history.js';
import { readPeriods } from '../../store/excluded-periods.js';
import type { StoredModel, StoreReader } from '../../store/port.js';
import { modelWithId } from '../known-model.js';
import { jsonOption } from '../options.js';
import { pastOf, storedDeadlines } from '../../app/stored-past.js';
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

function inForce(known: Acknowledgement | undefined, now: number): Acknowledgement | null {
  return known !== undefined && isInForce(known, now) ? known : null;
}

interface Asked {
  readonly asked: Options['state'];
  readonly now: number;
  /** Models of the configuration by id. */
  readonly configured: ReadonlyMap<string, Model>;
}

/** What checks of a model and its probes have cost in the UTC month of `now`, in the currency of the first of them. */
function monthCostOf(models: readonly StoredModel[], now: number): Cost | null {
  const costs = models.map(({ health, id }) => {
    const { cost = null, spentMonth = null } = readMemory(health, id) ?? {};
    return costOfMonth(cost, spentMonth, now);
  });
  return sumsByCurrency(costs)[0] ?? null;
}

/** Finds the stored probes of a model among `all`, in the order of the configuration. */
export function probesIn(
  settings: Settings,
  all: readonly StoredModel[],
): (model: StoredModel) => readonly StoredModel[] {
  const places = new Map(settings.models.map(({ id }, index) => [id, index]));
  return ({ id }) =>
    all
      .filter((one) => one.id !== id && modelIdOf(one.id) === id && one.retiredAt === null)
      .sort((one, other) => (places.get(one.id) ?? 0) - (places.get(other.id) ?? 0));
}

/** Rows of the models in the requested state, or in any; reads uptime for these models only. */
export async function rowsOf(
  store: StoreReader,
  models: readonly StoredModel[],
  probesOf: (model: StoredModel) => readonly StoredModel[],
  { asked, now, configured }: Asked,
): Promise<StatusRow[]> {
  const exclusions = await readPeriods(store);
  const acknowledged = new Map((await store.acknowledged()).map((known) => [known.key, known]));
  const rows: StatusRow[] = [];
  for (const model of models) {
    const past = pastOf(model, exclusions);
    const { state, since, reason, probe } = combined(
      standingOf(past, now),
      probesOf(model).map((one) => ({
        ...standingOf(pastOf(one, exclusions), now),
        probe: probeNameOf(one.id),
      })),
    );
    if (asked !== undefined && asked !== state && !(asked === 'paused' && reason === 'paused')) continue;
    const { uptime, providerUptime } = await readUptime(store, past, now);
    const { id, latest } = model;
    rows.push({
      model: id,
      state,
      since,
      reason,
      probe,
      note: unconfirmed(model, now),
      acknowledged: inForce(acknowledged.get(model.key), now),
      firstSeen: model.firstSeen,
      lastCheck: latest?.slot ?? null,
      deadlines: storedDeadlines(model, configured.get(id) ?? null),
      uptime,
      providerUptime,
      month_cost: monthCostOf([model, ...probesOf(model)], now),
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
            ? all.filter(({ id, retiredAt }) => retiredAt === null && probeNameOf(id) === null)
            : [...new Set(ids)].map((id) => modelWithId(id, all));
        const configured = new Map(settings.models.map((each) => [each.id, each]));
        const rows = await rowsOf(store, models, probesIn(settings, all), { asked, now, configured });
        const running = await isRunning();
        const monitor: Monitor = { running, blind: running === true && isBlind(all) };
        if (json === true)
          return jsonText(rows.map((row) => shape(row, configured.get(row.model), monitor, now)));
        if (rows.length === 0) {
          const what =
            asked === undefined || models.length === 0 ? 'has been checked yet' : `is in state ${asked}`;
          return `no model ${what}\n`;
        }
        const { statusTable } = await import('../tables/status-table.js');
        const table = statusTable(rows, now, terminalOf(process.stdout, process.env));
        const said = await vendorLines(store, settings.vendorStatus ?? null, now);
        return `${warningsOf(monitor)}${table}\n${said}`;
      });
    });
}

/** Intervals for which what a page said is taken for what it says. */
const saidFor = 3;

/** A line for each incident that vendors tell of now. */
async function vendorLines(store: StoreReader, vendors: VendorSettings | null, now: number): Promise<string> {
  if (vendors === null || vendors.pages.length === 0) return '';
  const pages = vendors.pages.map(({ name }) => name);
  const links = new Map(vendors.pages.map(({ name, link }) => [name, link]));
  const open = await store.vendorIncidents({ pages, open: true, limit: 100 });
  const lines = open
    .filter(({ seenAt }) => seenAt >= now - saidFor * vendors.everyMs)
    .map(
      ({ page, title, startedAt, link }) =>
        `The vendor says (${page}): ${plainText(title)}, since ${isoTime(startedAt)}: ${link ?? links.get(page) ?? ''}\n`,
    );
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
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
  const { since, lastCheck, firstSeen, acknowledged, probe, uptime, providerUptime, deadlines, ...other } =
    row;
  const { month_cost: cost = null, ...rest } = other;
  const checked = monitor.running === true && model !== undefined && row.reason !== 'paused';
  const next = checked ? createCalendar().nextSlot(model.schedule, model.id, now) : null;
  return {
    ...rest,
    uptime: uptimesShape({ uptime, providerUptime }),
    deadlines: deadlines.map((deadline) => deadlineShape(deadline, now)),
    blame: row.reason && blameFor(row.reason),
    state_probe: probe,
    since: isoTime(since),
    acknowledged: acknowledged && acknowledgementShape(acknowledged),
    first_seen: isoTime(firstSeen),
    last_check: isoTime(lastCheck),
    next_check: isoTime(next),
    labels: model?.labels ?? {},
    slo: model?.slo ?? null,
    month_cost: cost && costShape(cost.nanos, cost.currency),
    monitor,
  };
}
