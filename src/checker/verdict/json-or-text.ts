import { parseJson } from '../../domain/json.js';

/** Documents of up to this many characters are parsed without a check. */
const alwaysParsed = 65_536;
/** Most strings, lists and objects of a document; a reply with log probabilities has six for each token. */
const mostParts = 100_000;
/** Most members of objects; a list of models has four or more for each model. The first of an object counts as two, for the object. */
const mostMembers = 60_000;
/** In an object with more members V8 looks each up in a table, which takes five times as long. */
const fastMembers = 1_000;
const tableWeight = 5;
/** Most values of lists and members; an embedding has a few thousand. */
const mostValues = 150_000;
/** Most different strings; a list of models has about three for each model. */
const mostTexts = 32_000;
/**
 * Different strings that a member counts as where no object before has the same names up to it: V8 creates a hidden class
 * for each.
 */
const shapeWeight = 4;
/** Most of the sum of the shares of these limits, but that of members: a document that comes near to all takes too long. */
const mostShares = 1.85;

const signs = { quote: 34, comma: 44, colon: 58, list: 91, object: 123, objectEnd: 125 } as const;

/** The names that an object has up to one of its members. */
interface Shape {
  readonly id: number;
  readonly members: number;
}

const noMembers: Shape = { id: 0, members: 0 };

/** Finds the shape with one more name, and whether no object before had it. */
function createShapes(): (before: Shape, name: number) => { readonly shape: Shape; readonly isNew: boolean } {
  const shapes = new Map<number, Shape>();
  return (before, name) => {
    const key = before.id * 2 ** 24 + name;
    const known = shapes.get(key);
    if (known !== undefined) return { shape: known, isNew: false };
    const shape = { id: shapes.size + 1, members: before.members + 1 };
    shapes.set(key, shape);
    return { shape, isNew: true };
  };
}

/**
 * Creates a function that checks whether a JSON document is small enough to be parsed. It returns the limit that is exceeded, such
 * as `over 80000 texts, lists and objects`, or null. A mebibyte has up to half a million parts, for which the parser holds the
 * loop for up to 0.1 s. Different strings and shapes of objects cost most; they are counted over all documents that the
 * function is given.
 */
export function createCrowding(): (json: string) => string | null {
  const texts = new Map<string, number>();
  const shapeOf = createShapes();
  let different = 0;

  return (json) => {
    let parts = 0;
    let values = 0;
    let members = 0;
    let text = 0;
    /** Of the object that is being read, and of those around it. */
    let shape = noMembers;
    const around: Shape[] = [];
    for (let at = 0; at < json.length; at += 1) {
      const sign = json.charCodeAt(at);
      if (sign === signs.quote) {
        const from = at;
        at = endOfText(json, from);
        const said = json.slice(from, at);
        const known = texts.get(said);
        text = known ?? texts.size;
        if (known === undefined) {
          texts.set(said, text);
          different += 1;
        }
        parts += 1;
      } else if (sign === signs.comma) {
        values += 1;
      } else if (sign === signs.colon) {
        const next = shapeOf(shape, text);
        shape = next.shape;
        if (next.isNew) different += shapeWeight - 1;
        members += shape.members > fastMembers ? tableWeight : shape.members === 1 ? 2 : 1;
      } else if (sign === signs.list) {
        parts += 1;
      } else if (sign === signs.object) {
        parts += 1;
        around.push(shape);
        shape = noMembers;
      } else if (sign === signs.objectEnd) {
        shape = around.pop() ?? noMembers;
      }
      if (parts > mostParts) return `over ${mostParts} texts, lists and objects`;
      if (members > mostMembers) return `over ${mostMembers} members`;
      if (values > mostValues) return `over ${mostValues} values`;
      if (different > mostTexts)
        return `over ${mostTexts / shapeWeight} different names or ${mostTexts} different texts`;
    }
    const shares = parts / mostParts + values / mostValues + different / mostTexts;
    return shares > mostShares ? 'too many texts, lists, objects and values in all' : null;
  };
}

/** The limit that a JSON document exceeds, as text; null when it is small enough to be parsed. */
export function crowdIn(json: string): string | null {
  return json.length <= alwaysParsed ? null : createCrowding()(json);
}

/** End of the string that begins at a quote. */
function endOfText(json: string, from: number): number {
  for (let at = json.indexOf('"', from + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let before = at;
    while (json[before - 1] === '\\') before -= 1;
    if ((at - before) % 2 === 0) return at;
  }
  return json.length;
}

/** Parses a JSON document. Returns the trimmed text if it is not JSON, or over the limits of `crowdIn`. */
export function jsonOrText(text: string): unknown {
  if (crowdIn(text) !== null) return text.trim();
  try {
    return parseJson(text);
  } catch {
    return text.trim();
  }
}

/** Greatest depth of lists and objects in a JSON text. Brackets in strings do not count. */
export function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (sign === '"') at = endOfText(json, at);
    else if (sign === '[' || sign === '{') deepest = Math.max(deepest, (depth += 1));
    else if (sign === ']' || sign === '}') depth -= 1;
  }
  return deepest;
}
