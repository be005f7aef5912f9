import type { Reason } from '../domain/reason.js';

/** Codes and types that decide at once, written without case and separators; 1113 is Zhipu's for an empty account. */
const markers: Partial<Record<Reason, string>> = {
  auth_failed:
    'invalidapikey incorrectapikey missingapikey apikeyinvalid apikeyexpired apikeynotfound noapikey authenticationerror authenticationfailed invalidauthentication invalidauthenticationtoken authorizationerror unauthorized unauthenticated invalidcredentials invalidtoken expiredtoken tokenexpired accountdeactivated expiredtokenexception unrecognizedclientexception invalidsignatureexception incompletesignature missingauthenticationtoken',
  permission_denied:
    'permissiondenied permissionerror permissiondeniederror forbidden requestforbidden accessdenied accessdeniedexception unsupportedcountryregionterritory ipnotauthorized notauthorized accountsuspended keymodelaccessdenied teammodelaccessdenied usermodelaccessdenied',
  quota_exhausted:
    'insufficientquota quotaexceeded quotaexhausted exceededcurrentquota exceededcurrentquotaerror creditbalanceexhausted organizationspendlimitexceeded projectspendlimitexceeded organizationusagelimitexceeded enforcedspendlimitreached spendlimitexceeded usagelimitreached usagelimitexceeded billinghardlimitreached billingnotactive billingerror insufficientbalance insufficientcredits insufficientfunds paymentrequired budgetexceeded arrearage setlimitexceeded servicequotaexceededexception 1113',
  model_not_found:
    'modelnotfound modelnotfounderror modelnotexist modeldoesnotexist modelnotsupported modelnotavailable modeldecommissioned modeldeprecated invalidmodel invalidmodelname unknownmodel deploymentnotfound invalidendpointormodelnotfound',
  rate_limited:
    'ratelimit ratelimited ratelimitexceeded ratelimiterror ratelimitreached ratelimitreachederror ratelimitexceedederror slowdown toomanyrequests throttled throttling throttlingexception throttlingerror requestlimitexceeded tokensperminutelimitexceeded concurrencylimitexceeded',
  overloaded:
    'overloaded overloadederror serverisoverloaded serveroverloaded engineoverloaded engineoverloadederror modeloverloaded capacityexceeded insufficientcapacity nocapacity serverbusy serviceunavailable serviceunavailableerror serviceunavailableexception unavailable',
  context_exceeded:
    'contextlengthexceeded contextwindowexceeded contextwindowexceedederror exceedcontextsizeerror stringabovemaxlength requesttoolarge prompttoolong inputtoolong maxtokensexceeded',
  content_filtered:
    'contentfilter contentfiltered contentpolicyviolation contentpolicyviolationerror responsibleaipolicyviolation moderationblocked contentmoderation datainspectionfailed guardrailintervened',
  model_loading: 'modelloading modelisloading modelnotready modelnotreadyexception estimatedtime coldstart',
  probe_unsupported: 'operationnotsupported unsupportedoperation',
  gateway_error: 'badgateway gatewaytimeout',
  invalid_request:
    'unsupportedparameter unsupportedvalue unknownparameter missingrequiredparameter invalidparameter invalidtype invalidvalue integerbelowminvalue integerabovemaxvalue',
};

/** Codes and types that only decide when nothing more specific does, not even the HTTP status if it tells of failure. */
const lastMarkers: Partial<Record<Reason, string>> = {
  server_error:
    'servererror apierror internal internalerror internalservererror internalfailure internalserverexception',
  invalid_request: 'invalidrequesterror badrequest badrequesterror invalidargument validationerror',
};

function byMarker(table: Partial<Record<Reason, string>>): ReadonlyMap<string, Reason> {
  const entries = Object.entries(table) as [Reason, string][];
  return new Map(
    entries.flatMap(([reason, words]) => words.split(' ').map((word) => [word, reason] as const)),
  );
}

interface TextRule {
  readonly reason: Reason;
  /** Of a text in lower case, which matches faster than without regard to case. */
  readonly pattern: RegExp;
  /** HTTP statuses it is believed with; a 2xx counts as any. */
  readonly on?: (status: number) => boolean;
}

const is4xx = (status: number): boolean => status >= 400 && status < 500;
const any = (...parts: readonly string[]): RegExp => new RegExp(parts.join('|'));
const named = '\\bmodels?\\b[\\s/:]*(?:id |name |version )?[`\'"‘“]?[\\w./:@+-]{0,200}[`\'"’”]?,?\\s*';

/** What texts mean, tried in this order: each kind of sentence stands before those whose words it may contain. */
const texts: readonly TextRule[] = [
  {
    reason: 'gateway_error',
    pattern: any('upstream connect error or disconnect'),
  },
  {
    reason: 'endpoint_not_found',
    pattern: any('unexpected endpoint or method', 'unknown request url', 'no route matched'),
  },
  {
    reason: 'output_truncated',
    pattern: any('could not finish the message because max_tokens', 'model output limit was reached'),
  },
  {
    reason: 'probe_unsupported',
    pattern: any(
      "does(?: not|n't) support (?:chat|generate|completions?|embeddings?|the (?:chat|completions?) (?:api|operation))\\b",
      'not a chat model',
      'operation does not work with the specified model',
      'only supported in v1/',
      'not supported in the v1/',
    ),
  },
  {
    reason: 'content_filtered',
    pattern: any(
      'content (?:management|filter\\w*|usage)? ?polic(?:y|ies)',
      "violat\\w+ [\\w' ]{0,40}polic(?:y|ies)",
      '(?:prompt|content|input|response|output) (?:was|were|has been|is) (?:flagged|filtered|blocked)',
      'blocked (?:input|prompt|content)',
      'safety system',
      'blocked by (?:a |the |our )?guardrail',
      'data inspection failed|inappropriate content',
    ),
  },
  {
    reason: 'rate_limited',
    pattern: any(
      '(?:per|/|a|each) ?-?(?:sec(?:ond)?|min(?:ute)?|hour|hr)s?\\b',
      '\\b[rt]p[msh]\\b',
      '(?:requests|tokens)-per-(?:second|minute|hour)',
    ),
    on: (status) => status < 500,
  },
  {
    reason: 'quota_exhausted',
    pattern: any(
      '(?:per|/|a|each|this|current) ?-?(?:day|month|week|billing (?:period|cycle))\\b.{0,80}(?:limit|quota|exceed|reached|used up|budget|credit)',
      '(?:limit|quota|exceed|reached|used up|budget|credit).{0,120}(?:per|/|a|each|this|for the) ?-?(?:day|month|week|today)\\b',
      '(?:daily|monthly|weekly|free[- ]tier|plan|included|spend\\w*|budget|usage|credit|billing hard)[- ](?:(?!rate)\\w+[- ]){0,3}(?:limits?|quota|allowance|allocation|cap)\\b',
      'credit balance is too low',
      '(?:balance|credits?|funds) (?:is|are) (?:insufficient|not enough|exhausted|depleted)',
      "(?:do|does)(?:n't| not) have (?:any |enough |sufficient )?(?:credits?|funds|balance)",
      "(?:insufficient|not enough|no|out of|run out of|exhausted|depleted|exceeded|used up)\\b[\\w' ]{0,40}\\b(?:balance|credits?|funds|quota)\\b",
      'quota\\b.{0,40}\\b(?:exceeded|exhausted|reached|used up|depleted)',
      "budget (?:has been |was )?(?:exceeded|exhausted|spent)|exceed\\w* [\\w' ]{0,30}budget|exceededbudget|over budget",
      'billing (?:is )?not active|check your (?:plan and )?billing|payment (?:is )?required|account is in arrears|overdue payment',
    ),
  },
  {
    reason: 'context_exceeded',
    pattern: any(
      'context (?:length|window|size)',
      'maximum context',
      'too many (?:input |prompt )?tokens',
      '(?:prompt|input|message|request)s? (?:is|are|was) too (?:long|large)',
      '(?:request|payload|entity) too large',
      'reduce the length',
      'input token count',
      '\\binputs?`? must have less than',
      'exceed n_ctx',
    ),
    on: (status) => is4xx(status) && status !== 429,
  },
  {
    reason: 'overloaded',
    pattern: any(
      'overload',
      '(?:at|over|no|insufficient|not enough|out of|exceed\\w*|lack of|limited) (?:\\w+ )?capacity',
      'capacity (?:is |was |has been |temporarily )?(?:exceeded|reached|exhausted|constraint|limit)',
      'high demand|heavy load|under load|peak load',
      '(?:server|service|system|engine|model) (?:is |are )?(?:currently |too )?busy|too busy',
      'no (?:available|healthy|free) (?:server|worker|instance|upstream|backend|replica|endpoint|channel)',
    ),
  },
  {
    reason: 'model_loading',
    pattern: any(
      '(?<!(?:error|fail\\w*|unable to|while|when|during) )\\bloading\\b',
      '\\b(?:model|server|service|engine|endpoint|instance|deployment)\\b.{0,40}\\b(?:starting|warming up|booting|initiali[sz]ing|being (?:loaded|deployed)|scaling up|not (?:yet )?ready|scaled to zero)',
      'cold start',
    ),
    on: (status) => status === 503 || status === 429 || status === 409 || status === 425,
  },
  {
    reason: 'model_not_found',
    pattern: any(
      `${named}(?:is |was |does |has been |has |could |can |are )?(?:currently )?(?:not|n't) ?(?:be )?(?:a )?(?:found|exist|supported|available|deployed|valid|accessible|recogni[sz]ed)`,
      `${named}(?:is |was |has been )(?:deprecated|decommissioned|removed|retired|shut ?down|invalid|unknown|no longer)`,
      '(?:unknown|invalid|no such|unrecogni[sz]ed|unsupported|unable to access(?: non-serverless)?|could not find|cannot find) (?:the )?model\\b(?! (?:parameter|input|output|response))',
      'deployment .{0,40}does not exist',
      'no endpoints (?:found|available)',
      `${named}(?:is |was |has been )?disabled`,
      '^model: \\S+$',
      '\\bmodel\\b.{0,200} has reached (?:the |its )end of (?:its )?life',
      'could not resolve the (?:foundation )?model',
      'with on-demand throughput',
      "function '[\\w-]{1,80}': not found for account",
      'not a valid model',
      'no model (?:named|called|with)',
    ),
    on: is4xx,
  },
  {
    reason: 'auth_failed',
    pattern: any(
      '(?:incorrect|invalid|wrong|missing|expired|malformed|revoked|no|bad|unknown|inactive) (?:or (?:missing|expired|invalid) )?(?:api|access|auth\\w*|subscription|bearer|security|x-api)?[- ]?(?:key|token|credential)s?\\b',
      '(?:api|access|subscription|x-api)[- ]?(?:key|token) (?:is |was |has )?(?:been )?(?:not valid|not found|invalid|expired|missing|required|revoked|disabled|deactivated)',
      '(?:security )?token [\\w ]{0,40}is (?:invalid|expired)',
      'unauthori[sz]ed|unauthenticated|not authenticated|authentication (?:failed|fails|required|error)',
      "did(?: not|n't) provide an api key|invalid authentication",
    ),
    on: (status) => status === 400 || status === 401 || status === 403,
  },
  {
    reason: 'permission_denied',
    pattern: any(
      'country, region|location is not supported',
      '\\b(?:organization|account|project|team|workspace|key|user) (?:is |was |has been )(?:disabled|suspended|deactivated|blocked|banned)',
      '(?:do|does) not have (?:access|permission)|permission denied|access denied|not (?:permitted|authorized) to|must be verified',
    ),
    on: (status) => status === 400 || status === 401 || status === 403 || status === 451,
  },
  {
    reason: 'rate_limited',
    pattern: any(
      'rate[- ]?limit',
      'too many (?:concurrent )?requests',
      'throttl',
      'concurren(?:t|cy) [\\w ]{0,20}limit',
      'slow down',
    ),
  },
];

const strong = byMarker(markers);
const last = byMarker(lastMarkers);

function find(table: ReadonlyMap<string, Reason>, words: readonly string[]): Reason | null {
  for (const word of words) {
    const reason = table.get(word.toLowerCase().replace(/[^a-z0-9]/g, ''));
    if (reason !== undefined) return reason;
  }
  return null;
}

/** The reason a code or type names by itself. */
export const reasonOfMarker = (words: readonly string[]): Reason | null => find(strong, words);

/** The reason a code or type names that says little: for when nothing else decides. */
export const reasonOfVagueMarker = (words: readonly string[]): Reason | null => find(last, words);

/** The reason a text gives under this HTTP status. */
export function reasonOfText(text: string, status: number): Reason | null {
  const lower = text.toLowerCase();
  const rule = texts.find(
    ({ pattern, on }) => (status < 300 || (on?.(status) ?? true)) && pattern.test(lower),
  );
  return rule?.reason ?? null;
}
