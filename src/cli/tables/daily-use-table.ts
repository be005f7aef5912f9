import { amountText, costTexts } from '../../domain/cost.js';
import { count, type DailyUse } from '../daily-use.js';
import { renderTable, type Column } from './table.js';
import type { Terminal } from '../terminal.js';

interface Row extends Pick<DailyUse, 'checks' | 'tokens'> {
  /** Null when unknown. */
  readonly cost: string | null;
  readonly name: string;
  readonly budget: number | null;
}

const orNull = (amount: number | null): string | null => (amount === null ? null : count(amount));

const columns: readonly Column<Row>[] = [
  { head: 'MODEL', cell: ({ name }) => name },
  { head: 'CHECKS A DAY', cell: ({ checks }) => count(checks), align: 'right' },
  { head: 'TOKENS A DAY', cell: ({ tokens }) => orNull(tokens), align: 'right' },
  { head: 'COST A DAY', cell: ({ cost }) => cost, align: 'right', optional: true },
  { head: 'BUDGET', cell: ({ budget }) => orNull(budget), align: 'right', optional: true },
];

/** The sums by currency; null where nothing is known. */
function totalOf(uses: readonly DailyUse[]): string | null {
  const costs = uses.map(({ model, cost }) =>
    cost === null ? null : { nanos: cost, currency: model.price?.currency ?? 'USD' },
  );
  return costTexts(costs).join(' + ') || null;
}

/** Daily use of each model, and the total. */
export function dailyUseTable(uses: readonly DailyUse[], terminal: Terminal): string {
  const rows = uses.map(({ model, checks, tokens, cost }) => ({
    name: model.id,
    checks,
    tokens,
    cost: cost === null ? null : amountText(cost, model.price?.currency ?? 'USD'),
    budget: model.tokensPerDay,
  }));
  const known = rows.some(({ tokens }) => tokens !== null);
  const total: Row = {
    name: 'in total',
    checks: rows.reduce((sum, { checks }) => sum + checks, 0),
    tokens: known ? rows.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0) : null,
    cost: totalOf(uses),
    budget: null,
  };
  return renderTable(columns, [...rows, total], terminal);
}
