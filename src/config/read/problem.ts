/** Keys and list positions from the top of a file to a value. */
export type Path = readonly (string | number)[];

/** The path of a zod issue; parsed files have no symbol keys. */
export function pathOfIssue({ path }: { readonly path: readonly PropertyKey[] }): Path {
  return path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}

/** A problem at a place of one file. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Set when the problem is the key, not its value. */
  readonly at?: 'key';
}

/** Problems, which make a part unusable, and warnings. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/**
 * An invalid configuration; `problems` has all problems, each `file:line:column: path: message`, and `files` the paths
 * that were read or tried, as for a loaded one.
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

/** Text such as `models[0].endpoint.port`; a key that is no plain word is quoted. */
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

/** Changes the text of a message, not its place. */
export function withWords(message: string, change: (words: string) => string): string {
  const [place = ''] = position.exec(message) ?? [];
  return place + change(message.slice(place.length));
}

/** Sorts messages by file, those of `first` before all others, and within a file by position. */
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

/** A value for a message: short scalars in full, other values by kind. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}..."`;
}
