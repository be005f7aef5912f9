import { addAll } from '../domain/list.js';
import type { Model } from '../domain/model.js';
import { plainText } from '../domain/plain-text.js';
import { probeNameOf } from '../domain/probes.js';
import type { ToldModel, ToolSource } from '../http/mcp/source.js';
import { hasLabels } from '../http/query.js';
import type { Settings } from '../config/settings.js';
import { systemClock } from '../domain/clock.js';
import type { StoredModel, StoreReader } from '../store/port.js';
import { probesIn, rowsOf } from './commands/status.js';

/** Models whose uptime is read at once. */
const modelsAtOnce = 100;

/** Reads a history, opened for each call, so that a daemon may replace or move its file. */
export type OpenHistory = <T>(read: (store: StoreReader) => Promise<T>) => Promise<T>;

/** The history of a configuration for the tools, with the daemon running or stopped. */
export function historySource(
  settings: Settings,
  open: OpenHistory,
  explain: ToolSource['explain'],
): ToolSource {
  const configured = new Map(settings.models.map((model) => [model.id, model]));
  const current = (all: readonly StoredModel[]): StoredModel[] =>
    all
      .filter(({ id, retiredAt }) => retiredAt === null && probeNameOf(id) === null)
      .sort((a, b) => (a.id < b.id ? -1 : 1));

  async function told(
    store: StoreReader,
    some: readonly StoredModel[],
    all: readonly StoredModel[],
    state?: ToldModel['state'],
  ): Promise<ToldModel[]> {
    const now = systemClock.wall();
    const rows = await rowsOf(store, some, probesIn(settings, all), { asked: state, now, configured });
    const stored = new Map(some.map((model) => [model.id, model]));
    return rows.map((row) => {
      const model: Model | undefined = configured.get(row.model);
      return {
        id: row.model,
        provider: model?.provider ?? null,
        modelName: model === undefined ? null : plainText(model.modelName),
        labels: model?.labels ?? {},
        ...{ state: row.state, since: row.since, reason: row.reason, probe: row.probe },
        latest: stored.get(row.model)?.latest ?? null,
        slo: model?.slo ?? null,
        uptime: row.uptime,
        providerUptime: row.providerUptime,
      };
    });
  }

  return {
    models: ({ state, label, after, limit }) =>
      open(async (store) => {
        const all = await store.models();
        const wanted = label === undefined ? [] : [label];
        const left = current(all).filter(
          ({ id }) =>
            (after === undefined || id > after) &&
            hasLabels({ labels: configured.get(id)?.labels ?? {} }, wanted),
        );
        const found: ToldModel[] = [];
        for (let at = 0; at < left.length && found.length <= limit; at += modelsAtOnce)
          addAll(found, await told(store, left.slice(at, at + modelsAtOnce), all, state));
        return found.slice(0, limit + 1);
      }),
    model: (id) =>
      open(async (store) => {
        const all = await store.models();
        const [model] = await told(
          store,
          all.filter((one) => one.id === id),
          all,
        );
        return model ?? null;
      }),
    incidents: ({ id, ...query }) =>
      open(async (store) => {
        const model = id === undefined ? undefined : (await store.models()).find((one) => one.id === id);
        if (id !== undefined && model === undefined) return null;
        return store.incidents({ ...query, ...(model !== undefined && { model: model.key }) });
      }),
    now: () => systemClock.wall(),
    explain,
  };
}
