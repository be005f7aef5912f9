import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Answered = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** The used form of `dns.lookup`: all addresses of a name. */
export type SystemLookup = (hostname: string, options: LookupAllOptions, answered: Answered) => void;

/** The addresses of a look-up, in the form for one as in that for all. */
export const addressesOf = (found: string | readonly LookupAddress[]): readonly string[] =>
  typeof found === 'string' ? [found] : found.map(({ address }) => address);

/** Thrown while too many look-ups are unanswered. */
class LookupsBusyError extends Error {
  override readonly name = 'LookupsBusyError';
  readonly code = 'ERR_LOOKUPS_BUSY';
  constructor() {
    super('too many look-ups wait for the resolver');
  }
}

/** Reserves a place for one look-up and returns its release; null when all are taken. */
type Admit = () => (() => void) | null;

/**
 * Most look-ups of one zone at a time. libuv runs look-ups on half of its threads, 32: a zone whose servers do not answer
 * must not take all of them.
 */
const mostOfZone = 12;

/** The last two labels of a name, such as `azure.com`. */
const zoneOf = (hostname: string): string =>
  hostname.replace(/\.$/, '').split('.').slice(-2).join('.').toLowerCase();

/** Runs at most `mostOfZone` tasks of a zone at a time, in order. A task calls `done` when it has ended. */
function createZoneLimit(): (zone: string, task: (done: () => void) => void) => void {
  const zones = new Map<string, { running: number; readonly waiting: (() => void)[] }>();
  return (zone, task) => {
    const own = zones.get(zone) ?? { running: 0, waiting: [] };
    zones.set(zone, own);
    const begin = (): void => {
      own.running += 1;
      task(() => {
        own.running -= 1;
        const next = own.waiting.shift();
        if (next !== undefined) next();
        else if (own.running === 0) zones.delete(zone);
      });
    };
    if (own.running < mostOfZone) begin();
    else own.waiting.push(begin);
  };
}

/**
 * A look-up that shares those of one name still in flight. Each holds a thread of libuv's pool until the resolver
 * answers, and none can be cancelled: shared, a hung resolver holds one thread a name instead of one a check. With
 * `admit` each keeps its place until then, whoever still waits for it.
 */
export function createLookup(resolve: SystemLookup = systemLookup, admit?: Admit): LookupFunction {
  const waiting = new Map<string, Answered[]>();
  const limited = createZoneLimit();
  return (hostname, options, callback) => {
    const { family = 0, hints = 0, order, all } = options;
    const answered: Answered = (error, addresses) => {
      const [first] = addresses;
      if (error !== null || all === true || first === undefined) callback(error, addresses);
      else callback(null, first.address, first.family);
    };
    const key = JSON.stringify([hostname.toLowerCase(), family, hints, order]);
    const others = waiting.get(key);
    if (others !== undefined) {
      others.push(answered);
      return;
    }
    const release = admit?.();
    if (release === null) {
      process.nextTick(callback, new LookupsBusyError(), []);
      return;
    }
    const everything: LookupAllOptions = { family, hints, all: true, ...(order && { order }) };
    const group = [answered];
    waiting.set(key, group);
    limited(zoneOf(hostname), (done) => {
      resolve(hostname, everything, (error, addresses) => {
        waiting.delete(key);
        release?.();
        done();
        for (const answer of group) answer(error, error === null ? addresses : []);
      });
    });
  };
}
