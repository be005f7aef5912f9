import * as z from 'zod';
import { longestId, modelIdPattern } from '../../domain/model.js';
import { asking } from './asking-schema.js';
import { headerValue, httpAddress, isoTime, labelName, providerModelName, someText } from './fields.js';
import { contextSchema, probesSchema } from './probe-schema.js';
import { endpointConfiguration, modalities, sharedKeys } from './seed-schema.js';
import { vendorOfModel } from './vendor-schema.js';

const id = z
  .string()
  .max(longestId, `must have at most ${longestId} characters`)
  .regex(modelIdPattern, 'must be text without spaces, slashes and control characters');

const ownId = id
  .refine((text) => !text.includes('#'), 'must not contain "#", which separates a model from its probes')
  .describe('Stable key of the model in the history, metrics and API; unique in the registry.');

const mostLabels = 50;
const longestLabel = 1_024;

const labels = z
  .record(labelName(), z.string().max(longestLabel, `must have at most ${longestLabel} characters`))
  .refine((given) => Object.keys(given).length <= mostLabels, `must be at most ${mostLabels} labels`);

/** One entry of `models`: as the seed's `endpoint_configuration` or as a preset. */
export const modelSchema = z.strictObject({
  id: ownId,
  ...asking,
  context: contextSchema,
  probes: probesSchema,
  labels: labels
    .optional()
    .describe('Custom labels: `label_*` on `modelpulse_model_info`, and a filter of the API.'),
  slo: z
    .number()
    .gt(0, 'must be a fraction between 0 and 1, such as 0.99')
    .lt(1, 'must be a fraction between 0 and 1, such as 0.99')
    .optional()
    .describe('Uptime objective as a fraction, such as 0.99; used by reports, alerts and badges.'),
  pause: z.boolean().optional().describe('Stops the checks; the model stays listed and is unknown at once.'),
  expires_at: z
    .union(
      [isoTime(), z.array(isoTime()).min(1).max(100)],
      'must be a date or time such as 2027-01-31, or a list of one for each key',
    )
    .optional()
    .describe(
      'End of the key, or of each key in a list, which is told beforehand; default: `exp` of a JSON Web Token.',
    ),
  retires_at: isoTime()
    .nullable()
    .optional()
    .describe(
      'End of the model at its provider, which is told beforehand; null for never; default: the published date, if listed.',
    ),
  rename_from: id.optional().describe('Previous id of the model; its history continues under the new id.'),
  vendor_status: vendorOfModel
    .optional()
    .describe(
      'Name of the status page of the vendor (`vendor_status` of the file), or false for none; default: that of the host.',
    ),
  endpoint_configuration: endpointConfiguration
    .optional()
    .describe(
      'Address and access of the model in the format of the model-health API; replaces the keys below.',
    ),
  provider: someText()
    .optional()
    .describe(
      'Name of the provider (docs/providers.md); default: `openai_compatible`, which needs a `base_url`.',
    ),
  model: providerModelName().optional().describe('Name of the model at the provider.'),
  api_key: headerValue().optional().describe('API key (secret).'),
  api_keys: z
    .array(headerValue())
    .optional()
    .describe(
      'API keys (secret) used in rotation, instead of `api_key`; the health of each key is tracked by its position.',
    ),
  base_url: httpAddress()
    .optional()
    .describe("Address before the path that the provider's API adds; default: the address of the provider."),
  api_version: someText().optional().describe('API version, for Azure; default: 2024-10-21.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'must be a region such as us-east-1')
    .optional()
    .describe(
      'Region of Bedrock in the address and in signatures, also with a `base_url`; default: the region in the host, else us-east-1.',
    ),
  model_auth_type: sharedKeys.model_auth_type,
  model_jwt_config: sharedKeys.model_jwt_config,
  input_modalities: modalities
    .optional()
    .describe(
      'Input types of the model: text, image, audio; `validate` warns if the probe sends another type.',
    ),
  custom_headers: sharedKeys.custom_headers,
  custom_payload: sharedKeys.custom_payload,
  custom_response_format: someText()
    .optional()
    .describe(
      'jq program that extracts the answer from the reply of provider `custom`; default: the whole body.',
    ),
  default_request_options: sharedKeys.default_request_options,
});

export type ModelEntry = z.output<typeof modelSchema>;

/** Keys of the preset form only, whose values have other places in `endpoint_configuration`. */
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
