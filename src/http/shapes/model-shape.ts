import * as z from 'zod';
import { probes } from '../../domain/model.js';
import { blameFor } from '../../domain/reason.js';
import { states } from '../../domain/state.js';
import {
  acknowledgedAt,
  pausers,
  shownState,
  uptimeWindows,
  type ModelView,
  type ProbeView,
  type UptimeWindow,
} from '../../domain/view.js';
import { deadlinesOf } from '../../domain/deadline.js';
import { deadlineSchema, deadlineShape, modelNoteShape, noteSchema } from './deadline-shape.js';
import { blameField, ratioField, stateReasonField, timeField } from './fields.js';
import { acknowledgementSchema, acknowledgementShape } from './incident-shape.js';
import { moneySchema, moneyShape } from './money-shape.js';
import { resultSchema, resultShape } from './result-shape.js';
import { isoTime } from '../time.js';
import { keysOf, tableOf } from '../../domain/table.js';

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

/** Uptime of the provider alone. */
export const providerFields = {
  provider_uptime: ratioField
    .nullable()
    .describe(
      'The same as if only the provider could be down: unhealthy time with another blame counts as not watched; null if less than 1 % is known then.',
    ),
  provider_coverage: ratioField.nullable().describe('Coverage of `provider_uptime`.'),
};

const windows = keysOf(uptimeWindows);
const windowField = z.object({ uptime: uptimeField, coverage: coverageField, ...providerFields });

/** Uptime by window with that of the provider. */
export function uptimesShape({
  uptime,
  providerUptime,
}: Pick<ModelView, 'uptime' | 'providerUptime'>): Record<UptimeWindow, z.output<typeof windowField>> {
  return tableOf(windows, (window) => ({
    ...uptime[window],
    provider_uptime: providerUptime[window].uptime,
    provider_coverage: providerUptime[window].coverage,
  }));
}

export const modelSchema = z
  .object({
    id: z.string(),
    state: z.enum(states).describe('Confirmed state.'),
    since: timeField.describe('Start of the state.'),
    reason: stateReasonField
      .nullable()
      .describe('Reason of the state, or why it is unknown now; null in maintenance.'),
    blame: blameField.nullable(),
    state_probe: z
      .string()
      .nullable()
      .describe('Name of the probe that decides the state; null for the own one of the model.'),
    acknowledged: acknowledgementSchema
      .extend({ incident: z.int() })
      .nullable()
      .describe('The acknowledgement of the open incident while it is in force; null without one.'),
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
    probes: z
      .array(
        z.object({
          name: z.string(),
          id: z.string().describe('Id of its results, incidents and uptime in the API.'),
          probe: z.enum(probes).describe('Kind of request.'),
          state: z.enum(states),
          since: timeField,
          reason: stateReasonField.nullable(),
          latest: resultSchema.nullable().describe('Newest result, of any outcome.'),
          next_check: timeField.nullable(),
        }),
      )
      .describe('Its probes beside its own, each with results of its own.'),
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
    ...moneySchema,
    next_check: timeField.nullable().describe('Slot of the next check.'),
    deadlines: z
      .array(deadlineSchema)
      .describe('What ends and when, as far as it is known, the soonest first.'),
    notes: z.array(noteSchema).describe('What is odd and changes no state.'),
    uptime: z
      .record(z.enum(windows), windowField)
      .describe('Uptime and coverage by window; each window ends now.'),
  })
  .describe('Model of the registry and its present state.');

function probeShape({ name, view }: ProbeView, now: number): z.output<typeof modelSchema>['probes'][number] {
  const { model, latest } = view;
  const { state, since, reason } = shownState(view, now);
  return {
    name,
    id: model.id,
    probe: model.probe,
    state,
    since: isoTime(since),
    reason,
    latest: latest && resultShape(model.id, latest),
    next_check: isoTime(view.nextDue()),
  };
}

/** A model in the API's form at `now`. */
export function modelShape(view: ModelView, now: number): z.output<typeof modelSchema> {
  const { model, latest } = view;
  const { state, since, reason, probe } = shownState(view, now);
  const acknowledged = acknowledgedAt(view, now);
  return {
    id: model.id,
    state,
    since: isoTime(since),
    reason,
    blame: reason && blameFor(reason),
    state_probe: probe,
    acknowledged: acknowledged && {
      ...acknowledgementShape(acknowledged),
      incident: acknowledged.incident,
    },
    paused_by: view.pausedBy,
    labels: { ...model.labels },
    provider: model.provider,
    model_name: model.modelName,
    slo: model.slo,
    last_check: latest && resultShape(model.id, latest),
    probes: view.probes.map((one) => probeShape(one, now)),
    api_keys: view.keys.map((healthy, index) => ({ key: index + 1, healthy })),
    ...moneyShape(view, now),
    next_check: isoTime(view.nextDue()),
    deadlines: deadlinesOf(view).map((deadline) => deadlineShape(deadline, now)),
    notes: view.notes.map(modelNoteShape),
    uptime: uptimesShape(view),
  };
}
