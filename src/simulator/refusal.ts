import { sendBody, sendJson, type Exchange } from './exchange.js';
import type { Refusal } from './shape.js';

/** Error replies of providers, in OpenAI's wording unless noted, each in the format of its API. */
function refuse(
  exchange: Exchange,
  status: number,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(exchange, status, exchange.shape.error(status, refusal), headers);
}

/** Repeats the key, as some providers do, so that a rehearsal shows whether it leaks. */
export function badKey(exchange: Exchange): void {
  const message = `Incorrect API key provided: ${exchange.apiKey.slice(0, 200)}.`;
  refuse(exchange, 401, { message, type: 'invalid_request_error', code: 'invalid_api_key' });
}

export function forbidden(exchange: Exchange): void {
  const message = 'You have insufficient permissions for this operation.';
  refuse(exchange, 403, { message, type: 'permission_error', code: 'permission_denied' });
}

/** `hint` is added to the provider's own message. */
export function modelNotFound(exchange: Exchange, hint = ''): void {
  const name = exchange.model.slice(0, 100);
  const message = `The model \`${name}\` does not exist or you do not have access to it.${hint}`;
  refuse(exchange, 404, { message, type: 'invalid_request_error', code: 'model_not_found' });
}

export function rateLimited(exchange: Exchange): void {
  const message =
    'Rate limit reached for requests per min (RPM): Limit 60, Used 60. Please try again in 10s.';
  const headers = { 'retry-after': '10', 'x-ratelimit-remaining-requests': '0' };
  refuse(exchange, 429, { message, type: 'requests', code: 'rate_limit_exceeded' }, headers);
}

export function quotaExhausted(exchange: Exchange): void {
  const message = 'You exceeded your current quota, please check your plan and billing details.';
  refuse(exchange, 429, { message, type: 'insufficient_quota', code: 'insufficient_quota' });
}

export function overloaded(exchange: Exchange): void {
  const message = 'The engine is currently overloaded, please try again later.';
  const error = { message, type: 'service_unavailable_error', code: 'server_is_overloaded' };
  refuse(exchange, 503, error, { 'retry-after': '5' });
}

export function serverError(exchange: Exchange, status = 500): void {
  const message = 'The server had an error while processing your request.';
  refuse(exchange, status, { message, type: 'server_error', code: null });
}

/** The wording of Hugging Face. */
export function modelLoading(exchange: Exchange, secondsLeft: number): void {
  const error = `Model ${exchange.model.slice(0, 100)} is currently loading`;
  sendJson(exchange, 503, { error, estimated_time: secondsLeft });
}

/** The page of a proxy whose upstream does not answer. */
export function badGateway(exchange: Exchange): void {
  const title = '502 Bad Gateway';
  const page = `<html><head><title>${title}</title></head><body><h1>${title}</h1><hr>nginx</body></html>\n`;
  sendBody(exchange, 502, 'text/html', page);
}
