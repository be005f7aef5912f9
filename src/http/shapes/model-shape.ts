import * as z from 'zod';
import { blameFor } from '../../domain/reason.js';
import { states } from '../../domain/state.js';
import { stateAt } from '../../domain/timeline.js';
import { pausers, uptimeWindows, type ModelView } from '../../domain/view.js';
import { blameField, ratioField, stateReasonField, timeField } from './fields.js';
import { resultSchema, resultShape } from './result-shape.js';
import { isoTime } from '../time.js';
import { keysOf } from '../../domain/table.js';

export const uptimeField = ratioField
  .nullable()
  .describe(
    '(healthy + degraded) / (healthy + degraded + unhealthy) in time; null if less than 1 % is known.',
  );
export const coverageField = ratioField
  .nullable()
  .describe(
    'Share of the window, excluding maintenance, in which the state was known; null for an empty window.',
  );

const windows = keysOf(uptimeWindows);

export const modelSchema = z
  .object({
    id: z.string(),
    state: z.enum(states).describe('Confirmed state.'),
    since: timeField.describe('Start of the state.'),
    reason: stateReasonField
      .nullable()
      .describe('Reason of the state, or why it is unknown now; null in maintenance.'),
    blame: blameField.nullable(),
    paused_by: z
      .enum(pausers)
      .nullable()
      .describe(
        'Source of the pause: the configuration (`pause: true`) or an operator; null if the model is not paused.',
      ),
    labels: z.record(z.string(), z.string()),
    provider: z.string(),
    model_name: z.string().describe('Name of the model at the provider.'),
    slo: ratioField.nullable().describe('Uptime objective.'),
    last_check: resultSchema.nullable().describe('Newest result, of any outcome.'),
    api_keys: z
      .array(
        z.object({
          key: z.int().describe('Position of the key, from 1.'),
          healthy: z
            .boolean()
            .nullable()
            .describe('Whether the provider accepted the key at its last use; null before the first.'),
        }),
      )
      .describe('API keys, if there are several; they are used in rotation.'),
    next_check: timeField.nullable().describe('Slot of the next check.'),
    uptime: z
      .record(z.enum(windows), z.object({ uptime: uptimeField, coverage: coverageField }))
      .describe('Uptime and coverage by window; each window ends now.'),
  })
  .describe('Model of the registry and its present state.');

/** A model in the API's form at `now`. */
export function modelShape(view: ModelView, now: number): z.output<typeof modelSchema> {
  const { model, latest } = view;
  const { state, since, reason } = stateAt(view.health, now);
  return {
    id: model.id,
    state,
    since: isoTime(since),
    reason,
    blame: reason && blameFor(reason),
    paused_by: view.pausedBy,
    labels: { ...model.labels },
    provider: model.provider,
    model_name: model.modelName,
    slo: model.slo,
    last_check: latest && resultShape(model.id, latest),
    api_keys: view.keys.map((healthy, index) => ({ key: index + 1, healthy })),
    next_check: isoTime(view.nextDue()),
    uptime: { ...view.uptime },
  };
}
