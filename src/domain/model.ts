import type { Deadline } from './deadline.js';
import type { Outcome, Reason } from './reason.js';
import type { Schedule } from './schedule.js';

/** Valid model ids: safe in paths, on terminals and in queries. */
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
  'tools',
  'structured',
  'context',
] as const;
export type Probe = (typeof probes)[number];

/** Conditions on the answer for a check to be `ok`. Text comparisons ignore case. */
export interface Expectation {
  readonly contains?: readonly string[];
  readonly notContains?: readonly string[];
  readonly equals?: readonly string[];
  readonly regex?: string;
  /** The answer parses as JSON; an object is a JSON Schema it must match. */
  readonly json?: true | Readonly<Record<string, unknown>>;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Accepted values of the reply's `model`. */
  readonly model?: readonly string[];
  /** Of an embedding: how many numbers its vector has. */
  readonly dimensions?: number;
  /** Of an embedding: the length of its vector, within a hundredth. */
  readonly norm?: number;
  /** Of an embedding: least cosine to the first vector of the same text; below it, another version answers. */
  readonly similarToFirst?: number;
}

/** Request that fetches a token used as the API key. All members are secret. */
export interface Jwt {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null sends no body. */
  readonly body: string | null;
  /** Dotted path to the token in the JSON answer; null for the usual members. */
  readonly responseKey: string | null;
}

/** Address and credentials of a model. `apiKeys`, `headers` and `jwt` are secrets. */
export interface Endpoint {
  /** Without a trailing slash, such as `https://api.together.xyz/v1`. */
  readonly baseUrl: string;
  readonly paths: {
    readonly chat: string;
    /** Path for requests with images; the chat path unless set. */
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
  /** AWS region for request signatures; null takes it from the host. */
  readonly region: string | null;
  /** Null when a key or no credential is used. */
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
  /** Proxy address; null uses HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly proxy: string | null;
}

/** Limits beyond which a right answer is `slow`; null or absent for none. */
interface Slow {
  readonly durationMs: number | null;
  readonly firstTokenMs: number | null;
  /** Least tokens per second. */
  readonly tokensPerSecond?: number;
  /** Longest time between two chunks of the answer. */
  readonly gapMs?: number;
  /** How many times slower than the model's own median. */
  readonly baseline?: number;
}

/** What a model costs, in units of a currency. */
export interface Price {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  readonly perRequest: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Where it is from: the configuration, or the list of prices that comes with the program. */
  readonly source: 'configuration' | 'list';
}

/** How often the balance of the account is asked for, and below which amount it is too low. */
export interface BalanceWatch {
  readonly everyMs: number;
  readonly warnBelow: number | null;
}

interface Confirm {
  /** Failures in a row that make a model unhealthy. */
  readonly failures: number;
  readonly recheckAfterMs: number;
  /** Successes in a row that make it healthy again. */
  readonly successes: number;
}

/** One entry of the registry with defaults applied and secrets resolved. */
export interface Model {
  readonly id: string;
  /** Set for a probe of another model beside that one's own: the id of the model, and the name of the probe. */
  readonly probeOf?: { readonly model: string; readonly name: string };
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
  /** For provider `custom`: the payload with `{prompt}` in it and the jq program that extracts the answer; else null. */
  readonly custom: {
    readonly payload: Readonly<Record<string, unknown>>;
    readonly responseFormat: string | null;
  } | null;
  readonly expect: Expectation;
  /** Length of the question of the probe `context`, in tokens; undefined for other probes. */
  readonly contextTokens?: number;
  readonly timeoutMs: number;
  readonly slow: Slow;
  readonly schedule: Schedule;
  readonly confirm: Confirm;
  /** Requests in any 60 s; null for no limit. */
  readonly ratePerMin: number | null;
  readonly tokensPerDay: number | null;
  /** Most that checks may cost in a UTC month, in US dollars; null or absent for no limit. */
  readonly usdPerMonth?: number | null;
  /** Null or absent while it is not known. */
  readonly price?: Price | null;
  /** Null or absent unless the balance of the account is watched. */
  readonly balance?: BalanceWatch | null;
  readonly outcomes: Readonly<Partial<Record<Reason, Outcome>>>;
  readonly loadingGraceMs: number;
  /** What ends of what the configuration names, as far as that is known; absent for nothing. */
  readonly deadlines?: readonly Deadline[];
  /** Name of the vendor's status page that speaks of the model, false for none; that of its host unless set. */
  readonly vendorStatus?: string | false;
  /** Why no request can be sent, such as an unset variable; null when one can. */
  readonly missingSecret: string | null;
  /** Secrets that came by reference into the address or the body, where no other rule knows them; none unless set. */
  readonly referredSecrets?: readonly string[];
  /** The seed's `endpoint_configuration` as given or expanded, for remote mode; holds secrets. */
  readonly endpointConfiguration: Readonly<Record<string, unknown>>;
}

/** Value of a label; undefined where the model has none, also for a key such as `constructor`, which every object has. */
export function labelOf({ labels }: Pick<Model, 'labels'>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Identity of what is checked: provider, base URL, model name and probe. */
export function subjectOf(model: Model): string {
  return JSON.stringify([model.provider, model.endpoint.baseUrl, model.modelName, model.probe]);
}

/** Host and port a check opens its connection to; the unit of the per-host limit. */
export function hostOf(model: Model): string {
  return new URL(model.endpoint.baseUrl).host;
}
