import type { Message } from '../../domain/notify/message.js';
import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, fitted, told } from '../text.js';

/** Services behind apprise have limits of their own, of which this is a usual one. */
const longestBody = 4_000;

const typeOf = ({ kind }: Message): string => {
  if (kind === 'resolved' || kind === 'passed') return 'success';
  return kind === 'remark' || kind === 'test' || kind === 'acknowledged' ? 'info' : 'failure';
};

/** Some of them have mentions, which a name of a model is not: a word joiner, which is not seen, parts it. */
const inert = (text: string): string => text.replaceAll('@', '@\u2060');

/** The API of apprise-api: https://github.com/caronc/apprise-api#api-details */
export const apprise: Dialect<'apprise'> = (message, { url, tag }, context) => {
  const text = told(message, context);
  const lines = [...bodyLines(text), ...(text.link === null ? [] : [text.link])];
  return jsonRequest(url, {
    title: inert(text.title),
    body: inert(lines.length === 0 ? text.title : fitted(lines, longestBody)),
    type: typeOf(message),
    format: 'text',
    ...(tag !== null && { tag }),
  });
};
