const shortest = 8;

const pairs = ['()', '[]', '{}'] as const;

function isBalanced(text: string): boolean {
  const count = (sign: string): number => text.split(sign).length - 1;
  const opened = pairs.map(([open = '']) => count(open));
  return (
    opened.some((times) => times > 0) && pairs.every(([, close = ''], at) => count(close) === opened[at])
  );
}

/** A table or board of crossing lines. */
function isFramed(lines: readonly string[], written: number): boolean {
  const across = lines.some((line) => /[-=_+]{3}/.test(line));
  const down = lines.some((line) => line.includes('|'));
  return lines.length >= 2 && across && down && (written > 0 || lines.length <= 8);
}

/** A drawing: indented lines of strokes that differ. */
function isDrawn(lines: readonly string[]): boolean {
  const strokes = new Set(lines.join('').match(/[/\\|_()<>]/g) ?? []);
  return (
    lines.length >= 3 &&
    new Set(lines).size * 2 > lines.length &&
    lines.some((line) => line.startsWith(' ')) &&
    strokes.size >= 2
  );
}

/** Different groups between spaces, as in a list of operators. */
function isListed(line: string): boolean {
  const groups = line.split(/,? /);
  return (
    groups.length >= 4 &&
    groups.length <= 24 &&
    new Set(groups).size === groups.length &&
    groups.every((group) => /^(?:[-+*/%=<>!&|^~?@]{2,3}|[!-/:-@[-`{-~])$/.test(group))
  );
}

function isMorse(line: string): boolean {
  const groups = line.split(/[\s/|]+/).filter((group) => group !== '');
  return (
    groups.length >= 2 &&
    groups.every((group) => /^[.\-–·•−]{1,7}$/.test(group)) &&
    new Set(groups).size >= 2 &&
    /[-–−]/.test(line) &&
    /[.·•]/.test(line)
  );
}

/** A program in a language without letters. */
const isProgram = (signs: string): boolean =>
  (/^[-+<>.,[\]]+$/.test(signs) || /^[[\]()!+]+$/.test(signs)) && /[[(]/.test(signs);

/** True for punctuation instead of letters, except JSON, arithmetic, tables, drawings and programs. */
export function isSigns(text: string, line: string): boolean {
  // A tag and an escape are words of their language.
  const signs = line
    .replace(/<\/?[a-z][\w:-]{0,40} ?\/?>/gi, 'xxxx')
    .replace(/\\[a-z]/gi, 'xx')
    .replace(/\s/g, '');
  // Beside letters and digits, pictures, frames, Braille and mathematics are no punctuation.
  const written = signs.match(/[\p{L}\p{M}\p{N}\p{So}\p{Cf}]|(?![!-~])[\p{Sm}\p{Sk}\p{Sc}]/gu)?.length ?? 0;
  const { length } = Array.from(signs);
  if (length < shortest || written * 3 >= length) return false;
  const lines = text.split('\n').filter((one) => one.trim() !== '');
  if (isFramed(lines, written) || isDrawn(lines) || isListed(line) || isMorse(line)) return false;
  if (!isBalanced(signs)) return true;
  if (written === 0) return !isProgram(signs);
  return /([^\p{L}\p{N}[\]{}()])\1{3}/u.test(signs.replaceAll('```', ''));
}
