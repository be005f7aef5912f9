import type { Family } from '../catalogue.js';

/** A line of an exposition of ours. */
export type ExposedLine =
  | { readonly kind: 'help'; readonly name: string; readonly help: string }
  | { readonly kind: 'type'; readonly name: string; readonly type: Family['type'] }
  | {
      readonly kind: 'sample';
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly value: number;
    };

const label = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one)) : text;

/** A label without a value is no label to Prometheus. */
function labelsOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(label))
    if (value !== '') found[name] = unescaped(value);
  return found;
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}

/** A line of the text format as this program writes it; null for an empty one. */
export function exposedLine(line: string): ExposedLine | null {
  if (line === '') return null;
  if (line.startsWith('# HELP ')) {
    const end = line.indexOf(' ', 7);
    return { kind: 'help', name: line.slice(7, end), help: unescaped(line.slice(end + 1)) };
  }
  if (line.startsWith('# TYPE ')) {
    const [name = '', type] = line.slice(7).split(' ');
    return { kind: 'type', name, type: type as Family['type'] };
  }
  const end = line.lastIndexOf(' ');
  const open = line.indexOf('{');
  const value = numberOf(line.slice(end + 1));
  if (open === -1) return { kind: 'sample', name: line.slice(0, end), labels: {}, value };
  const labels = labelsOf(line.slice(open + 1, line.lastIndexOf('}', end)));
  return { kind: 'sample', name: line.slice(0, open), labels, value };
}

/** The lines of a text that comes in parts. */
export function* linesOf(parts: Iterable<Uint8Array>): Generator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for (const part of parts) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
