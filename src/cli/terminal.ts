import type { State } from '../domain/state.js';
import { printableJson } from '../store/transfer/printable-json.js';

/** What the place that text goes to can show. */
export interface Terminal {
  /** Columns; null off a terminal, where lines may be as long as they like. */
  readonly width: number | null;
  /** It understands escape sequences, such as the one that clears a line. */
  readonly escapes: boolean;
  readonly colour: boolean;
}

/** What is known of a stream: colours only on a terminal, and not against NO_COLOR (https://no-color.org). */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  if (stream.isTTY !== true) return { width: null, escapes: false, colour: false };
  const escapes = environment.TERM !== 'dumb';
  return { width: stream.columns ?? 80, escapes, colour: escapes && !environment.NO_COLOR };
}

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;
export type Paint = keyof typeof codes;

export function painted(text: string, paint: Paint | null, { colour }: Pick<Terminal, 'colour'>): string {
  if (!colour || paint === null) return text;
  const [on, off] = codes[paint];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/**
 * One line of text that cannot move a cursor, colour a screen or turn its direction: escape sequences, control and
 * formatting characters go, line breaks and tabs become a space.
 */
export function plainText(text: string): string {
  return stripEscapes(text)
    .replaceAll('\u0085', ' ')
    .replace(/(?!\s)[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The same of text of several lines, which stay, and so does how far each is indented. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => `${/^ */.exec(line)?.[0] ?? ''}${plainText(line)}`)
    .join('\n');
}

/** Indented JSON that moves no cursor. */
export function jsonText(value: unknown): string {
  return `${printableJson(value, 2)}\n`;
}

/** ECMA-48: control strings up to their terminator, then control sequences, then what is left of two-byte escapes. */
function stripEscapes(text: string): string {
  return text
    .replace(
      /(?:\u001b[P\]X^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/gu,
      '',
    )
    .replace(/(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/gu, '')
    .replace(/\u001b[ -/]*[0-~]?/gu, '');
}

const paints = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'dim',
  maintenance: 'dim',
} as const satisfies Record<State, Paint>;

/** The colour of a state, and of an outcome, whose words are the same. */
export function outcomePaint(state: State): Paint {
  return paints[state];
}

/** A line on a terminal that says how far a command is; it is gone when the command is done. */
interface Progress {
  /** One more is done. */
  advance(): void;
  clear(): void;
}

/** Silent off a terminal, and on one that knows no escape sequences. */
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
