import * as z from 'zod';
import { mostTokens } from '../domain/result.js';

/** Path of the model-health API for a described model (`endpoint_configuration`). */
export const modelHealthPath = '/redteam/v3/model-health';

/** Body of a request; the configuration is validated when it is expanded. */
export const modelHealthRequest = z.looseObject({
  endpoint_configuration: z.record(z.string(), z.unknown()),
});
export type ModelHealthRequest = z.infer<typeof modelHealthRequest>;

/** Maximum characters that are read of a text; the daemon keeps fewer. */
const longestText = 16_384;

const text = z
  .string()
  .transform((value) => value.slice(0, longestText))
  .nullish()
  .catch(null);
/** JSON allows -0, and the store does not. */
const unsigned = (value: number): number => Math.abs(value);
/** A count of tokens. */
export const healthCount = z.int().min(0).max(mostTokens).overwrite(unsigned);
/** A check ends within its timeout, which is at most a day. */
export const healthSeconds = z.number().min(0).max(86_400).overwrite(unsigned);
const seconds = healthSeconds.nullish().catch(null);

/**
 * Body of an answer. Only `status` decides: the original sends a filled `error` beside `healthy`, so other members that
 * do not fit, numbers out of bounds included, count as absent. `details` is this project's addition.
 */
export const modelHealthReply = z.looseObject({
  status: z.enum(['healthy', 'unhealthy']),
  message: text,
  data: z.looseObject({ query: text, response: text }).nullish().catch(null),
  error: text,
  details: z
    .looseObject({
      outcome: text,
      reason: text,
      blame: text,
      duration_seconds: seconds,
      first_token_seconds: seconds,
      usage: z.looseObject({ input_tokens: healthCount, output_tokens: healthCount }).nullish().catch(null),
      response_model: text,
    })
    .nullish()
    .catch(null),
});
export type ModelHealthReply = z.infer<typeof modelHealthReply>;
