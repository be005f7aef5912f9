import { fails, type GateRow, type GateTerms } from './gate.js';
import { rowText } from './row-text.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text for XML 1.0: what it cannot hold is replaced, what means something is written as an entity. */
function xmlText(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll(/[&<>"'\t\n\r]/g, (sign) => entities[sign] ?? '');
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

function attributes(given: Readonly<Record<string, string | number>>): string {
  return Object.entries(given)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join('');
}

/** The element in a test case that says how it went; none for a model that is healthy. */
function verdictOf(row: GateRow, terms: GateTerms): string {
  const { outcome, reason } = row.result;
  const text = rowText(row);
  if (fails(row, terms)) {
    // An error is a test that said nothing, as a check without a conclusion does.
    const name = outcome === 'unknown' ? 'error' : 'failure';
    return `<${name}${attributes({ message: `${outcome}: ${text}`, type: reason })}>${xmlText(text)}</${name}>`;
  }
  if (outcome === 'unknown') return `<skipped${attributes({ message: text })}/>`;
  return outcome === 'healthy' ? '' : `<system-out>${xmlText(`${outcome}: ${text}`)}</system-out>`;
}

/** The rows as a report of JUnit: one test case for each model, named by its id, in the class of its provider. */
export function junitReport(rows: readonly GateRow[], terms: GateTerms, at: number, tookMs: number): string {
  const cases = rows.map((row) => {
    const { model, result } = row;
    const named = {
      name: model.id,
      classname: `modelpulse.${model.provider}`,
      time: seconds(result.durationMs ?? 0),
    };
    const verdict = verdictOf(row, terms);
    return verdict === ''
      ? `    <testcase${attributes(named)}/>`
      : `    <testcase${attributes(named)}>\n      ${verdict}\n    </testcase>`;
  });
  const failed = rows.filter((row) => fails(row, terms));
  const errors = failed.filter(({ result }) => result.outcome === 'unknown').length;
  const skipped = rows.filter((row) => !fails(row, terms) && row.result.outcome === 'unknown').length;
  const counts = { tests: rows.length, failures: failed.length - errors, errors, time: seconds(tookMs) };
  const suite = {
    name: 'modelpulse check',
    ...counts,
    skipped,
    timestamp: new Date(at).toISOString().replace(/\.\d+Z$/, ''),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'modelpulse', ...counts })}>`,
    `  <testsuite${attributes(suite)}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
