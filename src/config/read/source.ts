import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Alias, Document, Node, YAMLMap } from 'yaml';
import { pathText } from './problem.js';
import type { Path, Problem } from './problem.js';
import { aliasTargets, plainValue } from './plain-value.js';
import { yamlFault } from './yaml-fault.js';

/** One configuration file as it was written: its value before interpolation, and where everything stands. */
export interface Source {
  /** As messages name it. */
  readonly file: string;
  readonly absolute: string;
  readonly value: unknown;
  /** `file:line:column: path: message`, pointing at the value, or at what is nearest to it. */
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

function offsetOf(document: Document, aliases: Aliases, path: Path, at: 'key' | undefined): number {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const inside = resolved(aliases, node);
    const pair = isMap(inside) && typeof step === 'string' ? pairOf(aliases, inside, step) : null;
    const next = pair?.value ?? (isSeq(inside) ? inside.items[Number(step)] : undefined);
    const last = depth === path.length - 1;
    const place = pair !== null && (next === undefined || (last && at === 'key')) ? pair.key : next;
    if (place === undefined) break;
    offset = (place as Node).range?.[0] ?? offset;
    node = next;
  }
  return offset;
}

interface Parsed {
  readonly document: Document.Parsed;
  readonly aliases: Aliases;
  readonly where: (offset: number) => string;
}

function parse(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  return { document, aliases: aliasTargets(document), where };
}

/** The first thing that is wrong with the syntax: what comes later mostly follows from it. */
function syntaxProblems({ document, where }: Parsed): string[] {
  return [...document.errors, ...document.warnings]
    .slice(0, 1)
    .map((error) => `${where(error.pos[0])}: ${yamlFault(error)}`);
}

/** Parses YAML or JSON; problems come formatted, and a source with problems has no usable value. */
export function parseSource(
  file: string,
  absolute: string,
  text: string,
): { source: Source; problems: string[] } {
  // The tree takes far more memory than the text, and is wanted again only when there is something to say.
  let parsed: Parsed | null = parse(file, text);
  const message: Source['message'] = ({ path, message, at }) => {
    parsed ??= parse(file, text);
    const place = parsed.where(offsetOf(parsed.document, parsed.aliases, path, at));
    return path.length === 0 ? `${place}: ${message}` : `${place}: ${pathText(path)}: ${message}`;
  };
  const faults = syntaxProblems(parsed);
  if (faults.length > 0) return { source: { file, absolute, value: null, message }, problems: faults };
  const { value, problems } = plainValue(parsed.document, parsed.aliases);
  const found = { source: { file, absolute, value, message }, problems: problems.map(message) };
  parsed = null;
  return found;
}
