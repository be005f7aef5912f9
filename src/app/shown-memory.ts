import { notesOf } from '../domain/model-note.js';
import type { Memory } from './memory.js';

/** What the view has of the memory besides the health. */
export const shownOf = (memory: Memory) => ({
  keys: memory.keys?.healthy ?? [],
  latestConclusive: memory.conclusive === null ? null : { reason: memory.conclusive },
  ...{ rateLimitRemaining: memory.rateLimitRemaining, headroom: memory.headroom },
  ...{ certificateExpiresAt: memory.certificateExpiresAt, cost: memory.cost, monthCost: memory.spentMonth },
  ...{ announced: memory.announced, notes: notesOf(memory) },
});
