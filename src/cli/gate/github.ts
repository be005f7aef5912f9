import { randomUUID } from 'node:crypto';
import { plainText } from '../../domain/plain-text.js';
import { blameFor } from '../../domain/reason.js';
import { tookText } from '../../domain/duration.js';
import { fails, type GateRow, type GateTerms } from './gate.js';
import { rowText } from './row-text.js';

/** Place of a model in the repository. */
export interface RowPlace {
  readonly file: string;
  /** Null when the line is not known. */
  readonly line: number | null;
}

/** Data of a workflow command, as the toolkit of GitHub escapes it. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** A property of a workflow command. */
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

function annotation(level: 'error' | 'warning', row: GateRow, place: RowPlace | null): string {
  const { model, result } = row;
  const title = plainText(`${model.id} is ${row.ended ? result.outcome : 'not checked'}`);
  const at =
    place === null
      ? []
      : [`file=${property(place.file)}`, ...(place.line === null ? [] : [`line=${place.line}`])];
  return `::${level} ${[...at, `title=${property(title)}`].join(',')}::${data(rowText(row))}`;
}

/**
 * The lines for a log of GitHub Actions: `table` between commands that keep the runner from reading commands in it, then
 * an annotation for each model that fails, and a warning for each other one that is not healthy.
 */
export function githubLog(
  rows: readonly GateRow[],
  terms: GateTerms,
  table: string,
  placeOf: (row: GateRow) => RowPlace | null,
): string {
  const token = randomUUID();
  const bad = rows.filter(({ result, ended }) => !ended || result.outcome !== 'healthy');
  const lines = bad.map((row) => annotation(fails(row, terms) ? 'error' : 'warning', row, placeOf(row)));
  return `${[`::stop-commands::${token}`, table, `::${token}::`, ...lines].join('\n')}\n`;
}

/** GitHub refuses a summary of a step over 1 MiB. */
const summaryLimit = 900 * 1_024;

/** Text for a cell of Markdown, in which nothing of it means anything. */
function cell(text: string): string {
  return plainText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~$@:-]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const signs = { healthy: '✅', degraded: '⚠️', unhealthy: '❌', unknown: '❔' } as const;

/** The rows as a summary of a job, the failing ones first. */
export function githubSummary(rows: readonly GateRow[], terms: GateTerms): string {
  const failing = rows.filter((row) => fails(row, terms));
  const title = failing.length === 0 ? 'all models pass' : `${failing.length} of ${rows.length} models fail`;
  const head = [
    `### modelpulse: ${title}`,
    '',
    '| Model | Outcome | Reason | Who acts | Time | Detail |',
    '| --- | --- | --- | --- | ---: | --- |',
  ];
  const lines = [...failing, ...rows.filter((row) => !failing.includes(row))].map(
    ({ model, result, ended }) => {
      const { outcome, reason, durationMs, detail } = result;
      const shown = ended ? `${signs[outcome]} ${outcome}` : '❔ not checked';
      const cells = [
        cell(model.id),
        shown,
        ended ? reason : '',
        blameFor(reason) ?? '',
        durationMs === null ? '' : tookText(durationMs),
        cell(detail ?? ''),
      ];
      return `| ${cells.join(' | ')} |`;
    },
  );
  let size = Buffer.byteLength(head.join('\n'));
  const fitting = lines.filter((line) => (size += Buffer.byteLength(line) + 1) <= summaryLimit);
  const left = lines.length - fitting.length;
  const rest = left === 0 ? [] : ['', `${left} more are in the log.`];
  return `${[...head, ...fitting, ...rest].join('\n')}\n\n`;
}
