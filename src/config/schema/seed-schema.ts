import * as z from 'zod';
import { longestAddress } from '../../domain/address.js';
import {
  addressProblem,
  freeMap,
  extraHeaderName,
  headerValue,
  providerModelName,
  someText,
  wholeNumber,
} from './fields.js';

/** `custom_headers` of the seed; the values are secrets. */
const customHeaders = z.array(
  z.strictObject({
    key: extraHeaderName().describe('Name of the header.'),
    value: headerValue().describe('Value of the header (secret).'),
  }),
);

const tooLong = { error: `must have at most ${longestAddress} characters`, abort: true };
const path = z
  .string()
  .max(longestAddress, tooLong)
  .regex(/^[^\s#]*$/, 'must be a path such as /chat/completions');

const endpoint = z.strictObject({
  scheme: z.enum(['http', 'https']).optional().describe('Scheme of the address; default: https.'),
  host: z
    .string()
    .max(253, { error: 'must have at most 253 characters', abort: true })
    .regex(/^(?:[\w.-]+|\[?[0-9a-f:.]+\]?)$/i, {
      message: 'must be a host name or an IP address',
      abort: true,
    })
    .refine(
      (host) => URL.canParse(`http://${host.replace(/^[^[]*:.*$/, '[$&]')}`),
      'must be a host name or an IP address',
    )
    .optional()
    .describe('Host name or IP address.'),
  port: z
    .union([wholeNumber(1, 65_535), z.string().regex(/^\d{1,5}$/)], 'must be a port from 1 to 65535')
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535, 'must be a port from 1 to 65535')
    .optional()
    .describe('Port; default: the port of the scheme.'),
  base_path: z
    .string()
    .max(longestAddress, tooLong)
    .regex(/^[^\s?#]*$/, 'must be a path such as /v1')
    .optional()
    .describe('Prefix of each of the `paths`.'),
});

const paths = z.strictObject({
  completions: path.optional().describe('Path of the probe `completion`.'),
  chat: path.optional().describe('Path of `chat` and `chat_stream`.'),
  vision: path.optional().describe('Path of `vision`; default: the chat path.'),
  embeddings: path.optional().describe('Path of `embeddings`.'),
  responses: path.optional().describe('Path of `responses`.'),
  models: path.optional().describe('Path of `models`.'),
});

const authData = z.strictObject({
  header_name: extraHeaderName().optional().describe('Header for the key.'),
  header_prefix: headerValue().optional().describe('Text before the key, such as Bearer.'),
  space_after_prefix: z.boolean().optional().describe('Adds a space after the prefix; default: true.'),
});

const addressWithQuery = z
  .string()
  .max(longestAddress, tooLong)
  .superRefine((text, context) => {
    const query = text.includes('#') ? -1 : text.indexOf('?');
    const problem = addressProblem(query < 0 ? text : text.slice(0, query), ['http:', 'https:']);
    if (problem !== null) context.addIssue(problem);
  });

const authType = z.enum(['apikey', 'jwt']);

const jwtConfig = z.strictObject({
  jwt_method: z.enum(['POST', 'GET']).optional().describe('Method of the token request; default: POST.'),
  jwt_url: addressWithQuery.optional().describe('Address of the token endpoint; required.'),
  jwt_headers: customHeaders.optional().describe('Headers of the token request.'),
  jwt_body: z.string().optional().describe('Body of the token request, a form or JSON.'),
  jwt_response_key: someText()
    .optional()
    .describe('Path of the token in the response, such as `data.token`; default: the usual places.'),
});

/** Keys with the same meaning in the preset form. */
export const sharedKeys = {
  model_auth_type: authType
    .optional()
    .describe('`jwt` fetches a token instead of using a key; default: `apikey`.'),
  model_jwt_config: jwtConfig
    .optional()
    .describe('Token request of `model_auth_type: jwt`. All of it is secret.'),
  custom_headers: customHeaders.optional().describe('Additional headers; their values are secret.'),
  custom_payload: freeMap()
    .optional()
    .describe('Request body for provider `custom`; `{prompt}` is replaced by the question.'),
  default_request_options: freeMap()
    .optional()
    .describe(
      'Members merged into the request body; they override others, and a member that is null is removed.',
    ),
};

/** Modalities of input or output: `text`, `image`, `audio`. */
export const modalities = z.array(z.string());

const modelConfig = z
  .strictObject({
    model_provider: someText()
      .optional()
      .describe('Name of the provider (docs/providers.md); default: `openai_compatible`.'),
    model_version: z.string().optional().describe('Not used by modelpulse; sent in remote mode.'),
    model_source: z.string().optional().describe('Not used by modelpulse; sent in remote mode.'),
    hosting_type: z.string().optional().describe('Label of `modelpulse_model_info`; default: External.'),
    input_modalities: modalities.optional().describe('Input types of the model: text, image, audio.'),
    output_modalities: modalities.optional().describe('Not used by modelpulse; sent in remote mode.'),
    rate_per_min: wholeNumber(1, 1_000_000)
      .optional()
      .describe('Same as `rate_per_min` of the model, which takes precedence.'),
    system_prompt: z
      .string()
      .optional()
      .describe('Same as `system_prompt` of the model, which takes precedence.'),
    endpoint: endpoint.optional().describe('Address in parts.'),
    endpoint_url: addressWithQuery
      .optional()
      .describe('Complete address, with or without the path; takes precedence over `endpoint`.'),
    paths: paths.optional().describe('Paths of the API; default: those of the provider.'),
    auth_data: authData.optional().describe('Header of the key; default: that of the provider.'),
    model_auth_type: sharedKeys.model_auth_type,
    model_jwt_config: sharedKeys.model_jwt_config,
    apikey: headerValue().optional().describe('API key (secret), used after those of `apikeys`.'),
    apikeys: z.array(headerValue()).optional().describe('API keys (secret) used in rotation.'),
    model_api_key: headerValue().optional().describe('API key (secret), used after the others.'),
    custom_headers: sharedKeys.custom_headers,
    custom_payload: sharedKeys.custom_payload,
    custom_response_format: z
      .string()
      .optional()
      .describe(
        'jq program that extracts the answer from the reply of provider `custom`; default: the whole reply.',
      ),
    custom_response_content_type: z
      .string()
      .optional()
      .describe('Not used by modelpulse; sent in remote mode.'),
    custom_curl_command: z
      .string()
      .optional()
      .describe('Not used by modelpulse; sent in remote mode. Secret.'),
    metadata: freeMap().optional().describe('Not used by modelpulse; sent in remote mode.'),
    default_request_options: sharedKeys.default_request_options,
  })
  .describe('Address and access of the model.');

/** The seed's request body below `endpoint_configuration`, after `withoutUnset`. */
export const endpointConfiguration = z.strictObject({
  testing_for: z.string().optional().describe('Not used by modelpulse; sent in remote mode.'),
  model_name: providerModelName()
    .optional()
    .describe('Name of the model at the provider; required except for provider `custom`.'),
  model_saved_name: z
    .string()
    .optional()
    .describe('Alternative name of the model in requests to the health API.'),
  model_version: z.string().optional().describe('Version that such a request may give with that name.'),
  certifications: z.array(z.unknown()).optional().describe('Not used by modelpulse; sent in remote mode.'),
  model_config: modelConfig,
});

/** Maps of the seed's body in which null, "", [] and {} mean unset. */
export const seedMaps: ReadonlySet<unknown> = new Set([
  endpointConfiguration,
  modelConfig,
  endpoint,
  paths,
  authData,
  jwtConfig,
]);

export type EndpointEntry = z.output<typeof endpointConfiguration>;
export type ModelConfigEntry = z.output<typeof modelConfig>;

const passedOn = new Set(['custom_payload', 'default_request_options', 'metadata']);

function isUnset(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** The seed's body without unset members; free maps stay unchanged. */
export function withoutUnset(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]): [string, unknown] => [key, passedOn.has(key) ? item : withoutUnset(item)])
      .filter(([key, item]) => key === 'model_config' || !isUnset(item)),
  );
}
