import { challengeWords } from './challenge-words.js';
import type { Probe } from './model.js';

/** Value of `query` that asks each check a fresh question. */
export const challengeQuery = 'challenge';

/** Probes that can ask a fresh question; the others send no text, or ask about what they send. */
export const challengedProbes: ReadonlySet<Probe> = new Set<Probe>([
  'chat',
  'chat_stream',
  'responses',
  'completion',
]);

/** `words`: to say two words; `code`: to repeat a code; `next`: the number that follows; `larger`: the larger of two numbers. */
export type ChallengeKind = 'words' | 'code' | 'next' | 'larger';

/** A question that was never asked before, and its answer. */
export interface Challenge {
  readonly kind: ChallengeKind;
  readonly question: string;
  /** One or two words in small letters, or a number. */
  readonly answer: string;
  /** The smaller number of `larger`; null for the other kinds. */
  readonly other: string | null;
}

type Wordings = readonly [string, ...string[]];

/**
 * Wordings, where `{}` stands for a fresh word or number. None is longer than the question about India with it in its place, and
 * none takes more than a few tokens. Languages are those that small models are trained on.
 */
export const challengeWordings: Readonly<Record<ChallengeKind, Wordings>> = {
  words: [
    'Say: {} {}',
    'Repeat: {} {}',
    'Sag: {} {}',
    'Dis : {} {}',
    'Repite: {} {}',
    'Ripeti: {} {}',
    'Diga: {} {}',
  ],
  code: [
    'Repeat this code: {}',
    'Wiederhole den Code: {}',
    'Répète ce code : {}',
    'Repite este código: {}',
    'Ripeti il codice: {}',
    'Repita este código: {}',
  ],
  next: [
    'What comes after {}?',
    'Was kommt nach {}?',
    'Que vient après {} ?',
    '¿Qué viene después de {}?',
    'Cosa viene dopo {}?',
    'O que vem depois de {}?',
  ],
  larger: [
    'Larger: {} or {}?',
    'Größer: {} oder {}?',
    'Plus grand : {} ou {} ?',
    'Mayor: ¿{} o {}?',
    'Maggiore: {} o {}?',
    'Maior: {} ou {}?',
  ],
};

/** Wordings for models that continue a text. A copy is what they continue most reliably. */
export const continuedWordings: Wordings = ['Text: {} {}. Copy:', 'Words: {} {}. Again:'];

/** Longest question in characters, for estimates. */
export const longestChallenge = 30;

/** A source of whole numbers below a limit, fixed by the seed (splitmix32). */
function drawsOf(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32) * below);
  };
}

function filled(wording: string, values: readonly string[]): string {
  return values.reduce((text, value) => text.replace('{}', value), wording);
}

/** The challenge of a seed, a whole number below 2 ** 32. There are over half a million for each probe, so that no cache holds them all. */
export function challengeOf(seed: number, probe: Probe): Challenge {
  const draw = drawsOf(seed);
  const oneOf = <Item>(items: readonly Item[]): Item => items[draw(items.length)] as Item;
  const words = (): readonly string[] => {
    const first = draw(challengeWords.length);
    const second = first + 1 + draw(challengeWords.length - 1);
    return [first, second].map((index) => challengeWords[index % challengeWords.length] ?? '');
  };
  // Words take the fewest tokens with any tokenizer, so the other kinds are rare.
  const isUsual = probe === 'completion' || draw(10) < 7;
  const kind = isUsual ? 'words' : oneOf(['code', 'next', 'larger'] as const);
  const wording = oneOf(probe === 'completion' ? continuedWordings : challengeWordings[kind]);
  switch (kind) {
    case 'words': {
      const pair = words();
      return { kind, question: filled(wording, pair), answer: pair.join(' '), other: null };
    }
    case 'code': {
      const answer = oneOf(challengeWords) + String(draw(1_000)).padStart(3, '0');
      return { kind, question: filled(wording, [answer]), answer, other: null };
    }
    case 'next': {
      // Without a carry, which small models get wrong.
      const before = (1_000 + draw(9_000)) * 10 + draw(9);
      return {
        kind,
        question: filled(wording, [String(before)]),
        answer: String(before + 1),
        other: null,
      };
    }
    case 'larger': {
      const one = 100 + draw(900);
      const two = 100 + ((one - 100 + 1 + draw(899)) % 900);
      const [answer, other] = [String(Math.max(one, two)), String(Math.min(one, two))];
      return { kind, question: filled(wording, [String(one), String(two)]), answer, other };
    }
  }
}
