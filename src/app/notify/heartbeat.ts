import type { Logger } from 'pino';
import type { NotificationSettings } from '../../config/notifications.js';
import type { Clock } from '../../domain/clock.js';
import type { Deliver } from './deliver.js';

/** Reads the address of a dead-man's switch while the monitor works. */
export function createHeartbeat(parts: {
  clock: Clock;
  log: Logger;
  beat: Deliver['beat'];
  isAlive: () => boolean;
}) {
  const { clock, log, beat, isAlive } = parts;
  let last: number | null = null;
  let isRunning = false;
  let failing = false;
  return {
    /** Beats when it is time; resolves nothing, since nobody waits for it. */
    look(heartbeat: NotificationSettings['heartbeat'], signal: AbortSignal): void {
      const now = clock.monotonic();
      if (heartbeat === null || isRunning || !isAlive()) return;
      if (last !== null && now - last < heartbeat.everyMs) return;
      last = now;
      isRunning = true;
      void beat(heartbeat.url, signal).then((error) => {
        isRunning = false;
        if (error !== null && !failing && !signal.aborted) log.warn({ reason: error }, 'heartbeat failed');
        failing = error !== null;
      });
    },
  };
}
