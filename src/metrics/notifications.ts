import { Counter, Gauge, type MetricConfiguration } from 'prom-client';
import type { MonitorFamilyName } from './catalogue.js';

/** What became of the messages to one channel since the start, and what waits. */
export interface ChannelTally {
  readonly channel: string;
  readonly sent: number;
  /** Attempts. */
  readonly failed: number;
  readonly givenUp: number;
  /** By cause. */
  readonly heldBack: ReadonlyMap<string, number>;
  readonly pending: number;
  readonly oldestPendingMs: number;
}

export type NotificationGauges = readonly ChannelTally[];

/** Metrics that there are with the first call only. */
export function createNotificationMetrics(
  about: (key: MonitorFamilyName) => Omit<MetricConfiguration<string>, 'collect'>,
): (tallies: NotificationGauges) => void {
  const create = () => ({
    sent: new Counter(about('notifications_sent_total')),
    failed: new Counter(about('notifications_failed_total')),
    givenUp: new Counter(about('notifications_given_up_total')),
    heldBack: new Counter(about('notifications_held_back_total')),
    pending: new Gauge(about('notifications_pending')),
    oldest: new Gauge(about('notifications_oldest_pending_seconds')),
  });
  let made: ReturnType<typeof create> | null = null;
  return (tallies) => {
    made ??= create();
    for (const metric of Object.values(made)) metric.reset();
    for (const { channel, sent, failed, givenUp, heldBack, pending, oldestPendingMs } of tallies) {
      made.sent.inc({ channel }, sent);
      made.failed.inc({ channel }, failed);
      made.givenUp.inc({ channel }, givenUp);
      for (const cause of ['flapping', 'channel_limit', 'quiet'])
        made.heldBack.inc({ channel, cause }, heldBack.get(cause) ?? 0);
      made.pending.set({ channel }, pending);
      made.oldest.set({ channel }, oldestPendingMs / 1_000);
    }
  };
}
