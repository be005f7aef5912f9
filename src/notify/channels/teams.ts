import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, fitted, markOf, told } from '../text.js';

/** Characters of the body: a message has at most 28 KB. */
const longestBody = 5_000;

/** Workflows: https://learn.microsoft.com/en-us/power-automate/teams/send-a-message-in-teams */
export const teams: Dialect<'teams'> = (message, { url }, context) => {
  const text = told(message, context);
  const lines = bodyLines(text);
  // Text runs have no markup, unlike text blocks.
  const block = (content: string, look: object = {}) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: content, ...look }],
  });
  const body = fitted(lines, longestBody);
  return jsonRequest(url, {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            block(`${markOf(message)} ${text.title}`, { weight: 'Bolder', size: 'Medium' }),
            ...(body === '' ? [] : body.split('\n').map((line) => block(line))),
          ],
          ...(text.link !== null && {
            actions: [{ type: 'Action.OpenUrl', title: 'Open in modelpulse', url: text.link }],
          }),
        },
      },
    ],
  });
};
