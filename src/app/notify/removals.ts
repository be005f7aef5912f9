import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Channel } from '../../domain/notify/channel.js';
import { newChannelMemory } from '../../domain/notify/memory.js';
import { withRemoval } from '../../domain/notify/removal.js';
import type { ShardFence } from '../../store/fleet-port.js';
import type { MessageChange } from '../../store/outbox-port.js';
import type { Store } from '../../store/port.js';
import { FencedError } from '../../store/store-error.js';
import { memoryOf } from './channel-state.js';

/** Which channels are those of this instance, where several share the store; null for all. */
export type ChannelFences = ((channel: string) => ShardFence | null) | null;

/** ms between two looks for channels that are no longer configured. */
const lookEveryMs = 60_000;
/** Messages that one transaction gives up. */
const pageOfMessages = 500;

/** Gives up the messages of channels that are no longer configured, which nobody would send or end. */
export function createRemovals(parts: {
  store: Pick<Store, 'channels' | 'waiting' | 'waitingChannels' | 'keepOutbox'>;
  log: Logger;
  fences: ChannelFences;
  /** False where another instance has the channel, or may have it. */
  isRemoved: (channel: string) => Promise<boolean>;
}) {
  const { store, log, fences } = parts;
  let nextAt = 0;

  async function remove(name: string, memory: string, readTo: number, now: number): Promise<void> {
    const fence = fences?.(name) ?? null;
    if (fences !== null && fence === null) return;
    const given = { ...(fence !== null && { fences: [fence] }) };
    const known = memoryOf(memory) ?? newChannelMemory(randomBytes(8).toString('hex'));
    // First: with it, the channel tells what is open when it is configured again.
    const removed = { name, readTo, memory: JSON.stringify(withRemoval(known, now)) };
    await store.keepOutbox({ channels: [removed], messages: [], ...given });
    let count = 0;
    for (let addedAfter = 0; ;) {
      const waiting = await store.waiting({ channel: name, where: { addedAfter }, limit: pageOfMessages });
      const messages = waiting.map((head): MessageChange => ({
        ...head,
        state: 'dead',
        endedAt: now,
        lastError: 'the channel was removed',
      }));
      if (messages.length > 0) await store.keepOutbox({ channels: [], messages, ...given });
      count += messages.length;
      if (waiting.length < pageOfMessages) break;
      addedAfter = waiting.at(-1)?.place ?? addedAfter;
    }
    if (count > 0)
      log.warn({ channel: name, messages: count }, 'channel is no longer configured: its messages are dead');
  }

  return {
    /** Looks at once with the next call. */
    soon(): void {
      nextAt = 0;
    },
    /** Looks when it is time; `isBusy` is true for a channel with an attempt that runs. */
    async look(
      channels: readonly Pick<Channel, 'name'>[],
      now: number,
      isBusy: (channel: string) => boolean,
    ): Promise<void> {
      if (now < nextAt) return;
      nextAt = now + lookEveryMs;
      const configured = new Set(channels.map(({ name }) => name));
      const stored = await store.channels();
      const waiting = new Set(await store.waitingChannels());
      for (const { name, memory, readTo } of stored) {
        if (configured.has(name)) continue;
        if (memoryOf(memory)?.removedAt !== undefined && !waiting.has(name)) continue;
        if (isBusy(name)) nextAt = now;
        else if (await parts.isRemoved(name))
          await remove(name, memory, readTo, now).catch((error: unknown) => {
            // Another instance has the channel now.
            if (!(error instanceof FencedError)) throw error;
          });
      }
    },
  };
}
