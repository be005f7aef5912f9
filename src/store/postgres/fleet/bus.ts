import { createHash } from 'node:crypto';
import { messageOf } from '../../../domain/thrown.js';
import type { Timers } from '../../../domain/timers.js';
import { BusError, type Bus, type BusHandler } from '../../fleet-port.js';
import type { ConnectionOptions, Database } from '../database.js';
import { kindFrom, messageFrom, mostMessageBytes, textOfMessage, type BusMessage } from './bus-message.js';
import { createListener } from './listener.js';
import { createQuestions } from './questions.js';

/** Most handlers of events, and of questions, that run at a time; what comes meanwhile is dropped. Checks take long. */
const mostRunning = 100;

export interface BusParts {
  readonly own: string;
  /** Sends; also through a pooler of transactions. */
  readonly database: Database;
  /** Leads to the server itself. */
  readonly listenUrl: string;
  /** Whether an instance is live. Rejects with StoreError. */
  readonly isLive: (id: string) => Promise<boolean>;
  readonly timers: Timers;
  readonly log: ConnectionOptions['log'];
}

/** Messages for handlers. */
type Handled = Extract<BusMessage, { type: 'event' | 'question' }>;

/** Names of channels belong to the whole database: the schema's is part of ours, and its length is bounded. */
export function channelOf(schema: string): string {
  return `modelpulse_${createHash('sha256').update(schema).digest('hex').slice(0, 16)}`;
}

/** A bus over LISTEN and NOTIFY: a channel for all, and one for each instance. */
export function createBus(parts: BusParts): Bus & { start(): Promise<void>; close(): void } {
  const { own, database, isLive, timers, log } = parts;
  const everybody = channelOf(database.schema);
  const handlers = new Map<string, Set<BusHandler>>();
  const returns = new Set<() => void>();
  const questions = createQuestions(timers);
  let dropped = 0;
  const running = { event: 0, question: 0 };
  let wasOpen = false;

  const away = (): BusError =>
    new BusError('away', 'the bus has no connection: messages of other instances do not arrive');

  function kindOf(text: string): string {
    const kind = kindFrom(text);
    if (kind === null) throw new TypeError(`a kind of messages is a-z, 0-9, _ . -, up to 64: ${text}`);
    return kind;
  }
  async function send(to: string | null, message: BusMessage): Promise<void> {
    const text = textOfMessage(message);
    if (text === null) throw new BusError('too_long', `a message is longer than ${mostMessageBytes} bytes`);
    try {
      await database.run('SELECT pg_notify($1, $2)', [to === null ? everybody : `${everybody}_${to}`, text]);
    } catch (error) {
      throw new BusError('away', messageOf(error), { cause: error });
    }
  }

  async function ask(to: string, asked: (id: string) => BusMessage, timeoutMs: number): Promise<unknown> {
    const { id, answer } = questions.begin(to, timeoutMs);
    try {
      await Promise.all([send(to, asked(id)), answer]);
    } finally {
      questions.drop(id);
    }
    return answer;
  }

  async function handle(message: Handled): Promise<void> {
    const { kind, from, body } = message;
    const ours = [...(handlers.get(kind) ?? [])];
    if (message.type === 'event') {
      await Promise.all(
        ours.map(async (handler) => {
          await handler(body, from);
        }),
      );
      return;
    }
    const { question } = message;
    const refuse = (reason: string): Promise<void> =>
      send(from, { type: 'refusal', from: own, question, reason: reason.slice(0, 500) });
    const [handler] = ours;
    if (handler === undefined) return refuse(`nobody answers ${kind}`);
    try {
      const answer = (await handler(body, from)) ?? null;
      await send(from, { type: 'answer', from: own, question, body: answer });
    } catch (error) {
      await refuse(messageOf(error));
    }
  }

  function begin(message: Handled): void {
    const { type } = message;
    if (running[type] >= mostRunning) {
      dropped += 1;
      return;
    }
    running[type] += 1;
    void handle(message)
      .catch((error: unknown) =>
        log.warn(
          { err: { message: messageOf(error) }, kind: message.kind },
          'a message of another instance was not handled',
        ),
      )
      .finally(() => (running[type] -= 1));
  }

  function take(channel: string, text: string): void {
    const message = messageFrom(text);
    const isOurs = channel !== everybody;
    if (message === null || (message.type === 'event') === isOurs) {
      dropped += 1;
      return;
    }
    const { type, from } = message;
    if (type === 'proof') questions.settle(message.question, from, null);
    else if (type === 'answer') questions.settle(message.question, from, message.body);
    else if (type === 'refusal') {
      const error = new BusError('refused', `the instance ${from} refuses: ${message.reason}`);
      questions.fail(message.question, from, error);
    } else if (type === 'question' || from !== own) begin(message);
  }

  const listener = createListener({
    url: parts.listenUrl,
    channels: [everybody, `${everybody}_${own}`],
    onMessage: take,
    prove: async () => {
      await ask(own, (question) => ({ type: 'proof', from: own, question }), 10_000);
    },
    onChange(open) {
      if (!open) questions.failAll(away);
      else if (wasOpen) for (const handler of returns) handler();
      wasOpen ||= open;
    },
    timers,
    log,
  });

  return {
    async publish(kind, body) {
      await send(null, { type: 'event', from: own, kind: kindOf(kind), body: body ?? null });
    },
    subscribe(kind, handler) {
      const ours = handlers.get(kindOf(kind)) ?? new Set();
      handlers.set(kind, ours.add(handler));
      return () => void ours.delete(handler);
    },
    async ask(to, kind, body, timeoutMs) {
      const asked = { kind: kindOf(kind), body: body ?? null };
      if (!listener.isOpen()) throw away();
      const live = await isLive(to).catch((error: unknown) => {
        throw new BusError('away', messageOf(error), { cause: error });
      });
      if (!live) throw new BusError('no_such_instance', `there is no live instance ${to}`);
      return ask(to, (question) => ({ type: 'question', from: own, question, ...asked }), timeoutMs);
    },
    onReturn(handler) {
      returns.add(handler);
      return () => void returns.delete(handler);
    },
    isOpen: listener.isOpen,
    dropped: () => dropped,
    start: listener.start,
    close() {
      listener.close();
      questions.failAll(away);
    },
  };
}
