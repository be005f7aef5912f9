import type { Tracked } from '../../../src/app/tracked.js';
import { createCalendar } from '../../../src/calendar/calendar.js';
import type { Epoch } from '../../../src/domain/epoch.js';
import type { Interval } from '../../../src/domain/state.js';
import type { MonitorMetrics } from '../../../src/metrics/monitor.js';
import type { OpenedStore } from '../../../src/store/sqlite/sqlite-store.js';
import { result } from '../../store/samples.js';
import type { Command, Rule, Said, Settings } from './commands.js';
import type { Facts, Found } from './past.js';
import { runOver, type RunningRecording } from './running.js';
import { slotAfter } from './wall-clock.js';
import { monotonicMs } from '../../../src/domain/clock.js';

const id = 'gpt';
const sweepMs = 5 * 60_000;

/** Rules that were in force for a time. */
export interface Period extends Interval {
  readonly rules: readonly Rule[];
}

/** A life that a model is led through on a real file, and what was seen from outside. */
export interface Life {
  live(command: Command): Promise<void>;
  readonly store: OpenedStore;
  readonly tracked: Tracked;
  readonly now: number;
  /** Everything that was seen and written. */
  facts(): Promise<Facts>;
  /** First slots of which it is known that nobody watched. */
  readonly gaps: readonly number[];
  readonly inForce: readonly Period[];
  /** Times since the last slot before a restart, in which perhaps nobody followed: what is in force then may count. */
  readonly unfollowed: readonly Period[];
  /** Excluded time that lay ahead when it was excluded, as far as it was left standing. */
  readonly ahead: readonly Interval[];
  close(): Promise<void>;
}

function epochFrom(
  from: number,
  { schedule, timeoutMs, failures, successes }: Settings,
  newRun: boolean,
): Epoch {
  return { from, schedule, newRun, timeoutMs, loadingGraceMs: 600_000, failures, successes };
}

function replaceRules(periods: readonly Period[], rules: readonly Rule[], at: number): Period[] {
  return [
    ...periods.map((each) => ({ ...each, to: Math.min(each.to, at) })),
    { from: at, to: Infinity, rules },
  ];
}

/** Begins a life: the recording side of a daemon over the store that `open` opens, again and again. */
export async function beginLife(parts: {
  open: () => OpenedStore;
  metrics: MonitorMetrics;
  begins: number;
  settings: Settings;
  pruned: (now: number) => void;
}): Promise<Life> {
  const calendar = createCalendar();
  const found: Found[] = [];
  const ahead: { from: number; to: number }[] = [];
  const gaps: number[] = [];
  /** Gaps that were stored, also those that retention has deleted. */
  const stored = new Set<number>();
  let watermark: number | null = null;
  let { settings } = parts;
  let inForce: Period[] = [{ from: 0, to: Infinity, rules: [] }];
  const unfollowed: Period[] = [];
  let now = parts.begins;
  let said = 0;
  let store!: OpenedStore;
  let running!: RunningRecording;
  const wall = { wall: () => now, monotonic: () => monotonicMs(performance.now()) };

  const tracked = (): Tracked => running.roster.get(id)!;
  const settled = (): number => tracked().memory.health.settled;
  const epochs: Epoch[] = [epochFrom(now, settings, false)];

  /** The first slot after the watermark by what was in force at each moment; null when none fell due. */
  const missed = (): number | null => {
    if (watermark === null) return null;
    const firsts = epochs.map(({ from, schedule, paused }, index) => {
      if (paused) return Infinity;
      const slot = slotAfter(schedule, id, Math.max(watermark!, index === 0 ? 0 : from - 1));
      return slot < (epochs[index + 1]?.from ?? now + 1) && slot <= now ? slot : Infinity;
    });
    const first = Math.min(...firsts);
    return first === Infinity ? null : first;
  };
  const noteMissed = (): void => {
    const first = missed();
    if (first !== null) gaps.push(first);
  };

  const nextEpoch = (): number => Math.max(now, settled() + 1, epochs.at(-1)!.from + 1);

  /** Puts the registry in force. */
  const fixed = (window: Interval): Rule => {
    const from = Math.floor((now + window.from) / 1_000) * 1_000;
    return { kind: 'fixed', from, to: from + Math.ceil((window.to - window.from) / 1_000) * 1_000 };
  };
  const apply = (paused = false): Promise<void> => running.apply(settings, inForce.at(-1)!.rules, paused);

  const begin = async (): Promise<void> => {
    store = parts.open();
    running = runOver(store, { id, calendar, clock: wall, metrics: parts.metrics });
    await apply();
    await running.writer.flush();
  };

  const pass = (until: number): void => {
    while (now < until) {
      now = Math.min(until, (Math.floor(now / sweepMs) + 1) * sweepMs);
      running.windows.sweep(now);
    }
  };

  const check = (due: number, { outcome, reason }: Said, kind: 'scheduled' | 'manual'): Found => {
    pass(due);
    said += 1;
    const detail = `result ${said}`;
    const slot = Math.max(due, settled() + 1);
    const { slot: at, ...rest } = result(due, { outcome, reason, detail, startedAt: due });
    void running.recorder.record(tracked(), rest, at, kind);
    return { slot, outcome, reason, detail };
  };
  const keep = (seen: Found): void => {
    found.push(seen);
    watermark = Math.max(watermark ?? 0, seen.slot);
  };
  const nextSlot = (): number => slotAfter(settings.schedule, id, now);

  const restartAfter = async (ms: number): Promise<void> => {
    await running.writer.drain();
    await store.close();
    now += ms;
    noteMissed();
    await begin();
    unfollowed.push({ ...inForce.at(-1)!, from: Math.max(settled(), watermark ?? 0) + 1, to: now });
    ({ watermark } = tracked());
  };

  const written = async (): Promise<void> => {
    await running.writer.flush();
  };

  const live = async (command: Command): Promise<void> => {
    switch (command.kind) {
      case 'slots':
        for (const each of command.said) keep(check(nextSlot(), each, 'scheduled'));
        return written();
      case 'manual':
        keep(check(now, command.said, 'manual'));
        return written();
      case 'wait':
        pass(now + command.ms);
        return written();
      case 'stop':
        return restartAfter(command.ms);
      case 'kill':
        for (const each of command.said) check(nextSlot(), each, 'scheduled');
        running.kill();
        return restartAfter(command.ms);
      case 'blocked': {
        const from = Math.max(now, settled());
        pass(now + command.ms);
        const { first, last, count } = calendar.slotsBetween(settings.schedule, id, from, now);
        if (first !== null && last !== null) {
          running.recorder.miss(tracked(), { lastSlot: last, unwatched: first }, 'loop_blocked', count);
          gaps.push(slotAfter(settings.schedule, id, from));
          watermark = last;
        }
        return written();
      }
      case 'pause':
        epochs.push({ ...epochFrom(nextEpoch(), settings, false), paused: true });
        await apply(true);
        pass(now + command.ms);
        epochs.push(epochFrom(nextEpoch(), settings, false));
        await apply();
        watermark = now;
        return written();
      case 'configure': {
        const next = { ...settings, ...command.settings };
        const epoch = epochFrom(nextEpoch(), next, next.subject !== settings.subject);
        if (JSON.stringify(next) !== JSON.stringify(settings)) epochs.push(epoch);
        settings = next;
        await apply();
        return written();
      }
      case 'maintain':
        inForce = replaceRules(
          inForce,
          [...command.rules, ...command.once.map(fixed)],
          Math.max(now, settled() + 1),
        );
        await apply();
        return written();
      case 'exclude': {
        const window = { from: now + command.from, to: now + command.to };
        await running.annotations.exclude(id, { ...window, reason: 'agreed' });
        if (window.to > now) ahead.push({ from: Math.max(now, window.from), to: window.to });
        return written();
      }
      case 'include': {
        const [first] = tracked().view.exclusions;
        if (first === undefined) return;
        await running.annotations.include(id, first.id);
        const left = tracked().view.exclusions;
        // A result that was judged inside stays inside.
        const end = Math.max(now, settled() + 1);
        for (const each of ahead)
          if (each.to > end && !left.some(({ to }) => to === each.to)) each.to = Math.max(end, each.from);
        return written();
      }
      case 'clock':
        now += command.ms;
        return;
      case 'prune':
        for (const gap of await store.gaps(tracked().view.key)) stored.add(gap);
        parts.pruned(now);
        while (await store.prune(now));
    }
  };

  const life: Life = {
    live,
    async facts() {
      const { key, health } = tracked().view;
      for (const gap of await store.gaps(key)) stored.add(gap);
      return {
        id,
        firstSeen: health.firstSeen,
        results: found,
        epochs,
        gaps: [...stored].sort((a, b) => a - b),
        windows: await store.maintenance(key, 0, Number.MAX_SAFE_INTEGER),
      };
    },
    gaps,
    unfollowed,
    ahead,
    get store() {
      return store;
    },
    get tracked() {
      return tracked();
    },
    get inForce() {
      return inForce;
    },
    get now() {
      return now;
    },
    async close() {
      await running.writer.drain();
      await store.close();
    },
  };
  await begin();
  return life;
}
