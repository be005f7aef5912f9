import type { Message } from '../../domain/notify/message.js';
import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, fitted, isOutage, told } from '../text.js';
import { cut } from '../words.js';

/** Bytes of a message, beyond which ntfy makes it an attachment; a character has up to three here. */
const longestMessage = 4_096 / 3;
const longestTitle = 250;

const isGood = ({ kind }: Message): boolean => kind === 'resolved' || kind === 'passed';

function priorityOf(message: Message): number {
  if (
    message.kind === 'remark' ||
    message.kind === 'test' ||
    message.kind === 'acknowledged' ||
    isGood(message)
  )
    return 3;
  return message.members.some(({ what, ended }) => what === 'unhealthy' && ended === null) ? 4 : 3;
}

/** Publishing as JSON, which goes to the root: https://docs.ntfy.sh/publish/#publish-as-json */
export const ntfy: Dialect<'ntfy'> = (message, { url, token }, context) => {
  const text = told(message, context);
  const root = new URL(url);
  const parts = root.pathname.split('/').filter((part) => part !== '');
  const topic = decodeURIComponent(parts.at(-1) ?? '');
  root.pathname = parts.slice(0, -1).join('/');
  root.search = '';
  const lines = bodyLines(text);
  return jsonRequest(
    root.href,
    {
      topic,
      title: cut(text.title, longestTitle),
      message: lines.length === 0 ? text.title : fitted(lines, longestMessage),
      priority: priorityOf(message),
      tags: [
        isGood(message)
          ? 'white_check_mark'
          : message.kind === 'remark' || message.kind === 'acknowledged'
            ? 'information_source'
            : isOutage(message)
              ? 'red_circle'
              : 'orange_circle',
      ],
      ...(text.link !== null && { click: text.link }),
    },
    token === null ? {} : { authorization: `Bearer ${token}` },
  );
};
