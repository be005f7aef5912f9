import { isPlausible, parseIsoTime } from '../../../domain/time.js';
import type { ReplyIdentity } from '../../verdict/answer.js';
import { textOf } from './members.js';

const longestId = 200;
/**
 * Random characters of an id behind its kind, such as `chatcmpl-`. Servers that make none write `chatcmpl-123`, `cmpl-0`, a word or the name
 * of the model, and some write the time of their start beside it.
 */
const leastRandom = 8;
const isRandom = (text: string): boolean =>
  text.length >= leastRandom && /\d/.test(text) && !text.includes('/');

/** Unix ms of a time in seconds, in ms or as text; null for what is none. */
function timeOf(value: unknown): number | null {
  const ms =
    typeof value === 'number'
      ? value * (value < 1e11 ? 1_000 : 1)
      : parseIsoTime(textOf(value).slice(0, 40), (local) => local);
  return ms !== null && isPlausible(ms) ? Math.floor(ms) : null;
}

/** The member `identity` of an answer, from the id and the creation time that its API gives; none where one is missing, or is no real one. */
export function identityOf(id: unknown, created: unknown): { readonly identity?: ReplyIdentity } {
  const text = textOf(id);
  const random = text.slice(text.lastIndexOf('_') + 1).replace(/^[a-z]+-/i, '');
  const createdAt = timeOf(created);
  if (createdAt === null || !isRandom(random) || text.length > longestId) return {};
  return { identity: { id: text, createdAt } };
}
