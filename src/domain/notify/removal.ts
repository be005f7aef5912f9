import { endPassed } from './compare.js';
import { changed, endGone, takeNotices, type Moment } from './intake.js';
import { dropUntoldNews, forget, type ChannelMemory } from './memory.js';
import type { StoredNotice } from './notice.js';
import { takeRenames } from './renamed.js';

/**
 * What a channel knows once it is no longer configured: its pending messages are given up, so that none of them told anything.
 * Changes the memory and returns it.
 */
export function withRemoval(memory: ChannelMemory, now: number): ChannelMemory {
  for (const group of Object.values(memory.byKey)) {
    group.flight = null;
    dropUntoldNews(group);
  }
  memory.removedAt = now;
  return memory;
}

/** Takes what happened while the channel was not configured; tells nothing of it. Changes the memory. */
export function absorb(memory: ChannelMemory, notices: readonly StoredNotice[], moment: Moment): void {
  takeRenames(memory, moment);
  takeNotices(memory, notices, moment);
  if (moment.isKnown !== undefined) endGone(memory, moment.isKnown, moment.now);
  endPassed(memory, moment);
}

/**
 * What a channel knows that is configured again: what is open is told, and the end of what it was told before. What began and ended
 * meanwhile is not. Changes the memory.
 */
export function withReturn(memory: ChannelMemory, now: number): void {
  delete memory.removedAt;
  for (const group of Object.values(memory.byKey)) {
    for (const [key, member] of Object.entries(group.members)) {
      if (member.ended === null) changed(member, now);
      else if (member.told === 0 && member.flapping === null) forget(memory, group, key);
    }
  }
}
