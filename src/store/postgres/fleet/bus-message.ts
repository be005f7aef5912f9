import * as z from 'zod';

/** Most bytes of a message with its envelope: PostgreSQL takes less than 8,000. */
export const mostMessageBytes = 4_000;

const instance = z.string().regex(/^[0-9a-f]{16}$/);
const kind = z.string().regex(/^[a-z0-9_.-]{1,64}$/);
const question = z.uuid();

/** What goes over the bus: to all, or to one instance. */
const message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('event'), from: instance, kind, body: z.unknown() }),
  z.strictObject({ type: z.literal('question'), from: instance, kind, question, body: z.unknown() }),
  z.strictObject({ type: z.literal('answer'), from: instance, question, body: z.unknown() }),
  z.strictObject({ type: z.literal('refusal'), from: instance, question, reason: z.string().max(500) }),
  z.strictObject({ type: z.literal('proof'), from: instance, question }),
]);

export type BusMessage = z.infer<typeof message>;

/** Null for a kind that no message may have. */
export const kindFrom = (text: string): string | null => kind.safeParse(text).data ?? null;

/** The text of a message; null where it is too long, or no JSON. */
export function textOfMessage(sent: BusMessage): string | null {
  const text = JSON.stringify(sent);
  return Buffer.byteLength(text) > mostMessageBytes ? null : text;
}

/** Reads what came over the bus, from whomever; null for what no instance sends. */
export function messageFrom(text: string): BusMessage | null {
  if (Buffer.byteLength(text) > mostMessageBytes) return null;
  try {
    return message.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
