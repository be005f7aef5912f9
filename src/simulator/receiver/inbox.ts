import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { isObject, parseJson } from '../../domain/json.js';
import type { ReceivedMessage, Reading, Run } from '../../page/receiver-view.js';
import { kinds } from './channels.js';

/** What is kept of a channel, of a message and of its attempts. */
const mostMessages = 200;
const mostBody = 64 * 1_024;
const mostAnswers = 10;
const mostLines = 200;
const mostRuns = 1_000;
const mostText = 16_000;
const mostFacts = 10;
const mostHeader = 500;
const mostAddress = 2_000;
/** Characters of all messages of a channel; beyond it the oldest go. */
const mostOfChannel = 1_024 * 1_024;

/** Headers that say something of a message; others may have secrets. */
const shownHeaders = ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];

interface Arrival {
  readonly channel: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
  /** Name of the behaviour that answers. */
  readonly play: string;
  readonly isTaken: boolean;
}

/** Messages that arrived, bounded in number and size. A message that arrives again is one with an attempt more. */
export interface Inbox {
  add(arrival: Arrival): ReceivedMessage;
  /** Newest first. */
  list(channel: string): readonly ReceivedMessage[];
  clear(): void;
}

/** The beginning of a text, as a copy: a part of a text keeps the whole in memory. */
const beginning = (text: string, most: number): string =>
  Buffer.from(text.slice(0, most), 'utf16le').toString('utf16le');

/** At most so much of a message as a page can show. */
function bounded({ lines, facts, thread }: Reading): Reading {
  let left = mostText;
  let runs = 0;
  const boundedRun = ({ text: whole, bold, href }: Run): Run[] => {
    const text = beginning(whole, left);
    if (text === '' || runs === mostRuns) return [];
    left -= text.length;
    runs += 1;
    // Of a longer address the beginning would lead elsewhere.
    const leads = href !== undefined && href.length <= mostAddress;
    return [{ text, ...(bold && { bold }), ...(leads && { href: beginning(href, mostAddress) }) }];
  };
  return {
    lines: lines.slice(0, mostLines).map((line) => line.flatMap(boundedRun)),
    facts: facts.slice(0, mostFacts).map((fact) => beginning(fact, mostHeader)),
    thread: thread === null ? null : beginning(thread, mostHeader),
  };
}

/** Characters that are kept of a message. */
function sizeOf({ body, reading }: ReceivedMessage): number {
  const runs = reading?.lines.flat() ?? [];
  return runs.reduce((sum, { text, href = '' }) => sum + text.length + href.length, body.length);
}

/** Takes the oldest messages away until the rest is within the limits; the newest one stays. */
function makeRoom(known: Map<string, ReceivedMessage>): void {
  let size = [...known.values()].reduce((sum, message) => sum + sizeOf(message), 0);
  for (const [id, message] of known) {
    if ((known.size <= mostMessages && size <= mostOfChannel) || known.size === 1) return;
    known.delete(id);
    size -= sizeOf(message);
  }
}

/** The JSON object of a body; null for none. */
export function objectIn(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseJson(body);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Verifies the signature of a request; throws where it does not hold. */
export type Verifier = Pick<Webhook, 'verify'>;

/** The verifier for a secret of Standard Webhooks; null where it is none. */
export function createVerifier(secret: string): Verifier | null {
  try {
    return new Webhook(secret);
  } catch {
    return null;
  }
}

/** Without a verifier no signature is looked at. */
export function createInbox(verifier: Verifier | null): Inbox {
  const channels = new Map<string, Map<string, ReceivedMessage>>();
  let number = 0;

  function signatureOf({ channel, headers, body }: Arrival): ReceivedMessage['signature'] {
    if (verifier === null || !['webhook', 'alertmanager'].includes(channel)) return null;
    if (headers['webhook-signature'] === undefined) return 'missing';
    try {
      verifier.verify(body, headers as Record<string, string>);
      return 'holds';
    } catch {
      return 'fails';
    }
  }

  function readingOf(
    { channel, body }: Arrival,
    known: ReadonlyMap<string, ReceivedMessage>,
  ): Reading | null {
    const object = objectIn(body);
    if (object === null) return null;
    const former = (thread: string): Reading | null =>
      [...known.values()].find(({ reading }) => reading?.thread === thread.slice(0, mostHeader))?.reading ??
      null;
    const read = kinds[channel]?.read(object, former) ?? null;
    return read && bounded(read);
  }

  return {
    add(arrival) {
      const { channel, headers, body, at, play, isTaken } = arrival;
      const known = channels.get(channel) ?? new Map<string, ReceivedMessage>();
      channels.set(channel, known);
      const given = headers['webhook-id'];
      const id =
        typeof given === 'string' && given !== ''
          ? beginning(given, mostHeader)
          : createHash('sha256').update(body).digest('hex').slice(0, 16);
      const before = known.get(id);
      const answered = { at, play, isTaken };
      number += before === undefined ? 1 : 0;
      const message: ReceivedMessage = {
        number: before?.number ?? number,
        id,
        idOf: given === undefined ? 'body' : 'header',
        firstAt: before?.firstAt ?? at,
        lastAt: at,
        arrivals: (before?.arrivals ?? 0) + 1,
        taken: (before?.taken ?? 0) + (isTaken ? 1 : 0),
        answers: [...(before?.answers ?? []), answered].slice(-mostAnswers),
        reading: readingOf(arrival, known),
        signature: signatureOf(arrival),
        headers: Object.fromEntries(
          shownHeaders.flatMap((name) => {
            const value = headers[name];
            return typeof value === 'string' ? [[name, beginning(value, mostHeader)]] : [];
          }),
        ),
        body: Buffer.from(body).subarray(0, mostBody).toString('utf8'),
        size: Buffer.byteLength(body),
      };
      // To the end: the newest arrival is the last.
      known.delete(id);
      known.set(id, message);
      makeRoom(known);
      return message;
    },
    list: (channel) => [...(channels.get(channel)?.values() ?? [])].reverse(),
    clear: () => {
      channels.clear();
    },
  };
}
