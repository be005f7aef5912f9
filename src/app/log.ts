import { constants, openSync, writeSync } from 'node:fs';
import { pino, type Logger } from 'pino';
import { systemCodeOf } from '../domain/thrown.js';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOutput {
  write(line: string): void;
  /** Writes waiting lines, for a few ms at most; for use at the end of the process. */
  flush(): void;
  /** Number of lines dropped since the start. */
  readonly dropped: number;
}

const mostWaitingBytes = 1024 * 1024;
const retryMs = 50;
const farewellMs = 500;
const farewellStepMs = 10;

/**
 * Writes lines to a file descriptor in order. Never throws, and never blocks on a pipe or socket, which Node makes
 * non-blocking: up to 1 MiB of lines wait for a slow reader. Lines beyond that, and lines whose write fails, are dropped
 * and counted.
 */
export function createLogOutput(fd: number): LogOutput {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  /** True when the oldest waiting line is partly written. */
  let begun = false;
  /** True when the last line in the output is incomplete because its rest was dropped. */
  let torn = false;

  /** Writes as much of the oldest line as fits, or drops it on an error; false when there is no room. */
  const step = (line: Buffer): boolean => {
    let written = 0;
    try {
      if (torn) writeSync(fd, '\n');
      torn = false;
      written = writeSync(fd, line);
    } catch (error) {
      if (systemCodeOf(error) === 'EAGAIN') return false;
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
 * A descriptor for the terminal on standard output that does not block, as Node makes its own: a terminal that stands still after Ctrl-S or behind
 * a hung connection would stop the daemon. Standard output itself where that cannot be opened.
 */
function openTerminal(): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync('/proc/self/fd/1', O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return 1;
  }
}

/**
 * JSON lines on standard output, formatted for reading on a terminal. Lines are written synchronously while there is room,
 * so that a crash loses none; waiting lines are flushed at the end of the process.
 */
export async function createLog(level: LogLevel, { isTTY }: typeof process.stdout): Promise<Log> {
  const output = createLogOutput(isTTY ? openTerminal() : 1);
  process.once('exit', () => {
    output.flush();
  });
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!isTTY) return { logger: pino(options, output), output };
  // Loaded only when needed; a daemon in a container has no terminal.
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: true,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
  return { logger: pino(options, { write: (line) => output.write(pretty(line)) }), output };
}

/** A log that writes nothing, and opens nothing. */
export function createSilentLog(): Log {
  const output = { write: () => undefined, flush: () => undefined, dropped: 0 };
  return { logger: pino({ level: 'silent' }, output), output };
}
