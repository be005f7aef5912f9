import type { Outcome, Reason } from './reason.js';
import type { Schedule } from './schedule.js';

/** What the id of a model may be, for it stands in paths, on terminals and in queries. */
export const modelIdPattern = /^(?!\.{1,2}$)[^\s/\\\p{C}]+$/u;
export const longestId = 200;

export const probes = [
  'chat',
  'chat_stream',
  'vision',
  'audio',
  'completion',
  'responses',
  'embeddings',
  'models',
] as const;
export type Probe = (typeof probes)[number];

/** What the answer must be for a check to be `ok`. Text comparisons ignore case. */
export interface Expectation {
  readonly contains?: readonly string[];
  readonly notContains?: readonly string[];
  readonly equals?: readonly string[];
  readonly regex?: string;
  /** The answer parses as JSON; an object is a JSON Schema it must match. */
  readonly json?: true | Readonly<Record<string, unknown>>;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Names the reply's `model` may carry. */
  readonly model?: readonly string[];
}

/** Where a token is fetched that stands in the place of an API key. All of it is secret. */
export interface Jwt {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null sends no body. */
  readonly body: string | null;
  /** Members that lead to the token in the answer's JSON, joined by dots; null for the usual places. */
  readonly responseKey: string | null;
}

/** Where a check goes and how it proves who it is. `apiKeys`, `headers` and `jwt` are secrets. */
export interface Endpoint {
  /** Without a trailing slash, such as `https://api.together.xyz/v1`. */
  readonly baseUrl: string;
  readonly paths: {
    readonly chat: string;
    /** Where pictures are shown; the chat path unless set. */
    readonly vision?: string;
    readonly completions: string;
    readonly embeddings: string;
    readonly responses: string;
    readonly models: string;
  };
  readonly auth: {
    readonly headerName: string;
    /** Prefix with its space, such as `Bearer `; empty for none. */
    readonly prefix: string;
  };
  readonly apiKeys: readonly string[];
  /** Region that signatures of Amazon are for; null takes the one in the host. */
  readonly region: string | null;
  /** Null where a key is used, or nothing. */
  readonly jwt: Jwt | null;
  /** `custom_headers`, sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly serverName?: string;
    readonly insecure: boolean;
  };
  /** Proxy address; null leaves it to HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly proxy: string | null;
}

interface Confirm {
  /** Failures in a row that make a model unhealthy. */
  readonly failures: number;
  readonly recheckAfterMs: number;
  /** Successes in a row that make it healthy again. */
  readonly successes: number;
}

/** One entry of the registry, complete: defaults applied, secrets in place. */
export interface Model {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Objective as a fraction, such as 0.99. */
  readonly slo: number | null;
  readonly pause: boolean;
  readonly renameFrom: string | null;
  readonly provider: string;
  readonly modelName: string;
  readonly hostingType: string;
  readonly endpoint: Endpoint;
  readonly probe: Probe;
  readonly query: string;
  readonly systemPrompt: string | null;
  readonly maxTokens: number | null;
  /** `default_request_options`, merged into the body. */
  readonly requestOptions: Readonly<Record<string, unknown>>;
  /** Of provider `custom`: what is sent, with `{prompt}` in it, and the jq program that finds the answer; null for others. */
  readonly custom: {
    readonly payload: Readonly<Record<string, unknown>>;
    readonly responseFormat: string | null;
  } | null;
  readonly expect: Expectation;
  readonly timeoutMs: number;
  readonly slow: { readonly durationMs: number | null; readonly firstTokenMs: number | null };
  readonly schedule: Schedule;
  readonly confirm: Confirm;
  /** Requests in any 60 s; null for no limit. */
  readonly ratePerMin: number | null;
  readonly tokensPerDay: number | null;
  readonly outcomes: Readonly<Partial<Record<Reason, Outcome>>>;
  readonly loadingGraceMs: number;
  /** Why it cannot be asked at all (a variable that is not set); null when it can. */
  readonly missingSecret: string | null;
  /** The seed's `endpoint_configuration` as given or expanded, for remote mode; holds secrets. */
  readonly endpointConfiguration: Readonly<Record<string, unknown>>;
}

/** What makes a model another subject of observation: endpoint, model name and probe. */
export function subjectOf(model: Model): string {
  return JSON.stringify([model.provider, model.endpoint.baseUrl, model.modelName, model.probe]);
}

/** Host and port a check opens its connection to; the unit of the per-host limit. */
export function hostOf(model: Model): string {
  return new URL(model.endpoint.baseUrl).host;
}
