import type { State } from '../domain/state.js';
import { plainText } from '../domain/plain-text.js';
import { printableJson } from '../store/transfer/printable-json.js';

/** Capabilities of an output stream. */
export interface Terminal {
  /** Columns; null when the stream is no terminal, and lines are not limited. */
  readonly width: number | null;
  /** The terminal supports escape sequences, such as the one that clears a line. */
  readonly escapes: boolean;
  readonly colour: boolean;
}

/** Capabilities of a stream: colours only on a terminal, unless NO_COLOR is set (https://no-color.org). */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  if (stream.isTTY !== true) return { width: null, escapes: false, colour: false };
  const escapes = environment.TERM !== 'dumb';
  const { columns = 0 } = stream;
  // A terminal that was told no size, such as one of a CI job, has 0 columns.
  return { width: columns > 0 ? columns : 80, escapes, colour: escapes && !environment.NO_COLOR };
}

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;
export type Paint = keyof typeof codes;

export function painted(text: string, paint: Paint | null, { colour }: Pick<Terminal, 'colour'>): string {
  if (!colour || paint === null) return text;
  const [on, off] = codes[paint];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** The same for text of several lines: line breaks and indentation stay. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => `${/^ */.exec(line)?.[0] ?? ''}${plainText(line)}`)
    .join('\n');
}

/** Indented JSON that is safe to print. */
export function jsonText(value: unknown): string {
  return `${printableJson(value, 2)}\n`;
}

const paints = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'dim',
  maintenance: 'dim',
} as const satisfies Record<State, Paint>;

/** The colour of a state, or of an outcome, which has the same name. */
export function outcomePaint(state: State): Paint {
  return paints[state];
}

/** A progress line on a terminal; it is cleared when the command ends. */
interface Progress {
  /** Counts one more as done. */
  advance(): void;
  clear(): void;
}

/** Silent unless the stream is a terminal with escape sequences. */
export function createProgress(
  total: number,
  verb: string,
  { width, escapes }: Pick<Terminal, 'width' | 'escapes'>,
  write: (text: string) => void,
): Progress {
  if (width === null || !escapes) return { advance: () => undefined, clear: () => undefined };
  let done = 0;
  const draw = () => write(`\r${progressLine(done, total, verb).slice(0, width - 1)}\u001b[K`);
  draw();
  return {
    advance: () => {
      done += 1;
      draw();
    },
    clear: () => write('\r\u001b[K'),
  };
}

/** Such as `12 of 40 checked`. */
function progressLine(done: number, total: number, verb: string): string {
  return `${String(done).padStart(String(total).length)} of ${total} ${verb}`;
}
