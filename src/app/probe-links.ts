import type { ProbeView } from '../domain/view.js';
import { pauseByHand, type Tracked } from './tracked.js';

/** Gives each model the views of its probes, which are new after they were read again. */
export function linkProbes(all: Iterable<Tracked>): void {
  const byModel = new Map<string, ProbeView[]>();
  const models: Tracked[] = [];
  for (const tracked of all) {
    const { view } = tracked;
    const { probeOf } = view.model;
    if (probeOf === undefined) models.push(tracked);
    else {
      const known = byModel.get(probeOf.model);
      if (known === undefined) byModel.set(probeOf.model, [{ name: probeOf.name, view }]);
      else known.push({ name: probeOf.name, view });
    }
  }
  for (const { view } of models) {
    const found = byModel.get(view.model.id) ?? [];
    view.probes.splice(0, view.probes.length, ...found);
  }
}

/** Pauses those of the added models that are probes of one that an operator has paused: they rest with it from their beginning. */
export function restWithModels(
  added: Iterable<Tracked>,
  modelOf: (id: string) => Tracked | undefined,
  now: number,
): void {
  for (const tracked of added) {
    const { probeOf } = tracked.view.model;
    const model = probeOf && modelOf(probeOf.model);
    if (model?.memory.pausedByOperator === true && !tracked.memory.pausedByOperator)
      pauseByHand(tracked, true, now);
  }
}
