import type { ConnectionOptions } from 'node:tls';
import type { Message } from '../domain/notify/message.js';
import type { ChannelTarget } from '../domain/notify/channel.js';
import type { ChannelContext } from './request.js';
import { bodyLines, markOf, told } from './text.js';
import { cut } from './words.js';

type Email = Extract<ChannelTarget, { readonly kind: 'email' }>;

const longestSubject = 200;
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/;

/** The mail of a message; its id is that of the message, and replies of a group are in one thread. */
export function mailOf(message: Message, { from, to }: Email, context: ChannelContext) {
  const text = told(message, context);
  const host = from.slice(from.indexOf('@') + 1);
  const lines = [text.title, '', ...bodyLines(text), ...(text.link === null ? [] : ['', text.link])];
  return {
    from,
    to: [...to],
    subject: cut(`${markOf(message)} ${text.title}`, longestSubject),
    text: `${lines.join('\n').trimEnd()}\n`,
    messageId: `<${message.id}@${host}>`,
    references: [`<${message.thread}@${host}>`],
    date: new Date(message.at),
    headers: { 'auto-submitted': 'auto-generated' },
    // A text from outside names no file and no address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * Hands a mail over to the server; rejects with the error of the connection, or the refusal of all receivers, or once its time is over.
 * Resolves to a text where the server refuses some of the receivers, else null.
 */
export async function sendMail(
  message: Message,
  target: Email,
  context: ChannelContext,
  {
    timeoutMs,
    signal,
    tls,
  }: {
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly tls: ConnectionOptions;
  },
): Promise<string | null> {
  const { createTransport } = await import('nodemailer');
  const { protocol, hostname, port, username, password } = new URL(target.smtp);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    tls,
    requireTLS: !secure && !loopback.test(hostname),
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
  // The limits above are of each step, and a server that sends a line now and then reaches none of them.
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const mail = { ...mailOf(message, target, context), signal: AbortSignal.any([signal, limit]) };
    const { rejected } = await transport.sendMail(mail);
    return rejected.length === 0
      ? null
      : `the server refuses ${rejected.length} of the ${target.to.length} receivers`;
  } catch (error) {
    throw limit.aborted ? new Error(`no end of the dialogue with the server after ${timeoutMs} ms`) : error;
  } finally {
    transport.close();
  }
}
