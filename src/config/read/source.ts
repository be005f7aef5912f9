import { Composer, Document, LineCounter, Parser, isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Alias, CST, Node, YAMLMap } from 'yaml';
import { tooDeep, tooDeepAt } from './nesting.js';
import { pathText } from './problem.js';
import type { Path, Problem } from './problem.js';
import { aliasTargets, plainValue } from './plain-value.js';
import { yamlFault } from './yaml-fault.js';

/** One configuration file: its value before interpolation, and the positions of all members. */
export interface Source {
  /** Name in messages. */
  readonly file: string;
  readonly absolute: string;
  readonly value: unknown;
  /** Formats `file:line:column: path: message`, with the position of the value, or of the nearest one above it. */
  readonly message: (problem: Problem) => string;
}

type Aliases = ReadonlyMap<Alias, Node>;

function resolved(aliases: Aliases, node: unknown): unknown {
  return isAlias(node) ? aliases.get(node) : node;
}

function pairOf(aliases: Aliases, map: YAMLMap, key: string): { key: unknown; value: unknown } | null {
  const named = (name: string) => (pair: { key: unknown }) =>
    isScalar(pair.key) && String(pair.key.value) === name;
  const own = map.items.findLast(named(key));
  if (own !== undefined) return own;
  const merged = resolved(aliases, map.items.find(named('<<'))?.value);
  for (const item of isSeq(merged) ? merged.items : [merged]) {
    const base = resolved(aliases, item);
    const found = isMap(base) ? pairOf(aliases, base, key) : null;
    if (found !== null) return found;
  }
  return null;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function offsetOf(document: Document, aliases: Aliases, path: Path, at: 'key' | undefined): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const inside = resolved(aliases, node);
    const pair = isMap(inside) && typeof step === 'string' ? pairOf(aliases, inside, step) : null;
    const next = pair?.value ?? (isSeq(inside) ? inside.items[Number(step)] : undefined);
    const last = depth === path.length - 1;
    const place = pair !== null && (next === undefined || (last && at === 'key')) ? pair.key : next;
    if (place === undefined) break;
    offset = startOf(place) ?? offset;
    node = next;
  }
  return offset;
}

interface Parsed {
  readonly document: Document;
  readonly aliases: Aliases;
  readonly where: (offset: number) => string;
  /** The syntax error; null without one. */
  readonly fault: string | null;
}

/**
 * Composes a document from tokens that are not nested too deeply; reports only the first fault, since later ones mostly
 * follow from it.
 */
function compose(tokens: readonly CST.Token[], length: number) {
  const composed = new Composer({ uniqueKeys: false }).compose(tokens, true, length);
  const [document = new Document(null), second] = composed;
  const several = second && { offset: second.range[0], message: 'must hold one document, not several' };
  const [error] = [...document.errors, ...(several ? [] : document.warnings)];
  const fault = error ? { offset: error.pos[0], message: yamlFault(error) } : several;
  return { document, fault };
}

function parse(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const deep = tooDeepAt(tokens);
  const { document, fault } =
    deep === null
      ? compose(tokens, text.length)
      : { document: new Document(null), fault: { offset: deep, message: tooDeep } };
  return {
    document,
    aliases: aliasTargets(document),
    where,
    fault: fault === undefined ? null : `${where(fault.offset)}: ${fault.message}`,
  };
}

/** Parses YAML or JSON; problems are formatted, and a source with problems has no usable value. */
export function parseSource(
  file: string,
  absolute: string,
  text: string,
): { source: Source; problems: string[] } {
  // The tree takes far more memory than the text, so it is parsed again when a message needs it.
  let parsed: Parsed | null = parse(file, text);
  const message: Source['message'] = ({ path, message, at }) => {
    parsed ??= parse(file, text);
    const place = parsed.where(offsetOf(parsed.document, parsed.aliases, path, at));
    return path.length === 0 ? `${place}: ${message}` : `${place}: ${pathText(path)}: ${message}`;
  };
  const { fault } = parsed;
  if (fault !== null) return { source: { file, absolute, value: null, message }, problems: [fault] };
  const { value, problems } = plainValue(parsed.document, parsed.aliases);
  const found = { source: { file, absolute, value, message }, problems: problems.map(message) };
  parsed = null;
  return found;
}
