import { createHash } from 'node:crypto';
import { upAt, type UpPolicy } from '../domain/up.js';
import type { State } from '../domain/state.js';
import { shownState, type ModelView } from '../domain/view.js';
import { createGlances } from './pages/glances.js';
import { inTurns } from './pages/loop-turns.js';
import type { Backend } from './port.js';
import { hasLabels } from './query.js';
import type { UsableModel } from './shapes/routing-shape.js';
import { isoTime, toSeconds } from './time.js';

/** Models whose latency is read, the first by state and id: reading that of more would keep the thread for long reads busy. */
const mostGlanced = 1_000;
/** Models in one turn of the event loop: some ms. */
const modelsAtOnce = 500;

export interface Routing {
  list(labels: readonly string[], limit: number): Promise<{ readonly text: string; readonly etag: string }>;
}

/** What the provider leaves of its rate limit, as it told last. */
function headroomOf({ rateLimitRemaining }: ModelView): UsableModel['headroom'] {
  const { requests = null, tokens = null } = rateLimitRemaining;
  return { requests, tokens };
}

/** Healthy before degraded before what counts as up without being known to be. */
function rankOf(state: State): number {
  return state === 'healthy' ? 0 : state === 'degraded' ? 1 : 2;
}

/** Compares texts as ids are listed elsewhere: by code units. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Best first; what is not known comes last. */
export function compareUsable(a: UsableModel, b: UsableModel): number {
  const latency = ({ p50 }: UsableModel): number => p50 ?? Number.MAX_VALUE;
  const requests = ({ headroom }: UsableModel): number => headroom.requests ?? -1;
  return (
    rankOf(a.state) - rankOf(b.state) ||
    latency(a) - latency(b) ||
    requests(b) - requests(a) ||
    byText(a.id, b.id)
  );
}

export function createRouting(backend: Backend, policy: () => UpPolicy): Routing {
  const glances = createGlances(backend);
  return {
    async list(labels, limit) {
      const now = backend.now();
      const usable: ModelView[] = [];
      for await (const some of inTurns([...backend.views()], modelsAtOnce))
        for (const view of some)
          if (hasLabels(view.model, labels) && upAt(view, policy(), now).up) usable.push(view);
      const first = usable
        .map((view) => ({ view, rank: rankOf(shownState(view, now).state) }))
        .sort((a, b) => a.rank - b.rank || byText(a.view.model.id, b.view.model.id))
        .slice(0, mostGlanced)
        .map(({ view }) => view);
      await glances.refresh(first);
      const items: UsableModel[] = [];
      for await (const some of inTurns(usable, modelsAtOnce)) {
        for (const view of some) {
          const { model, key } = view;
          const { state, since } = shownState(view, now);
          items.push({
            id: model.id,
            state,
            since: isoTime(since),
            provider: model.provider,
            model_name: model.modelName,
            labels: { ...model.labels },
            p50: toSeconds(glances.of(key)?.p50 ?? null),
            headroom: headroomOf(view),
          });
        }
      }
      const text = JSON.stringify({ items: items.sort(compareUsable).slice(0, limit) });
      const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
      return { text, etag: `W/"${hash}"` };
    },
  };
}
