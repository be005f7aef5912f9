/** Words that say that a number is the smaller one, in the languages of the wordings. */
const saysLess =
  /<(?![a-z/|])|≤|\b(?:less|smaller|lower|below|before|kleiner|weniger|niedriger|plus petite?|inferieure?|moins|menor|inferior|menos|minore|inferiore|piu piccolo)\b/;
/** Words that turn what is said into its opposite. */
const saysNot = /n['’]t\b|\b(?:not|nicht|keine?|pas|no|non|nao)\b/;
/** Words between the two numbers where nothing is said of them. */
const joins =
  'and|or|und|oder|et|ou|y|o|e|vs|versus|with|mit|avec|con|com|to|zu|against|gegen|contre|contra|contro';
/** Words before a number with which the other one is compared. */
const operand = /\b(?:than|als|que|di|to|zu|a|with|mit|avec|con|com|against|gegen)\s+\d+\b/g;
/** Ends of what is said of a number; a point or a comma between digits is none. */
const ends =
  /[;:!?\n→⇒]|[.,](?!\d)|=>|\b(?:so|thus|therefore|hence|also|daher|donc|alors|entonces|quindi|portanto)\b/;

/** Two numbers side by side, as a question has them. */
function pairOf(one: string, two: string, join: string): RegExp {
  const between = String.raw`\s*(?:${join})?\s*`;
  return new RegExp(`\\b(?:${one}${between}${two}|${two}${between}${one})\\b`, 'g');
}

/** A number that a part of a text means as the larger one. */
interface Claim {
  readonly number: string;
  /** The part is nothing but this number, as in a list or in a short answer. */
  readonly bare: boolean;
}

/** What one part of a text says; null where it says nothing of the numbers. */
function claimIn(part: string, answer: string, other: string): Claim | null {
  const named = [...part.matchAll(new RegExp(`\\b(?:${answer}|${other})\\b`, 'g'))];
  const first = named[0]?.[0];
  if (first === undefined) return null;
  const second = named.find(([number]) => number !== first);
  const said = part.slice(0, second?.index);
  const isLess = saysLess.test(said) !== saysNot.test(said);
  return { number: isLess === (first === answer) ? other : answer, bare: !/[a-z<>≤≥]/.test(part) };
}

/** The claims of a text in small letters. */
const claimsIn = (text: string, answer: string, other: string): readonly Claim[] =>
  text
    .replace(pairOf(answer, other, String.raw`[/&|]|\b(?:${joins})\b\.?`), ' ')
    .replace(operand, ' ')
    .replace(pairOf(answer, other, '[,;]'), ' ')
    .split(ends)
    .map((part) => claimIn(part, answer, other))
    .filter((claim) => claim !== null);

/** True if a text in small letters names both numbers and means none of them yet. */
export const namesBoth = (text: string, answer: string, other: string): boolean =>
  [answer, other].every((number) => text.includes(number)) && claimsIn(text, answer, other).length === 0;

/**
 * True if the text, in small letters, names the larger of two numbers. Models explain before and after what they mean, so one part of the
 * text that says it is enough. Numbers in a list say something only where nothing else does; the last one then counts.
 */
export function namesLarger(text: string, answer: string, other: string): boolean {
  const claims = claimsIn(text, answer, other);
  const bare = claims.filter((claim) => claim.bare).map(({ number }) => number);
  const said = claims.filter((claim) => !claim.bare).map(({ number }) => number);
  if (said.length === 0) return bare.at(-1) === answer;
  return said.includes(answer) || (bare.includes(answer) && !bare.includes(other));
}
