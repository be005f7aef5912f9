import { createCalendar } from '../../src/calendar/calendar.js';
import type { Schedule } from '../../src/domain/schedule.js';
import type { Job, Missed, Plan, Scheduler } from '../../src/scheduler/port.js';
import { createScheduler } from '../../src/scheduler/scheduler.js';
import { createVirtualTime, type VirtualTime } from './virtual-time.js';

export const calendar = createCalendar();
export const minute: Schedule = { kind: 'every', everyMs: 60_000 };
export const noon = Date.parse('2025-06-01T12:00:00Z');

/** A check the scheduler has begun, with when by the monotonic clock and how it ended. */
export interface Begun extends Job {
  readonly host: string;
  readonly at: number;
  readonly end: () => void;
  /** It has its result, which may wait to be written. */
  recorded: boolean;
  ended: 'running' | 'done' | 'aborted';
}

export interface Rig {
  readonly time: VirtualTime;
  readonly scheduler: Scheduler;
  readonly jobs: Begun[];
  readonly missed: Missed[];
  /** Most checks seen at once: of all, of one host, of one model. */
  readonly most: { all: number; host: number; model: number };
  update(plans: readonly Plan[], changed?: ReadonlySet<string>): void;
}

export function plan(id: string, rest: Partial<Plan> = {}): Plan {
  return {
    id,
    schedule: minute,
    host: 'one',
    ratePerMin: null,
    validUntil: Infinity,
    lastSlot: null,
    lastStart: null,
    ...rest,
  };
}

/** A scheduler in virtual time whose checks take `duration(job)` ms; null leaves them running until `end()` or their abort. */
export function createRig(
  options: {
    readonly start?: number;
    readonly time?: VirtualTime;
    readonly concurrency?: number;
    readonly perHost?: number;
    readonly duration?: (job: Job) => number | null;
    /** ms from the result of a check until it is written, which ends the check. */
    readonly writing?: number;
    /** True for a check whose result others must confirm. */
    readonly unconfirmed?: (job: Job) => boolean;
  } = {},
): Rig {
  const {
    concurrency = 64,
    perHost = 16,
    duration = () => 100,
    writing = 0,
    unconfirmed = () => false,
  } = options;
  const time = options.time ?? createVirtualTime(options.start ?? noon);
  const hosts = new Map<string, string>();
  const running = new Set<Begun>();
  const jobs: Begun[] = [];
  const missed: Missed[] = [];
  const most = { all: 0, host: 0, model: 0 };

  function watch(begun: Begun): void {
    const all = [...running];
    most.all = Math.max(most.all, all.length);
    most.host = Math.max(most.host, all.filter(({ host }) => host === begun.host).length);
    most.model = Math.max(most.model, all.filter(({ id }) => id === begun.id).length);
  }

  function run(job: Job, signal: AbortSignal, recorded: (unconfirmed: boolean) => void): Promise<void> {
    return new Promise((resolve) => {
      const finish = (ended: 'done' | 'aborted') => {
        begun.ended = ended;
        running.delete(begun);
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      const aborted = () => finish('aborted');
      const host = hosts.get(job.id) ?? '';
      const at = time.clock.monotonic();
      const begun: Begun = {
        ...job,
        host,
        at,
        ended: 'running',
        recorded: false,
        end: () => {
          begun.recorded = true;
          recorded(unconfirmed(job));
          if (writing === 0) finish('done');
          else time.timers.set(() => begun.ended === 'running' && finish('done'), writing);
        },
      };
      jobs.push(begun);
      running.add(begun);
      watch(begun);
      signal.addEventListener('abort', aborted);
      const ms = duration(job);
      if (ms !== null) time.timers.set(() => begun.ended === 'running' && begun.end(), ms);
    });
  }

  const scheduler = createScheduler({
    calendar,
    clock: time.clock,
    timers: time.timers,
    concurrency,
    perHost,
    events: { run, missed: (one) => void missed.push(one) },
  });
  return {
    time,
    scheduler,
    jobs,
    missed,
    most,
    update(plans, changed) {
      for (const { id, host } of plans) hosts.set(id, host);
      scheduler.update(plans, changed);
    },
  };
}

/** The slots a plan's schedule has in (after, upTo]. */
export function slotsOf(one: Plan, after: number, upTo: number): number[] {
  const slots: number[] = [];
  let slot = calendar.nextSlot(one.schedule, one.id, after);
  while (slot !== null && slot <= upTo) {
    slots.push(slot);
    slot = calendar.nextSlot(one.schedule, one.id, slot);
  }
  return slots;
}
