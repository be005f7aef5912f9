import * as z from 'zod';

/** Keys in one message, which the bus bounds in bytes. */
export const mostKeysInMessage = 200;

/** Keys of models that an instance has written. */
export const writtenSchema = z.array(z.int().nonnegative()).max(mostKeysInMessage);

/** Id of a model that another instance is asked for or told of. */
export const idSchema = z.string().max(1_000);

/** What an instance answers to a request that was passed on to it. */
export const passedOnSchema = z.union([
  z.object({ ok: z.boolean() }),
  z.object({ status: z.int().min(400).max(599), code: z.string().max(100), message: z.string().max(2_000) }),
]);
