import { newChannelMemory, withEnd } from './memory.js';
import type { Message } from './message.js';
import type { Notice } from './notice.js';
import { plan } from './plan.js';
import type { Policy } from './policy.js';

/** The daemon looks once a second. */
const lookMs = 1_000;
const nextLook = (at: number): number => Math.ceil(at / lookMs) * lookMs;

/** Messages that a channel would have been sent, each delivered at once; `notices` are in the order of `at`. */
export function simulate(
  notices: readonly Notice[],
  { channel, policy, until }: { readonly channel: string; readonly policy: Policy; readonly until: number },
): { readonly messages: readonly Message[]; readonly heldBack: Readonly<Record<string, number>> } {
  const memory = newChannelMemory(channel);
  let nextAt: number | null = null;
  let at = 0;
  const messages: Message[] = [];
  const heldBack: Record<string, number> = {};
  for (let taken = 0; ;) {
    const arrives = nextLook(notices[taken]?.at ?? Infinity);
    const now = Math.max(at, Math.min(arrives, nextAt ?? Infinity));
    if (now > until) return { messages, heldBack };
    at = now;
    const some = [];
    for (let notice = notices[taken]; notice !== undefined && notice.at <= now; notice = notices[taken]) {
      taken += 1;
      some.push({ id: taken, notice });
    }
    const planned = plan(memory, some, { channel, policy, now });
    for (const { message } of planned.messages) {
      messages.push(message);
      withEnd(memory, message.id);
    }
    for (const [cause, count] of Object.entries(planned.heldBack))
      heldBack[cause] = (heldBack[cause] ?? 0) + count;
    nextAt = planned.nextAt;
    // What was told may leave something due at once, such as the end of what began meanwhile.
    if (planned.messages.length > 0) nextAt = Math.min(nextAt ?? Infinity, now + lookMs);
  }
}
