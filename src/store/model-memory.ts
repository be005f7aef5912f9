import type { Interval } from '../domain/state.js';

/** What the store, to which the memory of a model is opaque, has to be told of it. */
export interface MemoryReading {
  /** The time its rollups cover: from its first sight to its newest slot. */
  covered(memory: unknown): Interval;
  /** The same memory of a model that was first seen at `firstSeen` (Unix ms). */
  since(memory: unknown, firstSeen: number): unknown;
  /** What keeps it from being a memory, such as `health.settled must be a number`; null when nothing does. */
  problem(memory: object): string | null;
  /** The same of the newest result, as it stands beside the memory. */
  problemOfLatest(latest: object): string | null;
}
