import type { Terminal } from './terminal.js';

/** A line on a terminal that says how far a command is; it is gone when the command is done. */
export interface Progress {
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
export function progressLine(done: number, total: number, verb: string): string {
  return `${String(done).padStart(String(total).length)} of ${total} ${verb}`;
}
