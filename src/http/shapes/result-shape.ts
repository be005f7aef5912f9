import * as z from 'zod';
import { amountOf } from '../../domain/cost.js';
import { keysOf } from '../../domain/table.js';
import { blameFor, outcomes } from '../../domain/reason.js';
import type { RecordedResult } from '../../domain/result.js';
import { phaseNames } from '../../domain/result.js';
import { tokensPerSecond } from '../../domain/speed.js';
import { rateField, rateOrNull } from './speed-shape.js';
import { blameField, countField, reasonField, secondsField, timeField } from './fields.js';
import { isoTime, toSeconds } from '../time.js';

export const resultSchema = z
  .object({
    model: z.string().describe('Id of the model.'),
    slot: timeField.describe('Scheduled time of the result.'),
    started_at: timeField.describe('Start of the attempt.'),
    outcome: z.enum(outcomes),
    reason: reasonField,
    blame: blameField.nullable(),
    detail: z.string().nullable().describe('Detail of the reason; bounded, without secrets.'),
    http_status: z.int().nullable(),
    duration_seconds: secondsField
      .nullable()
      .describe('Seconds to the last byte; null if no request was sent.'),
    first_token_seconds: secondsField
      .nullable()
      .describe('Seconds to the first text or reasoning; null unless streamed.'),
    first_text_seconds: secondsField.nullable().describe('Seconds to the first text; null unless streamed.'),
    first_reasoning_seconds: secondsField
      .nullable()
      .describe('Seconds to the first reasoning; null without, and unless streamed.'),
    content_seconds: secondsField
      .nullable()
      .describe('Seconds from the first chunk with text or reasoning to the last; null from fewer than 5.'),
    gap_seconds: secondsField
      .nullable()
      .describe('Longest time between two chunks with text or reasoning; null unless streamed.'),
    tokens_per_second: rateField
      .nullable()
      .describe('Tokens per second after the first one; null below 16 tokens, and unless streamed.'),
    phases: z
      .partialRecord(z.enum(phaseNames), secondsField)
      .nullable()
      .describe(
        'Seconds of each phase that took place; stored for the newest result and for results that are not healthy.',
      ),
    usage: z.object({ input_tokens: countField, output_tokens: countField }).nullable(),
    cost: z
      .number()
      .min(0)
      .nullable()
      .describe(
        'Cost in the currency of the model (`cost.currency`), at the price of that time; null if not known.',
      ),
    response: z.string().nullable().describe('Text of the answer, bounded; stored like `phases`.'),
    response_model: z.string().nullable().describe('Model name in the reply; stored like `phases`.'),
    recheck: z.boolean().describe('Whether the check was made to confirm a failure.'),
    stalled: z
      .boolean()
      .describe('Whether the monitor itself was paused during the check; if so, there is no latency.'),
  })
  .describe('Result of one check. Unknown values are null.');

type ResultShape = z.output<typeof resultSchema>;

/** A result in the form of the API, `check --json` and events. */
export function resultShape(model: string, result: RecordedResult): ResultShape {
  const { phases, speed } = result;
  const measured = keysOf(phases).map((phase) => [phase, toSeconds(phases[phase] ?? null)] as const);
  return {
    model,
    slot: isoTime(result.slot),
    started_at: isoTime(result.startedAt),
    outcome: result.outcome,
    reason: result.reason,
    blame: blameFor(result.reason),
    detail: result.detail,
    http_status: result.httpStatus,
    duration_seconds: toSeconds(result.durationMs),
    first_token_seconds: toSeconds(result.firstTokenMs),
    first_text_seconds: toSeconds(speed?.firstTextMs ?? null),
    first_reasoning_seconds: toSeconds(speed?.firstReasoningMs ?? null),
    content_seconds: toSeconds(speed?.contentMs ?? null),
    gap_seconds: toSeconds(speed?.gapMs ?? null),
    tokens_per_second: rateOrNull(tokensPerSecond(result)),
    phases: measured.length === 0 ? null : Object.fromEntries(measured),
    usage: result.usage && {
      input_tokens: result.usage.inputTokens,
      output_tokens: result.usage.outputTokens,
    },
    cost: result.costNanos === undefined || result.costNanos === null ? null : amountOf(result.costNanos),
    response: result.response,
    response_model: result.responseModel,
    recheck: result.kind === 'recheck',
    stalled: result.stalled === true,
  };
}
