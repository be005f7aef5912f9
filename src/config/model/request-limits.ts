import type { Path } from '../read/problem.js';

/** What is wrong with a request, and where below its body. */
export interface RequestProblem {
  readonly path: Path;
  readonly message: string;
}

const deepest = 32;
const mostMembers = 100;
const mostValues = 2_000;
const mostKeys = 20;
const mostHeaders = 50;

interface Place {
  readonly value: unknown;
  readonly depth: number;
  readonly step: string | number;
  readonly above: Place | null;
}

function pathOf(place: Place): Path {
  const steps: (string | number)[] = [];
  for (let at = place; at.above !== null; at = at.above) steps.unshift(at.step);
  return steps;
}

/**
 * The first place where a body is larger than a caller may send it; null when it is nowhere. Runs before anything else
 * reads the body, and does not recurse, so that neither its size nor its depth costs more than this one walk.
 */
export function overLimits(body: unknown): RequestProblem | null {
  const waiting: Place[] = [{ value: body, depth: 0, step: '', above: null }];
  let values = 0;
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { value, depth } = place;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > deepest) return { path: [], message: `is nested more than ${deepest} levels deep` };
    const members = Object.entries(value);
    values += members.length;
    if (members.length > mostMembers)
      return { path: pathOf(place), message: `must have at most ${mostMembers} members` };
    if (values > mostValues) return { path: [], message: `must have at most ${mostValues} members in all` };
    const listed = Array.isArray(value);
    for (const [key, item] of members) {
      waiting.push({ value: item, depth: depth + 1, step: listed ? Number(key) : key, above: place });
    }
  }
  return null;
}

/** Lists of a request in the seed's form that cost a header or a key each. */
const lists: readonly (readonly [path: readonly string[], most: number])[] = [
  [['model_config', 'apikeys'], mostKeys],
  [['model_config', 'custom_headers'], mostHeaders],
  [['model_config', 'model_jwt_config', 'jwt_headers'], mostHeaders],
];

/** The lists of the seed's form that are longer than a caller may send them. */
export function longLists(given: unknown): RequestProblem[] {
  return lists.flatMap(([path, most]) => {
    const list = path.reduce<unknown>(
      (value, step) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[step],
      given,
    );
    return Array.isArray(list) && list.length > most
      ? [{ path, message: `must have at most ${most} items` }]
      : [];
  });
}
