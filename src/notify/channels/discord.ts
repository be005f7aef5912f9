import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, fitted, markOf, told } from '../text.js';

/** Characters of a message. */
const longestContent = 2_000;

/** Escapes what is markup in Discord, a number at the begin of a list too; mentions are switched off besides. */
const escaped = (text: string): string =>
  text.replace(/[\\*_~`|>#[\]()<:@+-]/g, '\\$&').replace(/^(\d+)\./, '$1\\.');

/** Webhooks: https://docs.discord.com/developers/resources/webhook#execute-webhook */
export const discord: Dialect<'discord'> = (message, { url }, context) => {
  const text = told(message, context);
  const lines = [`${markOf(message)} **${escaped(text.title)}**`, ...bodyLines(text).map(escaped)];
  const link = text.link === null ? [] : [`<${text.link}>`];
  const room = longestContent - link.join('').length - 1;
  return jsonRequest(url, {
    content: [fitted(lines, room), ...link].join('\n'),
    allowed_mentions: { parse: [] },
    // Without previews of links.
    flags: 4,
  });
};
