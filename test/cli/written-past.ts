import { stringify } from 'yaml';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../src/store/port.js';
import { modelNamed, useParts } from '../app/parts.js';
import { command } from '../app/process.js';
import { start, workplace, type result } from '../store/samples.js';

export const hour = 3_600_000;
export const day = 24 * hour;
/** 2026-03-01 00:00 UTC. */
export const begin = start;
/** What a provider might say to whoever reads or opens a report. */
export const hostile =
  '=cmd|\' /C calc\'!A0 <script>alert("1")</script> | *x* `y`\n# head [a](http://evil.test) \u001b[31m@all';

const failing: Parameters<typeof result>[1] = {
  outcome: 'unhealthy',
  reason: 'server_error',
  httpStatus: 500,
  detail: hostile,
};

/**
 * What was recorded, at full hours:
 * - `gpt` until 3 March 00:00 and on 5 March; down on 2 March from 10:00 to 12:00, about which there is a note;
 * - `mixtral` from 1 March on; down since 2 March 10:00, of which 10:00 to 11:00 is excluded;
 * - `=old` on 1 March, when it failed at 22:00; it left the registry on 2 March at 00:00;
 * - `idle` never.
 */
async function record(store: Store, parts: ReturnType<ReturnType<typeof useParts>>): Promise<void> {
  const schedule = { kind: 'every', everyMs: hour } as const;
  const models = ['gpt', 'mixtral', 'idle'].map((id) => modelNamed(id, { schedule }));
  await parts.roster.replace([...models, modelNamed('=old', { schedule })], begin);
  const hours = (from: number, to: number) =>
    Array.from({ length: (to - from) / hour }, (_, index) => from + index * hour);
  const outage = begin + day + 10 * hour;
  for (const slot of hours(begin, begin + day)) {
    await parts.record('=old', slot, slot >= begin + 22 * hour ? failing : {});
  }
  await parts.roster.replace(models, begin + day);
  for (const slot of [...hours(begin, begin + 2 * day), ...hours(begin + 4 * day, begin + 5 * day)]) {
    await parts.record('gpt', slot, slot >= outage && slot < outage + 2 * hour ? failing : {});
  }
  for (const slot of hours(begin, outage + 4 * hour)) {
    await parts.record('mixtral', slot, slot >= outage ? failing : {});
  }
  const incidents = await store.incidents({ limit: 10 });
  const of = (model: string) => incidents.find((incident) => incident.model === model)!.id;
  await store.addNote(of('gpt'), { at: outage + hour, author: 'Ann', text: 'vendor | <b>told</b>\n- us' });
  await store.exclude(await keyOf(store, 'mixtral'), {
    from: outage,
    to: outage + hour,
    reason: 'agreed *move*',
    createdAt: outage,
  });
}

async function keyOf(store: Store, model: string): Promise<number> {
  return (await store.models()).find(({ id }) => id === model)!.key;
}

export interface WrittenPast {
  /** Path of its database. */
  readonly path: string;
  /** Takes time of a model out of the figures. */
  exclude(model: string, exclusion: Parameters<Store['exclude']>[1]): Promise<unknown>;
  /** Records one more result. */
  check(model: string, slot: number, of: Parameters<typeof result>[1]): Promise<unknown>;
  /** Runs a command on it. */
  run(...args: readonly string[]): ReturnType<typeof command>;
}

/** A database with this past and a configuration, gone after the test. */
export function usePast(): () => Promise<WrittenPast> {
  const place = workplace();
  const createParts = useParts();
  return async () => {
    const directory = place.directory();
    const path = join(directory, 'pulse.db');
    const store = place.open(path);
    const parts = createParts(store);
    await record(store, parts);
    const config = join(directory, 'config.yaml');
    const model = (id: string, slo: object) => ({
      ...{
        id,
        provider: 'openai_compatible',
        base_url: 'http://127.0.0.1:1/v1',
        model: id,
        api_key: 'k-12345678',
      },
      ...slo,
    });
    const models = [
      model('gpt', { slo: 0.95 }),
      model('mixtral', { slo: 0.95 }),
      model('idle', { slo: 0.9 }),
    ];
    writeFileSync(config, stringify({ storage: { path }, models: [...models, model('new', {})] }));
    return {
      path,
      exclude: async (model, exclusion) => store.exclude(await keyOf(store, model), exclusion),
      check: (model, slot, of) => parts.record(model, slot, of),
      run: (...args) => command([...args, '--config', config]),
    };
  };
}
