import { sendBody, sendJson, type Call } from './call.js';
import type { Refusal } from './shape.js';

/** Error replies of providers, in OpenAI's wording unless noted, each in the format of its API. */
function refuse(
  call: Call,
  status: number,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(call, status, call.shape.error(status, refusal), headers);
}

/** Repeats the key, as some providers do, so that a rehearsal shows whether it leaks. */
export function badKey(call: Call): void {
  const message = `Incorrect API key provided: ${call.apiKey.slice(0, 200)}.`;
  refuse(call, 401, { message, type: 'invalid_request_error', code: 'invalid_api_key' });
}

export function forbidden(call: Call): void {
  const message = 'You have insufficient permissions for this operation.';
  refuse(call, 403, { message, type: 'permission_error', code: 'permission_denied' });
}

/** The wording of Groq for a tool and for a schema. */
export function abilityRefused(call: Call): void {
  const message =
    call.wanted === 'tool'
      ? '`tool calling` is not supported with this model'
      : 'This model does not support response format `json_schema`.';
  refuse(call, 400, { message, type: 'invalid_request_error', code: null });
}

/** `hint` is added to the provider's own message. */
export function modelNotFound(call: Call, hint = ''): void {
  const name = call.model.slice(0, 100);
  const message = `The model \`${name}\` does not exist or you do not have access to it.${hint}`;
  refuse(call, 404, { message, type: 'invalid_request_error', code: 'model_not_found' });
}

export function rateLimited(call: Call): void {
  const message =
    'Rate limit reached for requests per min (RPM): Limit 60, Used 60. Please try again in 10s.';
  const headers = { 'retry-after': '10', 'x-ratelimit-remaining-requests': '0' };
  refuse(call, 429, { message, type: 'requests', code: 'rate_limit_exceeded' }, headers);
}

export function quotaExhausted(call: Call): void {
  const message = 'You exceeded your current quota, please check your plan and billing details.';
  refuse(call, 429, { message, type: 'insufficient_quota', code: 'insufficient_quota' });
}

export function overloaded(call: Call): void {
  const message = 'The engine is currently overloaded, please try again later.';
  const error = { message, type: 'service_unavailable_error', code: 'server_is_overloaded' };
  refuse(call, 503, error, { 'retry-after': '5' });
}

export function serverError(call: Call, status = 500): void {
  const message = 'The server had an error while processing your request.';
  refuse(call, status, { message, type: 'server_error', code: null });
}

/** The wording of Hugging Face. */
export function modelLoading(call: Call, secondsLeft: number): void {
  const error = `Model ${call.model.slice(0, 100)} is currently loading`;
  sendJson(call, 503, { error, estimated_time: secondsLeft });
}

/** The page of a proxy whose upstream does not answer. */
export function badGateway(call: Call): void {
  const title = '502 Bad Gateway';
  const page = `<html><head><title>${title}</title></head><body><h1>${title}</h1><hr>nginx</body></html>\n`;
  sendBody(call, 502, 'text/html', page);
}
