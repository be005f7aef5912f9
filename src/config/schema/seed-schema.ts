import { z } from 'zod';
import { longestAddress } from '../../domain/address.js';
import { addressProblem, freeMap, headerName, headerValue, someText, wholeNumber } from './fields.js';

/** `custom_headers` of the seed; the values are secrets. */
const customHeaders = z.array(
  z.strictObject({
    key: headerName().describe('Name of the header.'),
    value: headerValue().describe('Its value, a secret.'),
  }),
);

const tooLong = { error: `must have at most ${longestAddress} characters`, abort: true };
const path = z
  .string()
  .max(longestAddress, tooLong)
  .regex(/^[^\s#]*$/, 'must be a path such as /chat/completions');

const endpoint = z.strictObject({
  scheme: z.enum(['http', 'https']).optional().describe('Scheme of the address; https unless set.'),
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
    .describe('Port; that of the scheme unless set.'),
  base_path: z
    .string()
    .max(longestAddress, tooLong)
    .regex(/^[^\s?#]*$/, 'must be a path such as /v1')
    .optional()
    .describe('What stands before each of the `paths`.'),
});

const paths = z.strictObject({
  completions: path.optional().describe('Of the probe `completion`.'),
  chat: path.optional().describe('Of `chat` and `chat_stream`.'),
  vision: path.optional().describe('Of `vision`; the chat path unless set.'),
  embeddings: path.optional().describe('Of `embeddings`.'),
  responses: path.optional().describe('Of `responses`.'),
  models: path.optional().describe('Of `models`.'),
});

const authData = z.strictObject({
  header_name: headerName().optional().describe('Header that the key goes into.'),
  header_prefix: headerValue().optional().describe('What stands before the key, such as Bearer.'),
  space_after_prefix: z.boolean().optional().describe('Whether a space follows the prefix; true unless set.'),
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
  jwt_method: z
    .enum(['POST', 'GET'])
    .optional()
    .describe('Method of the request for a token; POST unless set.'),
  jwt_url: addressWithQuery.optional().describe('Address of the token endpoint; required.'),
  jwt_headers: customHeaders.optional().describe('Headers of that request.'),
  jwt_body: z.string().optional().describe('Its body, a form or JSON.'),
  jwt_response_key: someText()
    .optional()
    .describe('Where the token is in the answer, such as `data.token`; the usual places unless set.'),
});

/** Keys that mean the same in the preset form. */
export const sharedKeys = {
  model_auth_type: authType
    .optional()
    .describe('`jwt` has a token fetched in the place of a key; `apikey` unless set.'),
  model_jwt_config: jwtConfig
    .optional()
    .describe('Where the token of `model_auth_type: jwt` comes from. All of it is secret.'),
  custom_headers: customHeaders.optional().describe('Headers that are sent along; the values are secrets.'),
  custom_payload: freeMap()
    .optional()
    .describe('Body for provider `custom`, with `{prompt}` where the question goes.'),
  default_request_options: freeMap()
    .optional()
    .describe('Merged into the body, with the last word; a member that is null is not sent.'),
};

/** What a model takes or gives: `text`, `image`, `audio`. */
export const modalities = z.array(z.string());

const modelConfig = z
  .strictObject({
    model_provider: someText()
      .optional()
      .describe('Name of the provider (docs/providers.md); `openai_compatible` unless set.'),
    model_version: z.string().optional().describe('Kept as it is; sent along in remote mode.'),
    model_source: z.string().optional().describe('Kept as it is; sent along in remote mode.'),
    hosting_type: z.string().optional().describe('Label of `modelpulse_model_info`; External unless set.'),
    input_modalities: modalities.optional().describe('What the model takes: text, image, audio.'),
    output_modalities: modalities.optional().describe('Kept as it is; sent along in remote mode.'),
    rate_per_min: wholeNumber(1, 1_000_000)
      .optional()
      .describe('As `rate_per_min` of the model, which comes first.'),
    system_prompt: z.string().optional().describe('As `system_prompt` of the model, which comes first.'),
    endpoint: endpoint.optional().describe('Address in parts.'),
    endpoint_url: addressWithQuery
      .optional()
      .describe('Address as a whole, with or without the path; comes before `endpoint`.'),
    paths: paths.optional().describe("Paths of the API; the provider's unless set."),
    auth_data: authData.optional().describe("How the key is sent; the provider's way unless set."),
    model_auth_type: sharedKeys.model_auth_type,
    model_jwt_config: sharedKeys.model_jwt_config,
    apikey: headerValue().optional().describe('Secret key, after those of `apikeys`.'),
    apikeys: z.array(headerValue()).optional().describe('Secret keys that are used in turn.'),
    model_api_key: headerValue().optional().describe('Secret key, after the others.'),
    custom_headers: sharedKeys.custom_headers,
    custom_payload: sharedKeys.custom_payload,
    custom_response_format: z
      .string()
      .optional()
      .describe(
        'jq program that finds the answer in the reply of provider `custom`; the whole reply unless set.',
      ),
    custom_response_content_type: z.string().optional().describe('Kept as it is; sent along in remote mode.'),
    custom_curl_command: z.string().optional().describe('Kept as it is; sent along in remote mode. Secret.'),
    metadata: freeMap().optional().describe('Kept as it is; sent along in remote mode.'),
    default_request_options: sharedKeys.default_request_options,
  })
  .describe('Where it is and how it is asked.');

/** The seed's request body as it stands below `endpoint_configuration`, after `withoutUnset`. */
export const endpointConfiguration = z.strictObject({
  testing_for: z.string().optional().describe('Kept as it is; sent along in remote mode.'),
  model_name: someText()
    .optional()
    .describe('Name of the model, as the provider has it; required but for provider `custom`.'),
  model_saved_name: z.string().optional().describe('Another name that the health API knows the model by.'),
  model_version: z.string().optional().describe('Version that the health API may ask for beside that name.'),
  certifications: z.array(z.unknown()).optional().describe('Kept as it is; sent along in remote mode.'),
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
