import { blameFor } from '../../domain/reason.js';
import { rateFigure } from '../../domain/baseline.js';
import type { CheckResult } from '../../domain/result.js';
import { tokensPerSecond } from '../../domain/speed.js';
import { outcomePaint, type Terminal } from '../terminal.js';
import { renderTable, type Column } from './table.js';
import { tookText } from '../../domain/duration.js';

/** Result of a check of the model with this id. */
export interface CheckRow {
  readonly model: string;
  readonly result: CheckResult;
}

const columns: readonly Column<CheckRow>[] = [
  { head: 'MODEL', cell: ({ model }) => model },
  {
    head: 'OUTCOME',
    cell: ({ result }) => result.outcome,
    paint: ({ result }) => outcomePaint(result.outcome),
  },
  { head: 'REASON', cell: ({ result }) => result.reason },
  { head: 'BLAME', cell: ({ result }) => blameFor(result.reason) },
  { head: 'HTTP', cell: ({ result }) => result.httpStatus?.toString() ?? null, align: 'right' },
  { head: 'TIME', cell: ({ result }) => orNull(result.durationMs, tookText), align: 'right' },
];

const firstToken: Column<CheckRow> = {
  head: 'FIRST TOKEN',
  cell: ({ result }) => orNull(result.firstTokenMs, tookText),
  align: 'right',
  optional: true,
};

const throughput: Column<CheckRow> = {
  head: 'TOKENS/S',
  cell: ({ result }) => orNull(tokensPerSecond(result), rateFigure),
  align: 'right',
  optional: true,
};

const tokens: Column<CheckRow> = {
  head: 'TOKENS',
  cell: ({ result }) => orNull(result.usage, (usage) => `${usage.inputTokens}+${usage.outputTokens}`),
  align: 'right',
  optional: true,
};

const detail = { head: 'DETAIL', cell: ({ result }: CheckRow) => result.detail };

/** Results of checks, one row each; the time to the first token and the throughput only where they were measured. */
export function checkTable(rows: readonly CheckRow[], terminal: Terminal): string {
  const streamed = rows.some(({ result }) => result.firstTokenMs !== null);
  const timed = rows.some(({ result }) => tokensPerSecond(result) !== null);
  return renderTable(
    [...columns, ...(streamed ? [firstToken] : []), ...(timed ? [throughput] : []), tokens],
    rows,
    terminal,
    detail,
  );
}

function orNull<Value>(value: Value | null, text: (value: Value) => string): string | null {
  return value === null ? null : text(value);
}
