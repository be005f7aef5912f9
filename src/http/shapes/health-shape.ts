import * as z from 'zod';
import { blameFor, outcomes } from '../../domain/reason.js';
import { mostTokens, type CheckResult } from '../../domain/result.js';
import { healthCount, healthSeconds } from '../../wire/model-health.js';
import { blameField, reasonField } from './fields.js';
import { toSeconds } from '../time.js';

const secondsField = healthSeconds.describe('Seconds.');

export const healthAnswerSchema = z
  .object({
    status: z.enum(['healthy', 'unhealthy']).describe('Degraded is healthy; unknown is unhealthy.'),
    message: z.string(),
    data: z.object({ query: z.string().nullable(), response: z.string().nullable() }),
    error: z.string().nullable().describe('Null if the status is healthy.'),
    details: z.object({
      outcome: z.enum(outcomes),
      reason: reasonField,
      blame: blameField.nullable(),
      duration_seconds: secondsField.nullable(),
      first_token_seconds: secondsField.nullable(),
      usage: z.object({ input_tokens: healthCount, output_tokens: healthCount }).nullable(),
      response_model: z.string().nullable(),
    }),
  })
  .describe('Result of one check in the format of the model-health API.');

/** Answer for saved and for described models. */
export interface HealthAnswer {
  readonly query: string;
  readonly result: CheckResult;
}

function messageOf({ outcome, reason }: CheckResult): string {
  switch (outcome) {
    case 'healthy':
      return 'Model health check completed successfully';
    case 'degraded':
      return `Model health check completed: the model is degraded (${reason})`;
    case 'unhealthy':
      return `Model is unhealthy: ${reason}`;
    case 'unknown':
      return `Model health is unknown: ${reason}`;
  }
}

/** The value, or null where the schema does not allow it: a check during a suspend of days took that long. */
function fitting(schema: z.ZodNumber, value: number | null): number | null {
  return schema.safeParse(value).success ? value : null;
}

export function healthAnswer({ query, result }: HealthAnswer): z.output<typeof healthAnswerSchema> {
  const healthy = result.outcome === 'healthy' || result.outcome === 'degraded';
  return {
    status: healthy ? 'healthy' : 'unhealthy',
    message: messageOf(result),
    data: { query, response: result.response },
    error: healthy ? null : (result.detail ?? result.reason),
    details: {
      outcome: result.outcome,
      reason: result.reason,
      blame: blameFor(result.reason),
      duration_seconds: fitting(healthSeconds, toSeconds(result.durationMs)),
      first_token_seconds: fitting(healthSeconds, toSeconds(result.firstTokenMs)),
      usage: result.usage && {
        input_tokens: Math.min(result.usage.inputTokens, mostTokens),
        output_tokens: Math.min(result.usage.outputTokens, mostTokens),
      },
      response_model: result.responseModel,
    },
  };
}
