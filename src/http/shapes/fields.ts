import * as z from 'zod';
import { blames, reasons, stateReasons } from '../../domain/reason.js';

export const timeField = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC.' });
export const secondsField = z.number().describe('Seconds.');
export const countField = z.int().min(0);
export const ratioField = z.number().min(0).max(1);
export const reasonField = z.enum(reasons).describe('Reason of the outcome.');
export const stateReasonField = z.enum(stateReasons).describe('Reason of the state, or why it is unknown.');
export const blameField = z.enum(blames).describe('Who has to act.');

/** `{items, next_cursor}`. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next_cursor: z
      .string()
      .nullable()
      .describe('Value of `cursor` for the next page; null on the last page.'),
  });
}

/** A page of at most `limit` items; `found` was read with one item more, to know whether another page follows. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): { items: readonly T[]; next_cursor: string | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: found.length > limit && last !== undefined ? cursorOf(last) : null };
}
