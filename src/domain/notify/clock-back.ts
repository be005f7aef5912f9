import type { ChannelMemory } from './memory.js';
import { isRemark } from './notice.js';
import type { Policy } from './policy.js';

const noneAfter = (times: readonly number[], now: number): number[] =>
  times.map((time) => Math.min(time, now));

/**
 * Takes back times that lie ahead since the clock was set back: what waits for one of them would wait for as long as it was ahead. Changes
 * the memory.
 */
export function takeBackFuture(memory: ChannelMemory, policy: Pick<Policy, 'afterMs'>, now: number): void {
  if ((memory.sentAt.at(-1) ?? now) > now) {
    memory.sentAt = noneAfter(memory.sentAt, now);
    for (const [name, times] of Object.entries(memory.sentOf)) memory.sentOf[name] = noneAfter(times, now);
  }
  for (const flapper of Object.values(memory.flapping)) flapper.lastAt = Math.min(flapper.lastAt, now);
  for (const group of Object.values(memory.byKey)) {
    if (group.lastAt !== null) group.lastAt = Math.min(group.lastAt, now);
    if (group.ackAt !== undefined) group.ackAt = Math.min(group.ackAt, now);
    for (const member of Object.values(group.members)) {
      const { what, newsAt, dueAt, ackNews } = member;
      if (Math.max(newsAt ?? 0, dueAt, ackNews?.newsAt ?? 0) <= now) continue;
      const latest = now + (isRemark(what) ? 0 : (policy.afterMs[what] ?? 0));
      member.dueAt = Math.min(dueAt, latest);
      if (newsAt !== null) member.newsAt = Math.min(newsAt, latest);
      if (ackNews !== undefined) member.ackNews = { ...ackNews, newsAt: Math.min(ackNews.newsAt, now) };
    }
  }
}
