import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, fitted, markOf, told } from '../text.js';

/** The characters of mrkdwn that begin links, mentions and entities. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Characters of a section of Block Kit; the limit of Slack is 3,000. */
const longestSection = 2_900;

/** Incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack: Dialect<'slack'> = (message, { url }, context) => {
  const text = told(message, context);
  const lines = bodyLines(text);
  // Plain text has no mentions, links or entities.
  const plain = (content: string) => ({
    type: 'section',
    text: { type: 'plain_text', text: content, emoji: false },
  });
  const link = text.link === null ? null : `<${escaped(text.link)}|Open in modelpulse>`;
  return jsonRequest(url, {
    text: escaped(text.title),
    blocks: [
      plain(fitted([`${markOf(message)} ${text.title}`], longestSection)),
      ...(lines.length > 0 ? [plain(fitted(lines, longestSection))] : []),
      ...(link === null ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: link, verbatim: true } }]),
    ],
    unfurl_links: false,
    unfurl_media: false,
  });
};
