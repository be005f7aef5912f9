import type { Message } from '../../domain/notify/message.js';
import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, fitted, told } from '../text.js';

/** Services behind apprise have limits of their own, of which this is a usual one. */
const longestBody = 4_000;

const typeOf = ({ kind }: Message): string => {
  if (kind === 'resolved' || kind === 'passed') return 'success';
  return kind === 'remark' || kind === 'test' ? 'info' : 'failure';
};

/** The API of apprise-api: https://github.com/caronc/apprise-api#api-details */
export const apprise: Dialect<'apprise'> = (message, { url, tag }, context) => {
  const text = told(message, context);
  const lines = [...bodyLines(text), ...(text.link === null ? [] : [text.link])];
  return jsonRequest(url, {
    title: text.title,
    body: lines.length === 0 ? text.title : fitted(lines, longestBody),
    type: typeOf(message),
    format: 'text',
    ...(tag !== null && { tag }),
  });
};
