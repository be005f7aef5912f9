import { csvCell } from '../../domain/csv-cell.js';
import { phaseNames, type RecordedResult } from '../../domain/result.js';
import { resultShape } from './result-shape.js';

/** Columns of the CSV form, in order. */
export const csvColumns = [
  ...['model', 'slot', 'started_at', 'outcome', 'reason', 'blame', 'detail', 'http_status'],
  ...['duration_seconds', 'first_token_seconds', 'first_text_seconds', 'first_reasoning_seconds'],
  ...[
    'content_seconds',
    'gap_seconds',
    'tokens_per_second',
    ...phaseNames.map((phase) => `${phase}_seconds`),
  ],
  ...['input_tokens', 'output_tokens', 'cost', 'response', 'response_model', 'recheck', 'stalled'],
];

function csvRow(model: string, result: RecordedResult): string {
  const { phases, usage, cost, response, response_model, recheck, stalled, ...plain } = resultShape(
    model,
    result,
  );
  const timed = phaseNames.map((phase) => phases?.[phase] ?? null);
  const tokens = [usage?.input_tokens ?? null, usage?.output_tokens ?? null, cost];
  const cells = [...Object.values(plain), ...timed, ...tokens, response, response_model, recheck, stalled];
  return cells.map(csvCell).join(',') + '\r\n';
}

/** Results as lines of CSV. */
export function csvRows(model: string, results: readonly RecordedResult[]): string {
  return results.map((result) => csvRow(model, result)).join('');
}
