import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const everyMs = 50;
const mostLines = 5;

interface Patience {
  /** True when its process has ended, so that no more is said. */
  readonly isOver: (text: string) => boolean;
  readonly patienceMs: number;
}

/** Waits until a log says what fits; resolves to null, or to its last lines when its process ends or the time is over. */
export async function logged(
  path: string,
  fits: (text: string) => boolean,
  { isOver, patienceMs }: Patience,
): Promise<string | null> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const last = isOver(text) || performance.now() > until;
    if (fits(text)) return null;
    if (last) return text.trim().split('\n').slice(-mostLines).join('\n');
    await pause(everyMs);
  }
}
