import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { NotificationSettings } from '../../config/notifications.js';
import type { Clock } from '../../domain/clock.js';
import { lowest } from '../../domain/list.js';
import type { Channel } from '../../domain/notify/channel.js';
import { newChannelMemory } from '../../domain/notify/memory.js';
import type { Moment } from '../../domain/notify/intake.js';
import type { Message } from '../../domain/notify/message.js';
import type { Notice } from '../../domain/notify/notice.js';
import type { Policy } from '../../domain/notify/policy.js';
import type { NotificationGauges } from '../../metrics/notifications.js';
import type { ShardFence } from '../../store/fleet-port.js';
import type { Store } from '../../store/port.js';
import { FencedError } from '../../store/store-error.js';
import { createChannelState, memoryOf, type ChannelState } from './channel-state.js';
import { createRemovals, type ChannelFences } from './removals.js';
import type { Deliver } from './deliver.js';
import { createHeartbeat } from './heartbeat.js';
import { createTallies } from './tallies.js';
import { policyOf } from './policy.js';
import { findDue, findWaiting } from './waiting.js';

const lookEveryMs = 1_000;
/** ms between two looks for messages that somebody else made pending. */
const refreshEveryMs = 10_000;
/** ms between two comparisons of what channels know with the models. */
const compareEveryMs = 10_000;
/** Notices of one look. */
const mostNotices = 1_000;
/** ms that a stop waits for an attempt that runs. */
const lastAttemptMs = 1_000;

export interface Notifier {
  /** Tries receivers again that wanted nothing more. */
  reloaded(): void;
  /** Looks for messages to send again, which the store has. */
  refresh(): void;
  gauges(): NotificationGauges;
  stop(): Promise<void>;
}

/** Plans and sends messages once a second, each channel on its own; no check waits for it. */
export async function startNotifier(parts: {
  store: Store;
  clock: Clock;
  log: Logger;
  settings: () => NotificationSettings | null;
  /** What is known of models. */
  present: Required<Pick<Moment, 'isKnown' | 'renamed' | 'endOf' | 'lastingOf' | 'isResting'>>;
  /** What lasts of all models, for a channel that is new or to which other routes lead; null while that is not known. */
  lasting: () => readonly Notice[] | null;
  /** True while checks run and results are stored. */
  isAlive: () => boolean;
  deliver: Deliver;
  fences: ChannelFences;
  /** False where another instance has the channel, or may have it. */
  isRemoved: (channel: string) => Promise<boolean>;
}): Promise<Notifier> {
  const { store, clock, log, deliver, fences } = parts;
  const states = new Map<string, ChannelState>();
  /** Under which fence the state of a channel was read: it is void with that. */
  const readUnder = new WeakMap<ChannelState, ShardFence>();
  const tallies = createTallies();
  const attempts = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const removals = createRemovals({ store, log, fences, isRemoved: parts.isRemoved });
  const heartbeat = createHeartbeat({ clock, log, beat: deliver.beat, isAlive: parts.isAlive });
  /** Channels whose receiver wants nothing more, until the configuration is loaded again. */
  const gone = new Set<string>();
  let inForce: { readonly settings: NotificationSettings; readonly policy: Policy } | null = null;
  let [refreshAt, compareAt, lookedAt] = [0, 0, 0];
  let looking: Promise<void> | null = null;
  /** Channels that cannot be written, and '' while nothing can be read or planned. */
  const failing = new Set<string>();

  const policyIn = (settings: NotificationSettings): Policy => {
    if (inForce?.settings !== settings) inForce = { settings, policy: policyOf(settings) };
    return inForce.policy;
  };

  /** Creates the states of channels that are new here, and drops those that are another instance's. */
  async function load(channels: readonly Channel[]): Promise<void> {
    const own = channels.filter(({ name }) => fences === null || fences(name) !== null);
    const names = new Set(own.map(({ name }) => name));
    for (const [name, state] of states) {
      const isStale = readUnder.get(state)?.fence !== fences?.(name)?.fence;
      if (!names.has(name) || isStale) states.delete(name);
    }
    const missing = own.filter(({ name }) => !states.has(name));
    if (missing.length === 0) return;
    const given = new Map(missing.map(({ name }) => [name, fences?.(name) ?? null]));
    const stored = new Map((await store.channels()).map((channel) => [channel.name, channel]));
    const { newest } = await store.notices(Number.MAX_SAFE_INTEGER, 1);
    for (const channel of missing) {
      const known = stored.get(channel.name);
      const memory = memoryOf(known?.memory);
      // A new channel is told of what lasts, and of what happens from now on.
      const readTo = known?.readTo ?? newest;
      const seed = randomBytes(8).toString('hex');
      const initial = { readTo, memory: memory ?? newChannelMemory(seed), isNew: memory === null };
      const state = createChannelState(channel, initial);
      const fence = given.get(channel.name) ?? null;
      if (fence !== null) readUnder.set(state, fence);
      await findWaiting(store, state);
      states.set(channel.name, state);
    }
    refreshAt = 0;
    compareAt = 0;
  }

  async function refresh(now: number): Promise<void> {
    if (now < refreshAt) return;
    refreshAt = now + refreshEveryMs;
    for (const state of states.values()) {
      if (attempts.has(state.name)) continue;
      await findDue(store, state, now);
    }
  }

  async function save(state: ChannelState): Promise<boolean> {
    if (!state.mustWrite(clock.wall())) return true;
    const change = state.changes();
    const fence = readUnder.get(state);
    try {
      await store.keepOutbox({ ...change, ...(fence !== undefined && { fences: [fence] }) });
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      // Another instance has the channel now.
      if (states.get(state.name) === state) states.delete(state.name);
      return false;
    }
    state.written(change);
    failing.delete(state.name);
    return true;
  }

  /** Reads what is new and plans messages. */
  async function plan(policy: Policy, now: number): Promise<void> {
    const least = lowest([...states.values()].map(({ readTo }) => readTo));
    if (least === Infinity) return;
    const { newest, notices } = await store.notices(least, mostNotices);
    const { endOf, lastingOf, ...others } = parts.present;
    // An end may be in the notices that are still to be read.
    const isUpToDate = notices.length < mostNotices;
    const present = { policy, now, isUpToDate, ...others, ...(isUpToDate && { endOf, lastingOf }) };
    const isComparing = isUpToDate && now >= compareAt;
    if (isComparing) compareAt = now + compareEveryMs;
    for (const [name, state] of [...states]) {
      if (states.get(name) !== state) continue;
      const isRouted = state.isRouted(policy.digest);
      const lasting = state.isNew || (!isRouted && isUpToDate) ? parts.lasting() : [];
      if (lasting === null && state.isNew) continue;
      const begins = lasting !== null && (isRouted || isUpToDate);
      // A new database, in place of a damaged one, counts from the beginning.
      const from = newest < state.readTo && newest < least ? 0 : state.readTo;
      const fresh = notices.filter(({ id }) => id > from);
      const to = fresh.at(-1)?.id ?? from;
      const compares = isComparing && state.isOutdated(present);
      const isDue =
        state.isNew || (!isRouted && begins) || compares || (state.nextAt !== null && state.nextAt <= now);
      if (fresh.length === 0 && !isDue && from === state.readTo) continue;
      try {
        const known = state.notOpen(lasting ?? []).map((notice) => ({ id: 0, notice }));
        const look = { ...present, compares, ...(begins && { routes: policy.digest }) };
        tallies.heldBack(name, state.plan([...known, ...fresh], to, look));
      } catch (error) {
        // It is read again as it is stored.
        states.delete(name);
        throw error;
      }
      // A plan for thousands of models takes some ms, and there may be many channels.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function attempt(channel: Channel, state: ChannelState): Promise<void> {
    for (;;) {
      // What is told was stored, and what was told is stored before the next one.
      if (isStopping() || !(await save(state)) || gone.has(channel.name)) return;
      // The channel is another instance's, or is configured no longer.
      if (states.get(channel.name) !== state) return;
      const message = state.due(clock.wall());
      if (message === null) return;
      const [stored] = await store.messages({ id: message.id, limit: 1 });
      if (stored === undefined) {
        state.lost(message);
        return;
      }
      state.tried(message);
      const outcome = await deliver.deliver(channel, stored.body as Message, stopping.signal);
      if (isStopping() && outcome.kind === 'failed') return;
      const isGivenUp = state.ended(message, outcome, clock.wall());
      if (outcome.kind === 'failed') {
        const { name } = channel;
        tallies.failed(name);
        const { id, attempts: before } = message;
        const line = { channel: name, id, attempts: before + 1, reason: outcome.error };
        if (isGivenUp) {
          tallies.givenUp(name);
          log.error(line, 'notification given up after its last attempt');
        } else log.warn(line, 'notification failed; it is tried again');
        if (outcome.gone) {
          gone.add(name);
          log.error({ channel: name }, 'receiver answers 410: nothing more is sent to it until a reload');
        }
      } else {
        if (outcome.kind === 'delivered') tallies.sent(channel.name);
        if (outcome.kind === 'delivered' && outcome.refused !== null)
          log.warn(
            { channel: channel.name, id: message.id, reason: outcome.refused },
            'notification sent, but not to all of the receivers',
          );
        log.debug({ channel: channel.name, id: message.id }, 'notification sent');
      }
      await save(state);
    }
  }

  function send(channels: readonly Channel[]): void {
    for (const channel of channels) {
      const state = states.get(channel.name);
      if (state === undefined || attempts.has(channel.name)) continue;
      const now = clock.wall();
      if (!state.mustWrite(now) && state.due(now) === null) continue;
      const running = attempt(channel, state)
        .catch((error: unknown) => failed(error, channel.name))
        .finally(() => attempts.delete(channel.name));
      attempts.set(channel.name, running);
    }
  }

  function failed(error: unknown, channel = ''): void {
    if (!failing.has(channel) && !isStopping())
      log.error(
        { err: error, ...(channel !== '' && { channel }) },
        'notifications cannot be planned or stored; it is tried again each second',
      );
    failing.add(channel);
  }

  /** What waits for a time of the clock waits no longer where that is set back. */
  function noteTime(now: number): void {
    if (now < lookedAt) {
      [refreshAt, compareAt] = [0, 0];
      removals.soon();
      for (const state of states.values()) state.setBack(now, lookedAt - now);
    }
    lookedAt = now;
  }

  async function look(): Promise<void> {
    const settings = parts.settings();
    heartbeat.look(settings?.heartbeat ?? null, stopping.signal);
    noteTime(clock.wall());
    await removals.look(settings?.channels ?? [], clock.wall(), (channel) => attempts.has(channel));
    if (settings === null) {
      states.clear();
      failing.delete('');
      return;
    }
    const now = clock.wall();
    await load(settings.channels);
    await refresh(now);
    await plan(policyIn(settings), now);
    send(settings.channels);
    failing.delete('');
  }

  // What happens from here on is told.
  await load(parts.settings()?.channels ?? []).catch((error: unknown) => failed(error));
  for (const state of states.values()) await save(state).catch((error: unknown) => failed(error, state.name));

  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => failed(error))
      .finally(() => (looking = null));
  }, lookEveryMs);

  return {
    reloaded() {
      gone.clear();
      removals.soon();
      compareAt = 0;
    },
    refresh() {
      refreshAt = 0;
    },
    gauges: () => tallies.gauges([...states.values()], clock.wall()),
    async stop() {
      clearInterval(timer);
      stopping.abort();
      const running = Promise.allSettled([looking, ...attempts.values()]);
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, lastAttemptMs).unref())]);
      deliver.close();
    },
  };
}
