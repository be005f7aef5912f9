import * as z from 'zod';
import { states } from '../../domain/state.js';
import { countField, secondsField, timeField } from './fields.js';

const usableModelSchema = z
  .object({
    id: z.string(),
    state: z.enum(states).describe('Confirmed state.'),
    since: timeField.describe('Start of the state.'),
    provider: z.string(),
    model_name: z.string().describe('Name of the model at the provider.'),
    labels: z.record(z.string(), z.string()),
    p50: secondsField
      .nullable()
      .describe('Median duration of the answers of the last 24 h in seconds; null while it is not known.'),
    headroom: z
      .object({ requests: countField.nullable(), tokens: countField.nullable() })
      .describe(
        'What the provider said last of its rate limit: remaining requests and tokens; null where it says nothing.',
      ),
  })
  .describe('Model to which a router may send requests.');

export const routingSchema = z.object({ items: z.array(usableModelSchema) });
export type UsableModel = z.output<typeof usableModelSchema>;
