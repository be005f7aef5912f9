import { withoutTrailingSlashes } from '../../domain/address.js';
import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, fitted, markOf, told } from '../text.js';

/** Characters of a message, which Telegram counts without its markup. */
const longestText = 4_096;

/**
 * Telegram finds mentions, commands, tags and addresses in text without markup, too: a word joiner, which is not seen, parts the
 * signs that begin them.
 */
const inert = (text: string): string => text.replace(/[@#$](?=\S)|(?<!\w)\/(?=\w)|:\/\//g, '$&\u2060');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Bot API: https://core.telegram.org/bots/api#sendmessage */
export const telegram: Dialect<'telegram'> = (message, { token, chat, apiUrl }, context) => {
  const text = told(message, context);
  const lines = [
    `${markOf(message)} <b>${escaped(inert(text.title))}</b>`,
    ...bodyLines(text).map((line) => escaped(inert(line))),
  ];
  const link = text.link === null ? [] : [`<a href="${escaped(text.link)}">Open in modelpulse</a>`];
  const room = longestText - link.join('').length - 1;
  return jsonRequest(`${withoutTrailingSlashes(apiUrl)}/bot${token}/sendMessage`, {
    chat_id: chat,
    text: [fitted(lines, room), ...link].join('\n'),
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  });
};
