import type { Reason } from '../../domain/reason.js';

/** What the class of an exception says. */
export interface NamedError {
  /** HTTP status for which clients raise it; null for none. */
  readonly status: number | null;
  /** Set where there was no reply. */
  readonly fault: Reason | null;
}

const of = (status: number): NamedError => ({ status, fault: null });
const lost = (fault: Reason): NamedError => ({ status: null, fault });

/**
 * Exceptions of the clients of OpenAI, Anthropic, Groq, Mistral, Cohere and Together, of LiteLLM, of Google's gRPC clients and of
 * Amazon's, in lower case without `error` and `exception` at the end. They are raised by HTTP status.
 */
const known: Readonly<Record<string, NamedError>> = {
  badrequest: of(400),
  contextwindowexceeded: of(400),
  contentpolicyviolation: of(400),
  invalidargument: of(400),
  validation: of(400),
  invalidrequest: of(400),
  authentication: of(401),
  unauthenticated: of(401),
  unauthorized: of(401),
  permissiondenied: of(403),
  forbidden: of(403),
  accessdenied: of(403),
  expiredtoken: of(403),
  unrecognizedclient: of(403),
  notfound: of(404),
  resourcenotfound: of(404),
  modeltimeout: of(408),
  requesttoolarge: of(413),
  unprocessableentity: of(422),
  ratelimit: of(429),
  resourceexhausted: of(429),
  throttling: of(429),
  toomanyrequests: of(429),
  modelnotready: of(429),
  servicequotaexceeded: of(400),
  internalserver: of(500),
  internal: of(500),
  badgateway: of(502),
  serviceunavailable: of(503),
  gatewaytimeout: of(504),
  deadlineexceeded: of(504),
  overloaded: of(529),
  apitimeout: lost('timeout'),
  timeout: lost('timeout'),
  readtimeout: lost('timeout'),
  connecttimeout: lost('timeout'),
  apiconnectiontimeout: lost('timeout'),
  apiconnection: lost('connect_error'),
  connect: lost('connect_error'),
  connection: lost('connect_error'),
  endpointconnection: lost('connect_error'),
  remoteprotocol: lost('connection_lost'),
  incompleteread: lost('connection_lost'),
  chunkedencoding: lost('connection_lost'),
};

/** What the name of an exception says, such as `openai.RateLimitError`; null for an unknown one. */
export function namedError(name: string): NamedError | null {
  const [last = ''] = name.split('.').slice(-1);
  const plain = last.toLowerCase().replaceAll('_', '');
  const bare = plain.endsWith('exception')
    ? plain.slice(0, -'exception'.length)
    : plain.endsWith('error')
      ? plain.slice(0, -'error'.length)
      : plain;
  return Object.hasOwn(known, bare) ? (known[bare] ?? null) : null;
}

/** Words by which a text names whose client wrote it, the closest first. */
const marks: readonly (readonly [RegExp, string])[] = [
  [/\bazureexception\b|\bazure(?:open)?ai\b|\.openai\.azure\.com/, 'azure_openai'],
  [
    /\bvertex_?ai(?:beta)?exception\b|\bgeminiexception\b|\bgooglegenerativeai\b|google\.genai|google\.api_core|\bresource_exhausted\b|generativelanguage\.googleapis\.com|ai\.google\.dev/,
    'gemini',
  ],
  [/\bbedrock(?:exception)?\b|\bbotocore\b|when calling the \w{1,60} operation|bedrock-runtime/, 'bedrock'],
  [/\banthropic(?:exception)?\b|api\.anthropic\.com/, 'anthropic'],
  [/\bgroq(?:exception)?\b/, 'groq'],
  [/\bmistral(?:ai)?(?:exception)?\b/, 'mistral'],
  [/\bcohere(?:exception)?\b/, 'cohere'],
  [/\btogether_?ai(?:exception)?\b|\btogether\.error\b|api\.together\.xyz/, 'together'],
  [/\bfireworks_?ai(?:exception)?\b/, 'fireworks'],
  [/\bdeepseek(?:exception)?\b/, 'deepseek'],
  [/\bhuggingface(?:exception)?\b|\bhfvalidation/, 'huggingface'],
  [/\bollama(?:exception)?\b/, 'ollama'],
  [/\bopenrouter(?:exception)?\b|\bvllm\b/, 'openai_compatible'],
  [/\bopenai(?:exception)?\b|platform\.openai\.com/, 'openai'],
];

/** The provider that a text names; null for none. */
export function providerNamedIn(text: string): string | null {
  const lower = text.slice(0, 16_384).toLowerCase();
  return marks.find(([mark]) => mark.test(lower))?.[1] ?? null;
}
