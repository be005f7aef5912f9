import { Socket } from 'node:net';
import { messageOf } from '../../../domain/thrown.js';
import { within, type Timers } from '../../../domain/timers.js';
import { StoreError } from '../../store-error.js';
import { addressOf } from '../address.js';
import type { ConnectionOptions } from '../database.js';
import { describe } from '../failure.js';

/** Limit in ms of all that the connection is waited for. */
const answerMs = 4_000;
/** Limit in ms for the other side to close a connection. */
const farewellMs = 1_000;
/** ms between two proofs that messages arrive. */
const proofMs = 5_000;
/** ms before the first try to connect again, and before the last of those that double. */
const [firstPauseMs, longestPauseMs] = [250, 10_000];

export interface ListenerParts {
  /** Leads to the server itself, not through a pooler of transactions. */
  readonly url: string;
  /** Names that need no quotes. */
  readonly channels: readonly string[];
  /** Takes what comes. */
  readonly onMessage: (channel: string, text: string) => void;
  /** Sends something over the bus that must come back; resolves once it has. */
  readonly prove: () => Promise<void>;
  /** The connection is there, or has gone. */
  readonly onChange: (open: boolean) => void;
  readonly timers: Timers;
  readonly log: ConnectionOptions['log'];
}

/** A connection of its own that hears channels, and comes back by itself. */
export interface Listener {
  /** Resolves after the first try, also where it failed. */
  start(): Promise<void>;
  isOpen(): boolean;
  close(): void;
}

const noAnswer = (): Error => new StoreError('unavailable', `no answer within ${answerMs / 1000} s`);
const unproved = (): Error =>
  new StoreError(
    'unavailable',
    'what is sent does not come back; behind a pooler of transactions, as PgBouncer may be, set "storage.listen_url" to a URL that leads to the server itself',
  );

export function createListener(parts: ListenerParts): Listener {
  const { channels, onMessage, prove, onChange, timers, log } = parts;
  const { connectionString, shown } = addressOf(parts.url);
  let [open, closed, failing] = [false, false, false];
  let pauseMs = firstPauseMs;
  let cancel = (): void => undefined;
  let end = (): void => undefined;

  const turn = (to: boolean): void => {
    if (open === to) return;
    open = to;
    onChange(to);
  };

  function fail(error: unknown): void {
    end();
    end = () => undefined;
    turn(false);
    if (closed) return;
    if (!failing)
      log.warn(
        { err: { message: messageOf(describe(error, shown)) } },
        'no messages from other instances; the connection is tried again',
      );
    failing = true;
    cancel();
    cancel = timers.set(() => void connect(), pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }

  async function connect(): Promise<void> {
    const { default: pg } = await import('pg');
    if (closed) return;
    const socket = new Socket();
    const client = new pg.Client({
      connectionString,
      stream: () => socket,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      keepAlive: true,
      application_name: 'modelpulse bus',
    });
    let ended = false;
    const isOver = (): boolean => ended;
    const failOnce = (error: unknown): void => {
      if (ended) return;
      ended = true;
      fail(error);
    };
    end = () => {
      ended = true;
      // A host that hangs never confirms the end.
      const giveUp = timers.set(() => socket.destroy(), farewellMs);
      void client
        .end()
        .catch(() => undefined)
        .finally(giveUp);
    };
    client.on('error', failOnce);
    client.on('end', () => failOnce(new StoreError('unavailable', 'the connection ended')));
    client.on('notification', ({ channel, payload = '' }) => {
      if (!ended) onMessage(channel, payload);
    });
    const proved = async (): Promise<void> => {
      await within(timers, answerMs, prove(), unproved);
      if (ended) return;
      cancel = timers.set(() => void proved().catch(failOnce), proofMs);
    };
    try {
      await within(timers, answerMs, client.connect(), noAnswer);
      await client.query(channels.map((channel) => `LISTEN ${channel}`).join('; '));
      await proved();
      if (isOver()) return;
      if (failing) log.info({}, 'messages from other instances arrive again');
      failing = false;
      pauseMs = firstPauseMs;
      turn(true);
    } catch (error) {
      failOnce(error);
    }
  }

  return {
    start: connect,
    isOpen: () => open,
    close() {
      closed = true;
      cancel();
      end();
      turn(false);
    },
  };
}
