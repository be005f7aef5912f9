import { amountOf } from '../domain/cost.js';
import { csvCell } from '../domain/csv-cell.js';
import { medianOf } from '../domain/vendor.js';
import { checksOf, countedByVendor, type ReportModel } from './report-models.js';
import type { AskedWindow } from '../calendar/past-window.js';
import { downBlames } from '../domain/down-time.js';
import { tableFrom } from '../domain/table.js';
import { providerUptimeOf } from '../domain/uptime.js';
import { highest } from '../domain/list.js';

const isoTime = (ms: number): string => new Date(ms).toISOString();
const toSeconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms) / 1_000);

type Cells = Readonly<Record<string, string | number | boolean | null>>;

function cellsOf({ figures, incidents, deadlines, ...model }: ReportModel, window: AskedWindow): Cells {
  const counted = incidents.map(({ countedMs }) => countedMs).filter((ms) => ms > 0);
  const checks = figures && checksOf(figures);
  const known = figures && model.coverage ? figures : null;
  const down = known?.durations.unhealthy ?? null;
  const provider = figures && providerUptimeOf(figures);
  const sides = countedByVendor(incidents);
  return {
    model: model.model,
    from: isoTime(figures?.from ?? window.from),
    to: isoTime(figures?.to ?? window.to),
    over: window.goesOnTo === null,
    objective: model.objective,
    met: model.met,
    uptime: model.uptime,
    coverage: model.coverage,
    down_seconds: toSeconds(down),
    incidents: figures && counted.length,
    longest_incident_seconds: toSeconds(counted.length === 0 ? null : highest(counted)),
    error_budget_used: model.budgetUsed,
    checks: checks?.total ?? null,
    checks_not_healthy: checks && checks.total - checks.healthy,
    provider_uptime: provider?.uptime ?? null,
    provider_coverage: provider?.coverage ?? null,
    ...tableFrom(
      downBlames.map((blame) => [`down_${blame}_seconds`, toSeconds(known?.down[blame] ?? null)] as const),
    ),
    next_end: deadlines[0] === undefined ? null : isoTime(deadlines[0].at),
    next_end_kind: deadlines[0]?.kind ?? null,
    vendor_incidents: sides.length === 0 ? null : sides.filter(({ isTold }) => isTold).length,
    median_lead_seconds: toSeconds(
      medianOf(sides.flatMap(({ leadMs }) => (leadMs === null ? [] : [leadMs]))),
    ),
    cost: figures?.currency && figures.counts.cost !== null ? amountOf(figures.counts.cost) : null,
    currency: (figures?.counts.cost ?? null) === null ? null : (figures?.currency ?? null),
  };
}

/** The figures of the report as CSV, one row a model under a header. */
export function reportCsv(models: readonly ReportModel[], window: AskedWindow): string {
  const rows = models.map((model) => cellsOf(model, window));
  const nothing = { uptime: null, coverage: null, met: null, budgetUsed: null, figures: null, incidents: [] };
  const nobody = { model: '', objective: null, deadlines: [], retiredAt: null, ...nothing };
  const header = Object.keys(cellsOf(nobody, window));
  return [header, ...rows.map(Object.values<Cells[string]>)]
    .map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
    .join('');
}
