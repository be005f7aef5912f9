/** Keys and list positions from the top of a file to a value. */
export type Path = readonly (string | number)[];

/** The path of an issue that zod found; what is parsed has no symbols as keys. */
export function pathOfIssue({ path }: { readonly path: readonly PropertyKey[] }): Path {
  return path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}

/** Something wrong at a place of one file. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Set when the key is wrong and not its value. */
  readonly at?: 'key';
}

/** What makes a part unusable, and what is only odd about it. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/**
 * A configuration that cannot be used; `problems` are all of them, each `file:line:column: path: message`, and `files`
 * what was read or looked for on the way, as that of a loaded one.
 */
export class ConfigError extends Error {
  constructor(
    readonly problems: readonly string[],
    readonly files: readonly string[] = [],
  ) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

const longestPath = 200;

/** `models[0].endpoint.port`; a key that is no plain word is quoted. */
export function pathText(path: Path): string {
  const text = path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
  return text.length <= longestPath ? text : `${text.slice(0, longestPath)}...`;
}

/** True when `path` is `other` or lies within it. */
export function isWithin(path: Path, other: Path): boolean {
  return other.every((step, index) => path[index] === step);
}

const position = /^(.*?):(\d+):(\d+): /s;

/** A message whose words are changed, and whose place is not. */
export function withWords(message: string, change: (words: string) => string): string {
  const [place = ''] = position.exec(message) ?? [];
  return place + change(message.slice(place.length));
}

/** Messages by file, those of the file `first` before all others, and within a file from top to bottom. */
export function inOrder(messages: readonly string[], first: string): string[] {
  const placed = messages.map((message) => {
    const [, file = message, line = '0', column = '0'] = position.exec(message) ?? [];
    return { message, file: file === first ? '' : file, line: Number(line), column: Number(column) };
  });
  return placed
    .sort((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1))
    .map(({ message }) => message);
}

const longestShown = 60;

/** A value as a message names it: scalars in full as far as they are short, the rest by kind. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}..."`;
}
