import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createCalendar } from '../../../src/calendar/calendar.js';
import { capabilities } from '../../../src/checker/ask/dialects.js';
import { loadConfig } from '../../../src/config/read/load.js';
import type { Model } from '../../../src/domain/model.js';
import type { OpenedStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { Parts } from '../../app/parts.js';
import { command, createFolder, startDaemon, type RunningDaemon } from '../../app/process.js';
import { batchResults } from '../../../src/store/port.js';
import { result } from '../../store/samples.js';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);

/** When everybody is asked. */
export const now = at('2026-11-27T09:42:16.345Z');
const begin = at('2026-10-20T00:00:00Z');

type Found = Parameters<typeof result>[1];
type Span = readonly [from: string, to: string, found: Found];

const failing: Found = {
  outcome: 'unhealthy',
  reason: 'server_error',
  httpStatus: 500,
  detail: 'HTTP 500',
  response: null,
  usage: null,
};
const slow: Found = { outcome: 'degraded', reason: 'slow', detail: 'took long', durationMs: 9_870 };
const blind: Found = {
  outcome: 'unknown',
  reason: 'no_connectivity',
  httpStatus: null,
  durationMs: null,
  detail: 'nobody can be reached',
  response: null,
  usage: null,
};

/** No daemon ran. */
const away = { from: at('2026-11-20T03:10:00Z'), to: at('2026-11-20T08:20:00Z') };
const pause = { from: at('2026-11-10T12:34:56Z'), to: at('2026-11-12T06:00:00Z') };

/** What the models of the registry did that is not healthy. */
const troubles: Readonly<Record<string, readonly Span[]>> = {
  steady: [],
  // Over the border of the months, and once within the last day.
  border: [
    ['2026-10-31T20:30:00Z', '2026-11-01T05:30:00Z', failing],
    ['2026-11-27T02:00:00Z', '2026-11-27T04:00:00Z', failing],
  ],
  paused: [
    ['2026-11-09T10:00:00Z', '2026-11-10T12:00:00Z', failing],
    ['2026-11-14T00:00:00Z', '2026-11-14T12:00:00Z', slow],
    ['2026-11-26T15:10:00Z', '2026-11-26T15:11:05Z', failing],
  ],
  // Nobody knows how it was in the middle of its incident.
  unseen: [
    ['2026-11-19T20:00:00Z', '2026-11-20T02:00:00Z', failing],
    ['2026-11-20T08:00:00Z', '2026-11-20T12:00:00Z', failing],
    ['2026-11-23T01:00:00Z', '2026-11-23T04:00:00Z', failing],
    ['2026-11-23T04:00:00Z', '2026-11-23T09:00:00Z', blind],
    ['2026-11-23T09:00:00Z', '2026-11-23T11:00:00Z', failing],
  ],
  // Maintenance every Sunday from 02:00 to 04:00, and an incident that goes on.
  served: [
    ['2026-11-15T00:00:00Z', '2026-11-15T06:00:00Z', failing],
    ['2026-11-27T06:00:00Z', '2027-01-01T00:00:00Z', failing],
  ],
  'new+odd:é': [['2026-11-26T20:00:00Z', '2026-11-26T22:41:07.500Z', failing]],
};
/** Checks between the slots: incidents that begin and end at times of some ms, one of them after 69.939 s. */
const checkedNow: readonly (readonly [id: string, time: string])[] = [
  ['new+odd:é', '2026-11-26T22:41:07.891Z'],
  ['paused', '2026-11-26T15:10:10.111Z'],
  ['paused', '2026-11-26T15:10:20.222Z'],
  ['paused', '2026-11-26T15:11:20.050Z'],
  ['paused', '2026-11-26T15:11:30.050Z'],
];
/** A model that is first seen later. */
const since: Readonly<Record<string, number>> = { 'new+odd:é': at('2026-11-25T13:14:15.678Z') };

const objectives: Readonly<Record<string, number>> = {
  steady: 0.999,
  border: 0.99,
  paused: 0.95,
  unseen: 0.9,
  served: 0.995,
};

export const ids = Object.keys(troubles);

/**
 * Latencies of some spread, the same at every run. Those of `steady` are all in a bucket of the histogram whose middle is 1,015.25 ms,
 * which is 1.02 s, and 1.01 s for whoever reads 1.015 s of the API.
 */
const durationAt = (slot: number, id: string): number =>
  id === 'steady' ? 1_000 + (slot % 7) : 180 + (Math.floor(slot / hour) % 37) * 61 + (id.length % 5) * 333;

function foundAt(id: string, slot: number): Found {
  const trouble = troubles[id]?.find(([from, to]) => at(from) <= slot && slot < at(to));
  return { durationMs: durationAt(slot, id), startedAt: slot + 3, ...trouble?.[2] };
}

interface Slot {
  readonly id: string;
  readonly slot: number;
}

function slotsOf(models: readonly Model[]): Slot[] {
  const calendar = createCalendar();
  const isPaused = (id: string, slot: number): boolean =>
    id === 'paused' && pause.from <= slot && slot < pause.to;
  const slots: Slot[] = [];
  for (const { id, schedule } of models) {
    let slot = calendar.nextSlot(schedule, id, since[id] ?? begin);
    for (; slot !== null && slot <= now; slot = calendar.nextSlot(schedule, id, slot)) {
      if ((slot < away.from || slot >= away.to) && !isPaused(id, slot)) slots.push({ id, slot });
    }
  }
  slots.push(...checkedNow.map(([id, time]) => ({ id, slot: at(time) })));
  return slots.sort((a, b) => a.slot - b.slot);
}

/** Records all of it by the daemon's own recorder. */
async function record(store: OpenedStore, parts: Parts, config: string): Promise<void> {
  const { settings } = await loadConfig(config, {}, capabilities);
  const { roster, recorder, writer, windows, clock } = parts;
  const waiting: Promise<unknown>[] = [];
  const registryAt = (time: number): Model[] =>
    settings.models
      .filter(({ id }) => (since[id] ?? begin) <= time)
      .map((model) => ({ ...model, pause: model.id === 'paused' && pause.from <= time && time < pause.to }));
  const replace = async (time: number): Promise<void> => {
    await writer.flush();
    clock.now = time;
    const { added } = await roster.replace(registryAt(time), time);
    windows.replace(settings.maintenance, time, added);
    await writer.flush();
  };
  const changes = [pause.from, pause.to, ...Object.values(since)].sort((a, b) => a - b);
  await replace(begin);
  let missed = false;
  for (const { id, slot } of slotsOf(settings.models)) {
    for (let [change] = changes; change !== undefined && change <= slot; [change] = changes) {
      changes.shift();
      await replace(change);
    }
    if (!missed && slot >= away.to) {
      missed = true;
      for (const tracked of roster.all())
        recorder.miss(tracked, { lastSlot: away.to - 1, unwatched: away.from }, 'down', 5);
    }
    clock.now = slot;
    const { slot: due, kind, ...found } = result(slot, foundAt(id, slot));
    waiting.push(recorder.record(roster.get(id)!, found, due, kind));
    if (waiting.length < batchResults) continue;
    await writer.flush();
    await Promise.all(waiting.splice(0));
  }
  await writer.drain();
  const exclude = async (id: string, from: string, to: string, reason: string): Promise<void> => {
    const key = roster.get(id)!.view.key;
    await store.exclude(key, { from: at(from), to: at(to), reason, createdAt: begin });
  };
  await exclude('border', '2026-10-31T22:15:30Z', '2026-10-31T23:45:00.5Z', 'agreed move');
  await exclude('border', '2026-11-01T03:00:00Z', '2026-11-01T04:00:00Z', 'agreed move, second part');
  // What is left of an incident of two hours is told as two hours, however short the rest is.
  await exclude('border', '2026-11-27T03:00:00Z', '2026-11-27T03:00:00.5Z', 'half a second');
  await exclude('new+odd:é', '2026-11-26T22:29:26.703Z', '2026-11-26T22:41:08Z', 'leaves 1:59:59.6');
  await exclude('steady', '2026-11-05T00:00:00Z', '2026-11-06T00:00:00Z', 'a day off');
}

export interface ToldPast {
  readonly daemon: RunningDaemon;
  /** Runs a command beside it. */
  run(...args: readonly string[]): Promise<string>;
}

/** A daemon at the time `now`, which stands still for it, over this past. */
export async function startToldPast(
  folder: ReturnType<typeof createFolder>,
  open: (path: string) => OpenedStore,
  createParts: (store: OpenedStore) => Parts,
): Promise<ToldPast> {
  const path = join(folder.path, 'pulse.db');
  const config = folder.write('config.yaml', {
    server: { listen: '127.0.0.1:0', public_url: 'https://pulse.example.com' },
    storage: { path },
    defaults: { schedule: { every: '1h' } },
    maintenance: [{ cron: '0 2 * * 0', duration: '2h', models: ['served'] }],
    status_pages: [
      {
        path: '/status',
        title: 'Example',
        models: { ids: ['*'] },
        access: 'public',
        history: '90d',
        show: { ids: true, latency: true, uptime: ['24h', '7d', '30d', '90d'] },
      },
    ],
    models: ids.map((id) => ({
      id,
      provider: 'openai_compatible',
      base_url: 'http://127.0.0.1:1/v1',
      model: id,
      api_key: 'k-12345678',
      ...(objectives[id] === undefined ? {} : { slo: objectives[id] }),
    })),
  });
  const store = open(path);
  await record(store, createParts(store), config);
  await store.close();
  const environment = {
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, '../../app/still-clock.child.mjs')).href}`,
    CLOCK_STANDS_AT: String(now),
  };
  const daemon = await startDaemon(config, environment);
  return {
    daemon,
    async run(...args) {
      const { code, out, err } = await command([...args, '--config', config], environment);
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${err}`);
      return out;
    },
  };
}
