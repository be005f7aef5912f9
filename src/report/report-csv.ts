import { csvCell } from '../domain/csv-cell.js';
import { checksOf, type ReportModel } from './report-models.js';
import type { AskedWindow } from '../calendar/past-window.js';
import { highest } from '../domain/list.js';

const isoTime = (ms: number): string => new Date(ms).toISOString();
const toSeconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms) / 1_000);

type Cells = Readonly<Record<string, string | number | boolean | null>>;

function cellsOf({ figures, incidents, ...model }: ReportModel, window: AskedWindow): Cells {
  const counted = incidents.map(({ countedMs }) => countedMs).filter((ms) => ms > 0);
  const checks = figures && checksOf(figures);
  const down = figures && model.coverage ? figures.durations.unhealthy : null;
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
  };
}

/** The figures of the report as CSV, one row a model under a header. */
export function reportCsv(models: readonly ReportModel[], window: AskedWindow): string {
  const rows = models.map((model) => cellsOf(model, window));
  const nothing = { uptime: null, coverage: null, met: null, budgetUsed: null, figures: null, incidents: [] };
  const header = Object.keys(cellsOf({ model: '', objective: null, retiredAt: null, ...nothing }, window));
  return [header, ...rows.map(Object.values<Cells[string]>)]
    .map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
    .join('');
}
