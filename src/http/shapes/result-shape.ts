import * as z from 'zod';
import { keysOf } from '../../domain/table.js';
import { blameFor, outcomes } from '../../domain/reason.js';
import type { RecordedResult } from '../../domain/result.js';
import { phaseNames } from '../../domain/result.js';
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
    first_token_seconds: secondsField.nullable().describe('Seconds to the first text; null unless streamed.'),
    phases: z
      .partialRecord(z.enum(phaseNames), secondsField)
      .nullable()
      .describe(
        'Seconds of each phase that took place; stored for the newest result and for results that are not healthy.',
      ),
    usage: z.object({ input_tokens: countField, output_tokens: countField }).nullable(),
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
  const { phases } = result;
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
    phases: measured.length === 0 ? null : Object.fromEntries(measured),
    usage: result.usage && {
      input_tokens: result.usage.inputTokens,
      output_tokens: result.usage.outputTokens,
    },
    response: result.response,
    response_model: result.responseModel,
    recheck: result.kind === 'recheck',
    stalled: result.stalled === true,
  };
}
