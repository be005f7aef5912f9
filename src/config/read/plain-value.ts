import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { Alias, Document, Node, YAMLMap } from 'yaml';
import { isList } from '../../domain/json.js';
import { deepest, tooDeep } from './nesting.js';
import type { Path, Problem } from './problem.js';

const mostValues = 2_000_000;

class Unreadable extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** Targets of all aliases, found in one walk: the library would walk the document for every alias. */
export function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** Converts a document to maps, lists and scalars; resolves aliases and `<<`, within bounds. */
export function plainValue(
  document: Document,
  aliases: ReadonlyMap<Alias, Node>,
): { value: unknown; problems: Problem[] } {
  const problems: Problem[] = [];
  const open = new Set<unknown>();
  let count = 0;

  function mapOf(map: YAMLMap, path: Path): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    const inherited = new Map<string, unknown>();
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? pair.key.value : null;
      if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'boolean') {
        problems.push({ path, message: 'has a key that is not text' });
        continue;
      }
      const key = String(name);
      const at = [...path, key];
      if (entries.has(key)) problems.push({ path: at, message: 'is set more than once', at: 'key' });
      const value = plain(pair.value, at);
      if (key !== '<<') {
        entries.set(key, value);
        continue;
      }
      for (const base of isList(value) ? value : [value]) {
        if (typeof base !== 'object' || base === null || Array.isArray(base)) {
          problems.push({ path: at, message: 'must be a map or a list of maps to merge' });
        } else {
          for (const [name, item] of Object.entries(base))
            if (!inherited.has(name)) inherited.set(name, item);
        }
      }
    }
    for (const [name, item] of inherited) if (!entries.has(name)) entries.set(name, item);
    return Object.fromEntries(entries);
  }

  function plain(node: unknown, path: Path): unknown {
    count += 1;
    if (count > mostValues)
      throw new Unreadable({ path: [], message: `holds more than ${mostValues} values` });
    if (path.length > deepest) throw new Unreadable({ path, message: tooDeep });
    if (isAlias(node)) {
      const target = aliases.get(node);
      if (target === undefined) {
        problems.push({
          path,
          message: `the anchor "${node.source}" is not defined before its use; put a text that begins with "*" in quotes`,
        });
        return null;
      }
      return plain(target, path);
    }
    if (isScalar(node)) return node.value;
    if (!isMap(node) && !isSeq(node)) return null;
    if (open.has(node)) throw new Unreadable({ path, message: 'is an alias to something that contains it' });
    open.add(node);
    const value = isMap(node)
      ? mapOf(node, path)
      : node.items.map((item, index) => plain(item, [...path, index]));
    open.delete(node);
    return value;
  }

  try {
    return { value: plain(document.contents, []), problems };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { value: null, problems: [...problems, error.problem] };
  }
}
