import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { parseSource, sourceOf, type Parsing, type Places } from './source.js';

/** The value of a text as bytes, which take about as much memory as the text, and the positions that messages asked for. */
interface Kept {
  readonly value: Buffer;
  readonly places: Places;
}

/** By digest of the text. */
export type KeptSources = ReadonlyMap<string, Kept>;

/** Parses the texts of one load. */
export interface ParsedSources {
  parse(file: string, absolute: string, text: string): Parsing;
  /** What this load has parsed without a problem. */
  readonly kept: KeptSources;
}

/** Most bytes kept, in bytes of text: aliases may make a long value of a short text. */
const mostGrowth = 2;

/** Takes what was parsed before for the same text, since parsing holds the event loop for far longer. */
export function createParsedSources(before: KeptSources): ParsedSources {
  const kept = new Map<string, Kept>();
  return {
    kept,
    parse(file, absolute, text) {
      const digest = createHash('sha256').update(text).digest('base64');
      const known = before.get(digest);
      if (known !== undefined) {
        kept.set(digest, known);
        const value: unknown = deserialize(known.value);
        return { source: sourceOf(file, absolute, text, { value, places: known.places }), problems: [] };
      }
      const places: Places = new Map();
      const parsing = parseSource(file, absolute, text, places);
      if (parsing.problems.length > 0) return parsing;
      const value = serialize(parsing.source.value);
      if (value.length <= mostGrowth * text.length) kept.set(digest, { value: Buffer.from(value), places });
      return parsing;
    },
  };
}
