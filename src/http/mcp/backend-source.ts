import { shownState, type ModelView } from '../../domain/view.js';
import { inTurns } from '../pages/loop-turns.js';
import type { Backend } from '../port.js';
import { hasLabels } from '../query.js';
import type { ToldModel, ToolSource } from './source.js';

/** Models in one turn of the event loop: a ms or two. */
const modelsAtOnce = 1_000;

function toldOf(view: ModelView, now: number): ToldModel {
  const { model, latest, uptime, providerUptime } = view;
  const { state, since, reason, probe } = shownState(view, now);
  const { id, provider, modelName, labels, slo } = model;
  return {
    id,
    provider,
    modelName,
    labels,
    state,
    since,
    reason,
    probe,
    latest,
    slo,
    uptime,
    providerUptime,
  };
}

/** The views of a daemon for the tools. */
export function sourceOf(backend: Backend, explain: ToolSource['explain'], mayCheck: boolean): ToolSource {
  return {
    async models({ state, label, after, limit }) {
      const now = backend.now();
      const wanted = label === undefined ? [] : [label];
      const found: ModelView[] = [];
      for await (const some of inTurns([...backend.views()], modelsAtOnce))
        for (const view of some)
          if (
            (after === undefined || view.model.id > after) &&
            hasLabels(view.model, wanted) &&
            (state === undefined || shownState(view, now).state === state)
          )
            found.push(view);
      found.sort((a, b) => (a.model.id < b.model.id ? -1 : 1));
      return found.slice(0, limit + 1).map((view) => toldOf(view, now));
    },
    model(id) {
      const view = backend.view(id);
      return Promise.resolve(view === undefined ? null : toldOf(view, backend.now()));
    },
    async incidents({ id, ...query }) {
      const view = id === undefined ? undefined : backend.view(id);
      if (id !== undefined && view === undefined) return null;
      return backend.store.incidents({ ...query, ...(view !== undefined && { model: view.key }) });
    },
    now: () => backend.now(),
    explain,
    ...(mayCheck && {
      async checkNow(id: string) {
        return backend.checkNow(id);
      },
    }),
  };
}
