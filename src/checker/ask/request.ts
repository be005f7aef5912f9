import type { Endpoint, Model } from '../../domain/model.js';
import type { Dialect } from './dialect.js';
import type { Outgoing } from '../transport/exchange.js';
import { cacheOff } from './cache-off.js';
import { awsKey, signedHeaders } from './sigv4.js';

function credential({ auth }: Endpoint, apiKey: string | null): Record<string, string> {
  return apiKey === null ? {} : { [auth.headerName.toLowerCase()]: auth.prefix + apiKey };
}

/** Builds the request of a check; `now` is the time of a signature in Unix ms, `fresh` asks caches on the way for a fresh answer. */
export function requestFor(
  model: Model,
  dialect: Dialect,
  {
    apiKey,
    userAgent,
    now,
    fresh = false,
  }: { apiKey: string | null; userAgent: string; now: number; fresh?: boolean },
): Outgoing {
  const { endpoint, provider } = model;
  const { method, path, body, headers: own } = dialect.ask(model);
  const aws = provider === 'bedrock' && apiKey !== null ? awsKey(apiKey) : null;
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': userAgent };
  if (body !== null) headers['content-type'] = 'application/json';
  if (fresh && aws === null) Object.assign(headers, cacheOff(model));
  Object.assign(headers, own, aws === null ? credential(endpoint, apiKey) : {});
  for (const [name, value] of Object.entries(endpoint.headers)) headers[name.toLowerCase()] = value;
  const text = body === null ? null : JSON.stringify(body);
  const request = { method, url: endpoint.baseUrl + path, headers, body: text };
  return aws === null ? request : { ...request, headers: signedHeaders(request, aws, endpoint.region, now) };
}
