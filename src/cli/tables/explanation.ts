import type { Explanation, Standing } from '../../checker/explain/explain.js';
import { plainText } from '../../domain/plain-text.js';
import { reasonWords } from '../../page/reason-words.js';
import { outcomePaint, painted, type Terminal } from '../terminal.js';

const withProvider = (text: string, provider: string): string => text.replaceAll('{p}', provider);

/** What happened and what to do, in words; empty where nothing is to be done. */
function wordsOf({ reason, provider }: Explanation): { readonly meaning: string; readonly advice: string } {
  const { sentence, verb, rest } = reasonWords[reason];
  return { meaning: withProvider(sentence, provider), advice: withProvider(verb + rest, provider) };
}

/** A wait in ms, such as 20 s and 7 h. */
function waitText(ms: number): string {
  const [size, unit] = ms >= 5_400_000 ? [3_600_000, 'h'] : ms >= 90_000 ? [60_000, 'min'] : [1_000, 's'];
  return `${Number((ms / size).toPrecision(3))} ${unit}`;
}

function retryText({ retry: { helps, afterMs } }: Explanation): string {
  if (!helps) return 'does not help';
  return afterMs === null ? 'helps; the reply does not say when' : `helps after ${waitText(afterMs)}`;
}

function standingText({ outcome, standing: { down, afterChecks, afterMs } }: Explanation): string {
  if (down === 'no') return `${outcome}, not down`;
  const checks = afterChecks === null ? '' : `${afterChecks} such checks in a row`;
  if (down === 'after') return `${outcome}: down after ${checks}`;
  return `${outcome}: down ${checks === '' ? `if it lasts longer than ${waitText(afterMs ?? 0)}` : `from ${checks} on`}`;
}

function ruleText({ rule: { name, section, matched } }: Explanation): string {
  const where = section === null ? '' : ` (${section})`;
  return `${name}${where}${matched === null ? '' : `: "${matched}"`}`;
}

/** The explanation for people. */
export function explanationText(found: Explanation, terminal: Pick<Terminal, 'colour'>): string {
  const { reason, outcome, blame, detail, form, provider, status } = found;
  const { meaning, advice } = wordsOf(found);
  const rows: readonly (readonly [string, string])[] = [
    ['what happened', meaning],
    ['who has to act', blame ?? 'nobody'],
    ['what to do', advice || 'nothing'],
    ['a retry', retryText(found)],
    ['the monitor', standingText(found)],
    ['decided by', ruleText(found)],
    ...(detail === null ? [] : [['the reply says', detail] as const]),
    [
      'read as',
      `${form}, ${status === null ? 'without a status (--status)' : `HTTP ${status}`}, ${provider}`,
    ],
  ];
  const lines = rows.map(([name, text]) => `  ${name.padEnd(16)}${plainText(text)}`);
  return [painted(reason, outcomePaint(outcome), terminal), ...lines, ''].join('\n');
}

const snakeStanding = ({ down, afterChecks, afterMs }: Standing) => ({
  down: down.replaceAll(' ', '_'),
  after_checks: afterChecks,
  after_ms: afterMs,
});

/** The explanation as JSON. */
export function explanationShape(found: Explanation) {
  const { reason, blame, outcome, detail, retry, rule, standing, form, provider, status } = found;
  const { meaning, advice } = wordsOf(found);
  return {
    reason,
    blame,
    outcome,
    meaning,
    advice,
    detail,
    retry: { helps: retry.helps, after_ms: retry.afterMs },
    rule,
    standing: snakeStanding(standing),
    read_as: { form, provider, status },
  };
}
