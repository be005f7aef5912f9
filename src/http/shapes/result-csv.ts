import { phaseNames, type RecordedResult } from '../../domain/result.js';
import { resultShape } from './result-shape.js';

/** Columns of the CSV form, in order. */
export const csvColumns = [
  ...['model', 'slot', 'started_at', 'outcome', 'reason', 'blame', 'detail', 'http_status'],
  ...['duration_seconds', 'first_token_seconds', ...phaseNames.map((phase) => `${phase}_seconds`)],
  ...['input_tokens', 'output_tokens', 'response', 'response_model', 'recheck', 'stalled'],
];

/** Characters that could move the cursor of a terminal: controls, except tabs and line breaks. */
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/**
 * One cell by RFC 4180, without control characters. Providers choose the text, so text that a spreadsheet would read as
 * a formula gets a leading apostrophe, as OWASP advises.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  // Before the check for a formula, which a leading control character would hide.
  const plain = value.replace(unprintable, '');
  // Full-width signs too: spreadsheets read them as the plain ones.
  const text = /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvRow(model: string, result: RecordedResult): string {
  const { phases, usage, response, response_model, recheck, stalled, ...plain } = resultShape(model, result);
  const timed = phaseNames.map((phase) => phases?.[phase] ?? null);
  const tokens = [usage?.input_tokens ?? null, usage?.output_tokens ?? null];
  const cells = [...Object.values(plain), ...timed, ...tokens, response, response_model, recheck, stalled];
  return cells.map(csvCell).join(',') + '\r\n';
}

/** Results as lines of CSV. */
export function csvRows(model: string, results: readonly RecordedResult[]): string {
  return results.map((result) => csvRow(model, result)).join('');
}
