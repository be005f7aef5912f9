import { z } from 'zod';
import { blameFor } from '../domain/reason.js';
import { states } from '../domain/state.js';
import { stateAt } from '../domain/timeline.js';
import { pausers, uptimeWindows, type ModelView, type UptimeWindow } from '../domain/view.js';
import { blameField, ratioField, stateReasonField, timeField } from './fields.js';
import { resultSchema, resultShape } from './result-shape.js';
import { isoTime } from './time.js';

export const uptimeField = ratioField
  .nullable()
  .describe(
    '(healthy + degraded) / (healthy + degraded + unhealthy) in time; null when less than 1 % is known.',
  );
export const coverageField = ratioField
  .nullable()
  .describe('Share of the window less maintenance in which the state was known; null for an empty window.');

const windows = Object.keys(uptimeWindows) as [UptimeWindow, ...UptimeWindow[]];

export const modelSchema = z
  .object({
    id: z.string(),
    state: z.enum(states).describe('What is believed, after confirmation.'),
    since: timeField.describe('Beginning of the state.'),
    reason: stateReasonField
      .nullable()
      .describe('Why the model came into its state, or why it is unknown now; null in maintenance.'),
    blame: blameField.nullable(),
    paused_by: z
      .enum(pausers)
      .nullable()
      .describe(
        'Who paused the model: `pause: true` of the configuration or an operator; null while it is checked.',
      ),
    labels: z.record(z.string(), z.string()),
    provider: z.string(),
    model_name: z.string().describe("The provider's name of the model."),
    slo: ratioField.nullable().describe('Objective for the uptime.'),
    last_check: resultSchema.nullable().describe('The newest result, of any outcome.'),
    api_keys: z
      .array(
        z.object({
          key: z.int().describe('Position, from 1.'),
          healthy: z.boolean().nullable().describe('It was accepted when it was used last; null before.'),
        }),
      )
      .describe('The API keys, where there are several, which take turns.'),
    next_check: timeField.nullable().describe('When the next check is due.'),
    uptime: z
      .record(z.enum(windows), z.object({ uptime: uptimeField, coverage: coverageField }))
      .describe('By window until now.'),
  })
  .describe('A model of the registry and what is known of it now.');

/** A model as the API shows it at `now`. */
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
