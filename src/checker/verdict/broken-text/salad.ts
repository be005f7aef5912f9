const scripts: readonly (readonly [RegExp, least: number])[] = [
  [/\p{Script=Latin}/u, 2],
  [/\p{Script=Cyrillic}/u, 2],
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u, 1],
  [/\p{Script=Hangul}/u, 1],
  [/\p{Script=Arabic}/u, 2],
  [/\p{Script=Hebrew}/u, 2],
  // One or two are letters of mathematics.
  [/\p{Script=Greek}/u, 3],
  [/\p{Script=Devanagari}/u, 2],
  [
    /[\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Gujarati}\p{Script=Kannada}\p{Script=Malayalam}]/u,
    2,
  ],
  [/[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u, 2],
  [/[\p{Script=Georgian}\p{Script=Armenian}\p{Script=Ethiopic}]/u, 2],
];
const anyOther = /(?!\p{Script=Latin})\p{L}/u;

/** Consecutive words of one script. */
interface Block {
  readonly script: number;
  readonly words: number;
  /** The words that are different. */
  readonly different: Set<string>;
  /** A sign or a new line stands before it. */
  readonly setOff: boolean;
}

const scriptOf = (letter: string): number => scripts.findIndex(([script]) => script.test(letter));

/** The runs of one script in a word; marks belong to the letter before. */
function runsOf(word: string): { script: number; length: number }[] {
  const runs: { script: number; length: number }[] = [];
  for (const letter of word) {
    const script = scriptOf(letter);
    const last = runs.at(-1);
    if (last !== undefined && (script < 0 || last.script === script)) last.length += 1;
    else if (script >= 0) runs.push({ script, length: 1 });
  }
  return runs;
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let setOff = false;
  for (const [part] of text.matchAll(/[\p{L}\p{M}]+|[^\p{L}\p{M}\p{N}\s]|\n/gu)) {
    if (!/^[\p{L}\p{M}]/u.test(part)) {
      setOff = true;
      continue;
    }
    for (const { script, length } of runsOf(part)) {
      if (length < (scripts[script]?.[1] ?? 1)) continue;
      const last = blocks.at(-1);
      if (last?.script === script)
        blocks[blocks.length - 1] = {
          ...last,
          words: last.words + 1,
          different: last.different.add(part.toLowerCase()),
        };
      else blocks.push({ script, words: 1, different: new Set([part.toLowerCase()]), setOff });
      setOff = false;
    }
  }
  return blocks;
}

/** True for pieces of words of many scripts without sentence structure or punctuation. */
function isMixed(text: string): boolean {
  if (!anyOther.test(text)) return false;
  const blocks = blocksOf(text);
  const wordsBy = new Map<number, number>();
  for (const { script, words } of blocks) wordsBy.set(script, (wordsBy.get(script) ?? 0) + words);
  const words = blocks.reduce((sum, block) => sum + block.words, 0);
  const loose = blocks.slice(1).filter(({ setOff }) => !setOff).length;
  if (wordsBy.size < 3 || loose < 2 || loose * 5 <= (blocks.length - 1) * 3) return false;
  // A short list of translations.
  if (words <= 7 && blocks.length === wordsBy.size && blocks.every((block) => block.words <= 2)) return false;
  const [main, most] = [...wordsBy].reduce((first, next) => (next[1] > first[1] ? next : first));
  // A sentence has most of the words, and several of them together.
  const parts = blocks.filter(({ script }) => script === main);
  const different = new Set(parts.flatMap((part) => [...part.different])).size;
  if (most * 5 < words * 2 || most < parts.length * (wordsBy.size / 2)) return true;
  if (different * 2 <= most && most < 40) return true;
  // In a sentence of one script words of two others do not meet.
  const meeting = blocks.filter(({ script, setOff }, at) => {
    const before = blocks[at - 1]?.script;
    return before !== undefined && !setOff && script !== main && before !== main;
  });
  return meeting.length * 20 >= words;
}

/** True for letters that no language combines in one word. */
const isOdd = (word: string): boolean =>
  /[bcdfghjklmnpqrstvwxz]{6}/.test(word) ||
  (word.length > 24 && /\p{Ll}\p{Lu}/u.test(word) && /\p{Ll}{16}/u.test(word));

/** True for pieces of words instead of words. */
export function isSalad(text: string, line: string): boolean {
  if (isMixed(text)) return true;
  const words = line.split(' ');
  const odd = words.filter((word) => /^\p{Script=Latin}{2,}$/u.test(word) && isOdd(word));
  return words.length >= 3 && odd.length * 2 >= words.length;
}
