import { z } from 'zod';
import { addressProblem, freeMap, headerName, headerValue, someText, wholeNumber } from './fields.js';

/** `custom_headers` of the seed; the values are secrets. */
export const customHeaders = z.array(z.strictObject({ key: headerName(), value: headerValue() }));

const path = z.string().regex(/^[^\s#]*$/, 'must be a path such as /chat/completions');

const endpoint = z.strictObject({
  scheme: z.enum(['http', 'https']).optional(),
  host: z
    .string()
    .regex(/^(?:[\w.-]+|\[?[0-9a-f:.]+\]?)$/i, {
      message: 'must be a host name or an IP address',
      abort: true,
    })
    .refine(
      (host) => URL.canParse(`http://${host.replace(/^[^[]*:.*$/, '[$&]')}`),
      'must be a host name or an IP address',
    )
    .optional(),
  port: z
    .union([wholeNumber(1, 65_535), z.string().regex(/^\d{1,5}$/)], 'must be a port from 1 to 65535')
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535, 'must be a port from 1 to 65535')
    .optional(),
  base_path: z
    .string()
    .regex(/^[^\s?#]*$/, 'must be a path such as /v1')
    .optional(),
});

const paths = z.strictObject({
  completions: path.optional(),
  chat: path.optional(),
  vision: path.optional(),
  embeddings: path.optional(),
  responses: path.optional(),
  models: path.optional(),
});

const authData = z.strictObject({
  header_name: headerName().optional(),
  header_prefix: headerValue().optional(),
  space_after_prefix: z.boolean().optional(),
});

const addressWithQuery = z.string().superRefine((text, context) => {
  const problem = addressProblem(text.replace(/\?[^#]*$/, ''), ['http:', 'https:']);
  if (problem !== null) context.addIssue(problem);
});

export const authType = z.enum(['apikey', 'jwt']);

export const jwtConfig = z.strictObject({
  jwt_method: z.enum(['POST', 'GET']).optional(),
  jwt_url: addressWithQuery.optional(),
  jwt_headers: customHeaders.optional(),
  jwt_body: z.string().optional(),
  jwt_response_key: someText().optional(),
});

/** What a model takes or gives: `text`, `image`, `audio`. */
export const modalities = z.array(z.string());

const modelConfig = z.strictObject({
  model_provider: someText().optional(),
  model_version: z.string().optional(),
  model_source: z.string().optional(),
  hosting_type: z.string().optional(),
  input_modalities: modalities.optional(),
  output_modalities: modalities.optional(),
  rate_per_min: wholeNumber(1, 1_000_000).optional(),
  system_prompt: z.string().optional(),
  endpoint: endpoint.optional(),
  endpoint_url: addressWithQuery.optional(),
  paths: paths.optional(),
  auth_data: authData.optional(),
  model_auth_type: authType.optional(),
  model_jwt_config: jwtConfig.optional(),
  apikey: headerValue().optional(),
  apikeys: z.array(headerValue()).optional(),
  model_api_key: headerValue().optional(),
  custom_headers: customHeaders.optional(),
  custom_payload: freeMap().optional(),
  custom_response_format: z.string().optional(),
  custom_response_content_type: z.string().optional(),
  custom_curl_command: z.string().optional(),
  metadata: freeMap().optional(),
  default_request_options: freeMap().optional(),
});

/** The seed's request body as it stands below `endpoint_configuration`, after `withoutUnset`. */
export const endpointConfiguration = z.strictObject({
  testing_for: z.string().optional(),
  model_name: someText().optional(),
  model_saved_name: z.string().optional(),
  model_version: z.string().optional(),
  certifications: z.array(z.unknown()).optional(),
  model_config: modelConfig,
});

/** Maps of the seed's body, whose members may be null, "", [] or {} for unset. */
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

/** The seed's body without the members that say nothing; what is only passed on stays as it is. */
export function withoutUnset(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, passedOn.has(key) ? item : withoutUnset(item)] as [string, unknown])
      .filter(([key, item]) => key === 'model_config' || !isUnset(item)),
  );
}
