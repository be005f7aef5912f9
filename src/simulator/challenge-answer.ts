import { challengeWordings, continuedWordings } from '../domain/challenge.js';

function patternOf(wording: string): RegExp {
  const fixed = wording.split('{}').map((part) => part.replace(/[.?()]/g, String.raw`\$&`));
  return new RegExp(`(?:^|\\n)${fixed.join(String.raw`([a-z]{3,5}|[a-z]*\d{3,5})`)}$`);
}

const solutions: readonly {
  readonly patterns: readonly RegExp[];
  readonly solve: (one: string, two: string) => string;
}[] = [
  {
    patterns: [...challengeWordings.words, ...continuedWordings].map(patternOf),
    solve: (one, two) => `${one} ${two}`,
  },
  { patterns: challengeWordings.code.map(patternOf), solve: (code) => code },
  { patterns: challengeWordings.next.map(patternOf), solve: (number) => String(Number(number) + 1) },
  {
    patterns: challengeWordings.larger.map(patternOf),
    solve: (one, two) => String(Math.max(Number(one), Number(two))),
  },
];

/** The right answer to a fresh question of modelpulse; null for other questions. */
export function challengeAnswer(question: string): string | null {
  for (const { patterns, solve } of solutions) {
    for (const pattern of patterns) {
      const [, one, two = ''] = pattern.exec(question) ?? [];
      if (one !== undefined) return solve(one, two);
    }
  }
  return null;
}
