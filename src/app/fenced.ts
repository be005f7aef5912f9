import type { ShardFence } from '../store/fleet-port.js';
import type { FencedError } from '../store/store-error.js';
import type { Fencing, Taken } from './writer-port.js';

/** The fences of a batch, each once; nothing where the store is one process' own. */
export function fencesOf(
  taken: readonly Pick<Taken, 'tracked'>[],
  fencing: Fencing | null,
): { readonly fences?: readonly ShardFence[] } {
  if (fencing === null) return {};
  const fences = new Map<number, ShardFence>();
  for (const { tracked } of taken) {
    const fence = fencing.fenceOf(tracked);
    // The older one of two, so that the write of a state that was read before is refused.
    if (fence !== null && !(BigInt(fences.get(fence.shard)?.fence ?? fence.fence) < BigInt(fence.fence)))
      fences.set(fence.shard, fence);
  }
  return { fences: [...fences.values()] };
}

/** Divides a batch into models that are still this instance's, and those that another one has taken over. */
export function keepOnlyOwn(
  taken: readonly Taken[],
  { shards }: FencedError,
  fencing: Fencing | null,
): { readonly own: readonly Taken[]; readonly lost: readonly Taken[] } {
  const takenOver = new Set(shards);
  const own: Taken[] = [];
  const lost: Taken[] = [];
  for (const one of taken) {
    const fence = fencing?.fenceOf(one.tracked) ?? null;
    (fence === null || takenOver.has(fence.shard) ? lost : own).push(one);
  }
  return { own, lost };
}
