import { writeSync } from 'node:fs';
import { pino, type Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOutput {
  write(line: string): void;
  /** Writes what waits, for at most some ms; for the end of the process. */
  flush(): void;
  /** Lines that were given up since the start. */
  readonly dropped: number;
}

const mostWaitingBytes = 1024 * 1024;
const retryMs = 50;
const farewellMs = 500;
const farewellStepMs = 10;

/**
 * Lines on a file descriptor, in their order. Never throws, and never blocks on a pipe or socket, which Node has made
 * non-blocking: lines wait, up to 1 MiB, while the reader stands still; beyond that, and where a write fails, they are
 * given up and counted.
 */
export function createLogOutput(fd: number): LogOutput {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  /** A part of the oldest line that waits is written. */
  let begun = false;
  /** The newest line in the output has no end, since its rest was given up. */
  let torn = false;

  /** Writes what there is room for of the oldest line, or gives it up; false when there is no room. */
  const step = (line: Buffer): boolean => {
    let written = 0;
    try {
      if (torn) writeSync(fd, '\n');
      torn = false;
      written = writeSync(fd, line);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      torn ||= begun;
      dropped += 1;
      written = line.length;
    }
    bytes -= written;
    begun = written < line.length;
    if (begun) waiting[0] = line.subarray(written);
    else waiting.shift();
    return true;
  };

  const writeWaiting = (): boolean => {
    for (let [oldest] = waiting; oldest !== undefined; [oldest] = waiting) if (!step(oldest)) return false;
    return true;
  };

  const retryLater = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      if (!writeWaiting()) retryLater();
    }, retryMs).unref();
  };

  return {
    write(text) {
      const line = Buffer.from(text);
      if (bytes + line.length > mostWaitingBytes) {
        dropped += 1;
        return;
      }
      waiting.push(line);
      bytes += line.length;
      if (timer === null && !writeWaiting()) retryLater();
    },
    flush() {
      const pause = new Int32Array(new SharedArrayBuffer(4));
      for (let spent = 0; !writeWaiting() && spent < farewellMs; spent += farewellStepMs)
        Atomics.wait(pause, 0, 0, farewellStepMs);
    },
    get dropped() {
      return dropped;
    },
  };
}

export interface Log {
  readonly logger: Logger;
  readonly output: LogOutput;
}

/**
 * JSON lines on standard output, made readable when that is a terminal. A line is written at once where there is room, so
 * that a crash loses none; the last ones are written at the end of the process.
 */
export async function createLog(level: LogLevel, { isTTY }: typeof process.stdout): Promise<Log> {
  const output = createLogOutput(1);
  process.once('exit', () => {
    output.flush();
  });
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!isTTY) return { logger: pino(options, output), output };
  // Loaded only where it is needed: a daemon in a container never is.
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: true,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
  return { logger: pino(options, { write: (line) => output.write(pretty(line)) }), output };
}
