import type { ChannelTally, NotificationGauges } from '../../metrics/notifications.js';
import type { ChannelState } from './channel-state.js';

/** Counts what becomes of messages, by channel, since the start. */
export function createTallies() {
  const counts = new Map<
    string,
    { sent: number; failed: number; givenUp: number; heldBack: Map<string, number> }
  >();
  const of = (channel: string) => {
    const known = counts.get(channel);
    if (known !== undefined) return known;
    const made = { sent: 0, failed: 0, givenUp: 0, heldBack: new Map<string, number>() };
    counts.set(channel, made);
    return made;
  };
  return {
    sent: (channel: string) => void (of(channel).sent += 1),
    failed: (channel: string) => void (of(channel).failed += 1),
    givenUp: (channel: string) => void (of(channel).givenUp += 1),
    heldBack(channel: string, added: Readonly<Record<string, number>>) {
      const { heldBack } = of(channel);
      for (const [cause, count] of Object.entries(added))
        heldBack.set(cause, (heldBack.get(cause) ?? 0) + count);
    },
    gauges: (states: readonly ChannelState[], now: number): NotificationGauges =>
      states.map(({ name, pending }): ChannelTally => {
        let [count, oldest] = [0, now];
        for (const { createdAt } of pending) {
          count += 1;
          oldest = Math.min(oldest, createdAt);
        }
        return { channel: name, ...of(name), pending: count, oldestPendingMs: now - oldest };
      }),
  };
}
