import type { Message } from '../domain/notify/message.js';
import type { ChannelTarget } from '../domain/notify/channel.js';
import type { ChannelContext } from './request.js';
import { bodyLines, cut, markOf, told } from './text.js';

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

/** Hands a mail over to the server; rejects with the error of the connection or the refusal. */
export async function sendMail(
  message: Message,
  target: Email,
  context: ChannelContext,
  timeoutMs: number,
): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const { protocol, hostname, port, username, password } = new URL(target.smtp);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !loopback.test(hostname),
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
  try {
    const { rejected } = await transport.sendMail(mailOf(message, target, context));
    if (rejected.length > 0) throw new Error(`the server refuses ${rejected.length} of the receivers`);
  } finally {
    transport.close();
  }
}
