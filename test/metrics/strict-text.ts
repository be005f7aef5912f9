/** One series of an exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const labelValue = '"((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"';
const labelPair = new RegExp(`([a-zA-Z_][a-zA-Z0-9_]*)=${labelValue}(,|$)`, 'y');
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const number = /^(?:[+-]?Inf|NaN|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;
const types = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);

const unescaped = (text: string): string =>
  text.replace(/\\([\\"n])/g, (_whole, sign: string) => (sign === 'n' ? '\n' : sign));

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPair.lastIndex = 0;
  while (labelPair.lastIndex < text.length) {
    const [, name, value, end] = labelPair.exec(text) ?? [];
    if (name === undefined || value === undefined || Object.hasOwn(labels, name))
      throw new Error(`labels that are none: ${line}`);
    labels[name] = unescaped(value);
    if (end === '' && labelPair.lastIndex < text.length) throw new Error(`more after the labels: ${line}`);
  }
  return labels;
}

/** Reads Prometheus' text format; throws for what Prometheus would refuse or take for something else. */
export function parseText(text: string): readonly Sample[] {
  if (/\p{Surrogate}/u.test(text)) throw new Error('a text that is not UTF-8');
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples: Sample[] = [];
  const kinds = new Map<string, string>();
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split('\n')) {
    const [, mark, family = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (mark === 'TYPE') {
      if (kinds.has(family) || !types.has(rest)) throw new Error(`a second or unknown type: ${line}`);
      kinds.set(family, rest);
    }
    if (mark !== undefined || line === '') continue;
    const [, name, labels, value] = sampleLine.exec(line) ?? [];
    if (name === undefined || value === undefined || !number.test(value))
      throw new Error(`no sample: ${line}`);
    const found = {
      name,
      labels: labelsOf(labels ?? '', line),
      value: Number(value.replace('Inf', 'Infinity')),
    };
    const of = kinds.get(name) ?? kinds.get(name.replace(/_(?:bucket|sum|count)$/, ''));
    if (of === undefined) throw new Error(`a sample without a type: ${line}`);
    if (of === 'counter' && !(found.value >= 0)) throw new Error(`a counter below zero: ${line}`);
    const series = JSON.stringify([name, Object.entries(found.labels).sort()]);
    if (seen.has(series)) throw new Error(`a series twice: ${line}`);
    seen.add(series);
    samples.push(found);
  }
  return samples;
}
