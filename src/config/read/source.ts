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
  /** `line:column`. */
  readonly where: (offset: number) => string;
  readonly fault: { readonly offset: number; readonly message: string } | null;
}

/** `line:column` of the members that messages asked for. */
export type Places = Map<string, string>;

export interface Parsing {
  readonly source: Source;
  /** Formatted; with problems the value is not usable. */
  readonly problems: string[];
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

function parse(text: string): Parsed {
  const lines = new LineCounter();
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const deep = tooDeepAt(tokens);
  const { document, fault } =
    deep === null
      ? compose(tokens, text.length)
      : { document: new Document(null), fault: { offset: deep, message: tooDeep } };
  return { document, aliases: aliasTargets(document), where, fault: fault ?? null };
}

function placeOf({ document, aliases, where }: Parsed, { path, at }: Problem): string {
  return where(offsetOf(document, aliases, path, at));
}

const nameOf = ({ path, at }: Problem): string => JSON.stringify([path, at]);

/** A source whose value is known; parses the text for a message whose place is not among `places`, and adds it there. */
export function sourceOf(
  file: string,
  absolute: string,
  text: string,
  { value, places }: { readonly value: unknown; readonly places: Places },
): Source {
  let parsed: Parsed | null = null;
  const message: Source['message'] = (problem) => {
    const name = nameOf(problem);
    let place = places.get(name);
    if (place === undefined) {
      parsed ??= parse(text);
      place = placeOf(parsed, problem);
      places.set(name, place);
    }
    const { path, message } = problem;
    return path.length === 0
      ? `${file}:${place}: ${message}`
      : `${file}:${place}: ${pathText(path)}: ${message}`;
  };
  return { file, absolute, value, message };
}

/** Parses YAML or JSON. */
export function parseSource(
  file: string,
  absolute: string,
  text: string,
  places: Places = new Map(),
): Parsing {
  // The tree takes far more memory than the text, so the source does not keep it.
  const parsed = parse(text);
  const { fault } = parsed;
  if (fault !== null) {
    const source = sourceOf(file, absolute, text, { value: null, places });
    return { source, problems: [`${file}:${parsed.where(fault.offset)}: ${fault.message}`] };
  }
  const { value, problems } = plainValue(parsed.document, parsed.aliases);
  for (const problem of problems) places.set(nameOf(problem), placeOf(parsed, problem));
  const source = sourceOf(file, absolute, text, { value, places });
  return { source, problems: problems.map(source.message) };
}
