import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { createFolder, RunningDaemon } from './process.js';

/** False where the system does not tell the processor time of a thread. */
export const hasMeter = existsSync('/proc/thread-self/schedstat');

/** Tells, at each SIGUSR2, the longest processor time in ms that the main thread has taken between two of its timers. */
const program = `
const { readFileSync } = require('node:fs');
const used = () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ', 1)[0]) / 1e6;
if (require('node:worker_threads').isMainThread) {
  let [last, most] = [used(), 0];
  setInterval(() => {
    const now = used();
    most = Math.max(most, now - last);
    last = now;
  }, 1).unref();
  let told = 0;
  process.on('SIGUSR2', () => {
    process.stdout.write(JSON.stringify({ msg: 'held', told: (told += 1), ms: most }) + '\\n');
    most = 0;
  });
}`;

/** The environment of a daemon that `meterOf` can measure. */
export function metered(folder: ReturnType<typeof createFolder>): Record<string, string> {
  return { NODE_OPTIONS: `--require ${folder.write('meter.cjs', program)}` };
}

interface Used {
  readonly heldMs: number;
  readonly grownMb: number;
}

const attempts = 3;

/**
 * What each of the bursts uses that uses too much. Garbage that is collected, code that is compiled and a shared core only add time,
 * so the least of some attempts counts where one held too long; of the memory the first counts.
 */
export async function excessive<Burst>(
  bursts: readonly Burst[],
  most: { readonly heldMs: number; readonly grownMb: number },
  measure: (burst: Burst) => Promise<Used>,
): Promise<readonly (readonly [Burst, Used])[]> {
  const found: [Burst, Used][] = [];
  for (const burst of bursts) {
    const { heldMs: first, grownMb } = await measure(burst);
    let heldMs = first;
    for (let attempt = 1; attempt < attempts && heldMs >= most.heldMs; attempt += 1)
      heldMs = Math.min(heldMs, (await measure(burst)).heldMs);
    if (process.env.MODELPULSE_PRINT === '1')
      process.stderr.write(`${JSON.stringify({ burst, heldMs, grownMb })}\n`);
    if (heldMs >= most.heldMs || grownMb >= most.grownMb) found.push([burst, { heldMs, grownMb }]);
  }
  return found;
}

/** What a running daemon uses between `begin` and `end`. */
export function meterOf({ child, line }: RunningDaemon) {
  let told = 0;
  const heldMs = async (): Promise<number> => {
    told += 1;
    child.kill('SIGUSR2');
    return Number((await line((each) => each.msg === 'held' && each.told === told)).ms);
  };
  const megabytes = (name: string): number => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
  };
  let before = 0;
  return {
    async begin(): Promise<void> {
      await heldMs();
      // The highest memory is counted anew from here.
      writeFileSync(`/proc/${child.pid}/clear_refs`, '5');
      before = megabytes('VmRSS');
    },
    /** Longest hold of the loop by the main thread's own work, and growth of the memory. */
    async end(): Promise<Used> {
      const held = await heldMs();
      return { heldMs: held, grownMb: megabytes('VmHWM') - before };
    },
  };
}
