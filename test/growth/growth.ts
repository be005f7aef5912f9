import { existsSync, readFileSync } from 'node:fs';

const kib = 1_024;

/** Characters of the texts that a reader is given: four times as many at each step. */
export const lengths = [8 * kib, 32 * kib, 128 * kib] as const;

/** Four times the length may cost twelve times the time: linear work takes four times, quadratic work sixteen. */
const factor = 12;
/** Work below this cannot be told from noise: the first run of a function, before it is compiled, takes as long. */
const floorMs = 5;
const attempts = 8;

/** µs of processor time. Typed here, since Node 20 does not have it. */
interface ThreadTime {
  readonly threadCpuUsage?: () => NodeJS.CpuUsage;
}

/**
 * ms of processor time, which others on the machine do not use up. That of this thread where Node counts it (22.19, 23.9
 * and later); that of the process also has the threads that collect garbage and compile.
 */
export function threadMs(): number {
  const { user, system } = (process as ThreadTime).threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1_000;
}

const ownThread = '/proc/thread-self/schedstat';

/** The same of this thread alone on Linux, in steps of up to 4 ms, where Node does not count it. */
function heldMs(): number {
  if ('threadCpuUsage' in process || !existsSync(ownThread)) return threadMs();
  return Number(readFileSync(ownThread, 'utf8').split(' ', 1)[0]) / 1e6;
}

export type Meter = () => number;
export type Work = () => unknown;

async function once(work: Work, meter: Meter): Promise<number> {
  const begun = meter();
  await work();
  return meter() - begun;
}

export interface Growth {
  readonly meter?: Meter;
  readonly lengths?: readonly number[];
  /** ms that no length may cost, however it grows. A core that two threads share is half as fast, and a busy one slower. */
  readonly mostMs?: number;
}

/**
 * The ms of each length up to the first that costs too much, or null where none does. `prepare` makes what the work reads,
 * which is not measured; it is called for each run.
 *
 * Noise only adds time. Where a step looks too steep both lengths are therefore measured again in turn, and the least of
 * each counts: noise goes, and a square stays a square.
 */
export async function steepness(
  prepare: (length: number) => Work | Promise<Work>,
  { meter = threadMs, lengths: sizes = lengths, mostMs = 1_000 }: Growth = {},
): Promise<readonly number[] | null> {
  const measure = async (length: number) => once(await prepare(length), meter);
  const costs: number[] = [];
  for (const [index, length] of sizes.entries()) {
    const shorter = sizes[index - 1];
    let few = costs[index - 1] ?? mostMs;
    let many = await measure(length);
    const isTooMuch = () => many > Math.min(mostMs, factor * Math.max(few, floorMs));
    for (let attempt = 1; attempt < attempts && isTooMuch(); attempt += 1) {
      if (shorter !== undefined) few = Math.min(few, await measure(shorter));
      many = Math.min(many, await measure(length));
    }
    if (shorter !== undefined) costs[index - 1] = few;
    costs.push(many);
    if (isTooMuch()) return costs;
  }
  return null;
}

/** The least ms of some runs, which end at one that costs at most `allowed`. */
export async function costOf(work: Work, allowed: number): Promise<number> {
  let least = Infinity;
  for (let attempt = 0; attempt < attempts && least > allowed; attempt += 1)
    least = Math.min(least, await once(work, heldMs));
  return least;
}

/** A text of at least this length that repeats a piece, flat in memory, so that no reader pays for its making. */
export function repeated(piece: string, length: number): string {
  return Buffer.from(piece.repeat(Math.ceil(length / piece.length)), 'utf16le').toString('utf16le');
}

/** What `steepness` finds of texts that repeat one of the pieces, for those where it finds something. */
export async function steepPieces(
  pieces: readonly string[],
  read: (text: string) => unknown,
): Promise<readonly { readonly piece: string; readonly costs: readonly number[] }[]> {
  const steep = [];
  for (const piece of pieces) {
    const costs = await steepness((length) => {
      const text = repeated(piece, length);
      return () => read(text);
    });
    if (costs !== null) steep.push({ piece, costs });
  }
  return steep;
}
