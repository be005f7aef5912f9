import { z } from 'zod';
import { longestId, modelIdPattern } from '../../domain/model.js';
import { asking } from './asking-schema.js';
import { headerValue, httpAddress, labelName, someText } from './fields.js';
import { endpointConfiguration, modalities, sharedKeys } from './seed-schema.js';

const id = z
  .string()
  .max(longestId, `must have at most ${longestId} characters`)
  .regex(modelIdPattern, 'must be text without spaces, slashes and control characters')
  .describe('Stable key of the model in history, metrics and API, unique in the registry.');

const mostLabels = 50;
const longestLabel = 1_024;

const labels = z
  .record(labelName(), z.string().max(longestLabel, `must have at most ${longestLabel} characters`))
  .refine((given) => Object.keys(given).length <= mostLabels, `must be at most ${mostLabels} labels`);

/** One entry of `models`: what is asked, and where, as the seed's `endpoint_configuration` or as a preset. */
export const modelSchema = z.strictObject({
  id,
  ...asking,
  labels: labels
    .optional()
    .describe('Labels of your own, on `modelpulse_model_info` as `label_*` and as a filter of the API.'),
  slo: z
    .number()
    .gt(0, 'must be a fraction between 0 and 1, such as 0.99')
    .lt(1, 'must be a fraction between 0 and 1, such as 0.99')
    .optional()
    .describe('Objective for the uptime as a fraction, such as 0.99; for reports, alerts and badges.'),
  pause: z.boolean().optional().describe('Stops the checks; the model stays listed, unknown at once.'),
  rename_from: id.optional().describe('Earlier id of the model; its history goes on under the new one.'),
  endpoint_configuration: endpointConfiguration
    .optional()
    .describe(
      'Where the model is, as the body of the model-health API has it; stands in the place of the keys below.',
    ),
  provider: someText()
    .optional()
    .describe(
      'Name of the provider (docs/providers.md); `openai_compatible` unless set, which then needs a `base_url`.',
    ),
  model: someText().optional().describe('Name of the model, as the provider has it.'),
  api_key: headerValue().optional().describe('Secret key.'),
  api_keys: z
    .array(headerValue())
    .optional()
    .describe(
      'Secret keys that are used in turn, in the place of `api_key`; the health of each is known by its position.',
    ),
  base_url: httpAddress()
    .optional()
    .describe("The prefix before the provider's own path; the provider's own address unless set."),
  api_version: someText().optional().describe('Version of the API, of Azure; 2024-10-21 unless set.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must be a region such as us-east-1')
    .optional()
    .describe(
      'Region of Bedrock, in the address and in signatures, also beside a `base_url`; the one in the host unless set, else us-east-1.',
    ),
  model_auth_type: sharedKeys.model_auth_type,
  model_jwt_config: sharedKeys.model_jwt_config,
  input_modalities: modalities
    .optional()
    .describe(
      'What the model takes: text, image, audio; `validate` warns when the probe sends something else.',
    ),
  custom_headers: sharedKeys.custom_headers,
  custom_payload: sharedKeys.custom_payload,
  custom_response_format: someText()
    .optional()
    .describe(
      'jq program that finds the answer in the reply of provider `custom`; the whole body unless set.',
    ),
  default_request_options: sharedKeys.default_request_options,
});

export type ModelEntry = z.output<typeof modelSchema>;

/** Keys of the preset form only, which have their own place in `endpoint_configuration`. */
export const presetKeys = [
  'provider',
  'model',
  'api_key',
  'api_keys',
  'base_url',
  'api_version',
  'model_auth_type',
  'model_jwt_config',
  'input_modalities',
  'custom_headers',
  'custom_payload',
  'custom_response_format',
  'default_request_options',
] as const satisfies readonly (keyof ModelEntry)[];
