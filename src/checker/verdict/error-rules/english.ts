import { bans } from './english/bans.js';
import { longContexts } from './english/contexts.js';
import { filters } from './english/filters.js';
import { limits } from './english/limits.js';
import { missingModels } from './english/models.js';
import { databases, outages } from './english/outages.js';
import { owners } from './english/owners.js';
import { unfitProbes } from './english/probes.js';
import { any, is4xx, is5xx, type TextRule } from './text-rule.js';

/** 498 is a status of an invalid token. */
const ofKey = (status: number): boolean => [400, 401, 403, 498].includes(status);

/** Reasons of English texts; the first match decides. A sentence comes before those whose words it may contain. */
export const english: readonly TextRule[] = [
  {
    reason: 'tls_error',
    pattern: any(
      'ssl certificate error',
      'no required ssl certificate',
      '(?:client|ssl|tls) certificate (?:is |was |has )?(?:been )?(?:required|missing|invalid|expired|revoked|rejected|refused|not (?:provided|trusted|valid|accepted))',
      '(?:invalid|missing|expired|untrusted|revoked) client certificate',
    ),
    on: is4xx,
  },
  {
    reason: 'unexpected_answer',
    pattern: any(
      'model (?:called|tried to call|attempted to call|generated) (?:a |an )?(?:tool|function)',
      'tool call validation failed|failed to call a function|failed to parse tool call',
      'attempted to call (?:a )?tool',
    ),
  },
  {
    // LM Studio's, for any model while it serves none.
    reason: 'model_not_found',
    pattern: any('no models? (?:is |are )?loaded\\.? please load a model'),
  },
  {
    // TabbyAPI's.
    reason: 'model_not_found',
    pattern: any('^no models are currently loaded\\.?$'),
    on: (status) => status === 400,
  },
  {
    reason: 'server_error',
    pattern: any(
      "(?:failed|unable|could ?n[o']t|can ?n[o']t|error|failure|problem)(?: to| while| when| in)? (?:load(?:ing)?|initiali[sz](?:e|ing)|start(?:ing)?) (?:the |your |this )?(?:llm |llama |local )?(?:model|engine|runner|weights)",
      '\\bmodel\\b.{0,80}(?:failed to|could not be|did not|cannot be|can.t be) (?:load|start|initiali[sz]e)',
      'model (?:load(?:ing)? )?(?:has )?(?:failed|crashed)\\b|model has (?:unexpectedly )?crashed',
      'no (?:llm |local )?models? (?:is |are |was |were )?(?:currently )?loaded|model (?:is )?not loaded|model (?:is |was |has been )?unloaded',
      'degraded function|function [\\w :-]{0,80}degraded|\\bdegraded\\b.{0,40}cannot be invoked',
      // vLLM tells them with 400 inside a stream.
      'engine ?core encountered an|background loop has errored|task finished unexpectedly|executor failed\\b|\\brpc call to \\w+ timed out',
      "'nonetype' object (?:is not|has no)",
      'cuda (?:error|out of memory)|out of memory|insufficient memory|requires more (?:system )?memory',
      'engine (?:core |loop |process )?(?:is |has |was )?(?:dead|died|crashed|terminated|stopped)|enginedeaderror|runner (?:process )?(?:has )?(?:terminated|crashed|no longer running)',
    ),
    on: (status) => status !== 429 && status !== 503,
  },
  {
    reason: 'server_error',
    pattern: any(
      'temporar(?:il)?y (?:unavailable|disabled|offline|down|closed|suspended|out of service|not available)',
      'brown-?out|(?:scheduled|under|undergoing|down for|for) (?:\\w+ )?maintenance',
      'unavailable (?:temporarily|for a (?:short )?(?:while|time))|currently (?:closed|down|offline)',
    ),
    on: (status) => is4xx(status) && status !== 429,
    // Who is suspended is not the server.
    unless:
      /\b(?:account|organi[sz]ation|project|team|workspace|subscription|user|key)s? (?:[\w'"-]+ )?(?:is|was|are|has been|have been) (?:currently )?temporar(?:il)?y (?:disabled|closed|suspended)/,
  },
  {
    reason: 'gateway_error',
    pattern: any('upstream connect error or disconnect', 'failure to get a peer'),
  },
  {
    reason: 'endpoint_not_found',
    pattern: any(
      'unexpected endpoint or method',
      'unknown request url',
      'no route matched',
      'no static resource',
      'app for invoked web endpoint',
      'plain http request was sent to https|speaking plain http to an ssl-enabled|http request to an https server',
    ),
  },
  {
    reason: 'endpoint_not_found',
    // Paths that an API does not have, told with 400.
    pattern: any(
      'could not route to',
      'no route for (?:that|this)',
      'url error, please check',
      '^invalid url \\(',
    ),
    on: is4xx,
  },
  {
    reason: 'output_truncated',
    pattern: any('could not finish the message because max_tokens', 'model output limit was reached'),
  },
  unfitProbes,
  {
    reason: 'permission_denied',
    pattern: any(
      'use case (?:details|form) (?:have|has) not been submitted|(?:submit|fill out) the [\\w ]{0,40}use case',
      '(?:accept|agree to|acceptance of) (?:the |its |our )?(?:[\\w-]+ ){0,3}(?:terms|licen[cs]e|agreement|eula)\\b|terms acceptance|agreement (?:has not|hasn.t) been accepted',
    ),
    on: (status) => status !== 429,
  },
  {
    reason: 'auth_failed',
    // Gateways wrap what the provider answered into a failure of their own.
    pattern: any(
      '(?:incorrect|invalid|wrong|bad) (?:x-)?api[- ]?key\\b',
      '\\bapi[- ]?key (?:(?:you )?provided )?(?:is |has )?(?:not valid|invalid|incorrect|expired)\\b',
      'litellm\\.authenticationerror',
      '(?:failed|unable) to resolve (?:the )?api key',
    ),
    on: (status) => is5xx(status) || status === 429,
  },
  {
    reason: 'auth_failed',
    // LiteLLM without a database knows no key but its own.
    pattern: any('no connected db'),
    on: (status) => status === 400,
  },
  databases,
  {
    reason: 'auth_failed',
    pattern: any(
      '(?:key|token|credential)s?\\b.{0,60}\\b(?:leaked|compromised|revoked|exposed|blacklisted)',
      '(?:leaked|compromised|revoked|exposed) (?:api |access |secret )?(?:key|token|credential)',
    ),
    on: ofKey,
  },
  {
    reason: 'quota_exhausted',
    pattern: any(
      '(?:suspended|blocked|disabled|deactivated|restricted)\\b.{0,160}(?:spend|payment|\\bpay\\b|billing|overdue|balance|credits|invoice)',
      '(?:crossed|exceed\\w*|over) (?:the |its |your )?budget',
      '\\bbilling (?:is|has been|was) disabled\\b',
    ),
  },
  ...bans,
  ...owners,
  {
    reason: 'permission_denied',
    pattern: any(
      // Of OpenRouter: the preferences of the account or of the request leave none.
      '\\bno endpoints (?:found|available) matching your\\b',
      '\\bno allowed (?:providers?|endpoints?|models?)\\b|\\ball (?:\\w+ )?providers have been ignored\\b',
      '\\b(?:model|repo(?:sitory)?) is gated\\b|\\bgated repo|\\b(?:access|load|download|use) (?:to )?(?:an? |the |this )?gated model\\b|\\bnot been granted access\\b',
      '(?:not|n.t) available (?:for|to) [\\w ]{0,40}\\b(?:accounts?|users?|customers?|organi[sz]ations?)\\b',
      '(?:disabled|suspended|blocked|banned|deactivated|not enabled) (?:in|for|on) (?:this|your) (?:account|project|organi[sz]ation|team|workspace)',
      '\\b(?:access|account|service) (?:terminated|suspended|revoked)\\b|not authori[sz]ed to (?:access|use|call|invoke)\\b',
      '\\bno (?:\\w+ )?(?:endpoints?|models?)\\b.{0,60}\\b(?:on|in|for|with|under|by) (?:your|the|this)(?: [\\w-]+){0,3} (?:plan|tier|subscription)\\b',
      '(?:unsupported|restricted|embargoed|sanctioned) (?:country|countries|region|location|territor)',
      "(?:countr(?:y|ies)|region|location|territor(?:y|ies)|jurisdiction)s?\\b.{0,60}(?:\\bnot|n't) (?:yet |currently )?(?:supported|available|allowed|served|permitted|eligible)",
      "(?:(?:not|n't)(?: yet| currently)? (?:supported|available|allowed|served|offered|permitted|accessible)|unavailable) (?:in|from|to) (?:your|this|the|certain|some)(?: current)? (?:country|region|location|area|territory|jurisdiction)",
      '(?:must|needs? to|has to|have to|please|required to) (?:first )?(?:be verif|verify|complete (?:the )?(?:\\w+ )?verification)|(?:not|un)[- ]?(?:yet )?(?:been )?verified|verification (?:is )?(?:required|needed)|identity verification|real[- ]name',
      '(?:requires?|without) (?:a |an |the |at least )?(?:[\\w-]+ ){0,4}(?:subscription|credit card|payment method|plan\\b(?! to ))',
      "(?:not|n't) (?:available|included|supported|allowed|covered|enabled|part|accessible) (?:on|in|for|with|under|by|of) (?:your|the|this)(?: [\\w-]+){0,3} (?:plan|tier|subscription|package)",
      '(?:plan|tier|subscription|package|license|licence) (?:does(?: not|n.t)|do(?: not|n.t)) (?:include|support|cover|allow|permit|provide|have)|upgrade (?:\\w+ ){0,4}(?:for|to (?:get|gain|unlock|enable)) access',
      // A parameter such as `max_tokens` is none of them.
      '(?<![\\w.])(?:(?:api|access|auth|bearer|secret)[ _-]?)?(?:credential|key|token|account|plan|subscription|license)s?\\b.{0,40}\\b(?:only|not) (?:be )?(?:authori[sz]ed|valid|intended|allowed|meant|permitted|enabled|used|usable|licensed)? ?(?:for|with|in|by|to be used|for use)\\b',
    ),
    on: (status) => is4xx(status) && status !== 429,
  },
  {
    reason: 'permission_denied',
    pattern: any(
      'not authori[sz]ed to perform',
      'insufficient permissions?\\b|(?:insufficient|missing) (?:the )?(?:required )?scopes?\\b|(?:lacks?|missing|without) (?:the )?(?:required )?(?:scopes?|permissions?)\\b',
      '(?:must be|(?:are|is) not|n.t) (?:currently )?a member of (?:an?|the|this|your|any)?\\b ?(?:organi[sz]ation|project|team|workspace)',
      'access is denied due to',
      'api ?key for (?:the )?given resource',
    ),
    on: (status) => status !== 429,
  },
  ...filters,
  {
    reason: 'overloaded',
    pattern: any(
      'back-?pressure',
      'no (?:\\w+ ){0,3}(?:deployment|channel|instance|provider|account|worker|server|replica|gpu|node|upstream|backend|runner|capacity|resource|slot)s?\\b(?: (?:is|are|was|were))?(?: (?:currently|left|now))? (?:available|healthy|ready|online|alive|left)',
      'no (?:available|healthy|free|ready|live|idle|online|usable|active|enabled|eligible|working) (?:\\w+ ){0,2}(?:deployment|channel|instance|provider|account|worker|server|replica|gpu|node|upstream|backend|runner|slot)s?\\b',
      'all (?:\\w+ ){0,3}(?:deployment|channel|instance|provider|account|worker|server|replica|gpu|slot|upstream|backend|key|model)s?\\b.{0,40}(?:unavailable|busy|exhausted|down|cool\\w*|failed|unhealthy|disabled|overloaded|in use)',
      '(?:queue|waiting list|backlog) (?:is )?(?:currently )?(?:full|at capacity|too long)|(?:max\\w*|too many) (?:\\w+ )?(?:queued|pending|waiting)|queue (?:size |length )?limit',
      '\\bexceed\\w* (?:the )?max(?:imum)?[ _]queue[ _](?:size|length)|max(?:imum)?[ _]queue[ _](?:size|length) (?:is |was |has been )?(?:exceeded|reached)|queue (?:size|length) exceed\\w*',
      'worker\\b.{0,40}limit reached|(?:request|requests) (?:was |were )?(?:dropped|shed|load[- ]shed)|load shed',
      'too many (?:people|users|customers|visitors)|currently (?:experiencing|seeing) (?:\\w+ ){0,2}(?:load|traffic|demand|volume)',
    ),
  },
  ...limits,
  longContexts,
  {
    reason: 'overloaded',
    pattern: any(
      'overload',
      '(?:at|over|no|insufficient|not enough|out of|exceed\\w*|lack of|limited) (?:\\w+ )?capacity',
      'capacity (?:is |was |has been )?(?:currently |temporarily )?(?:exceeded|reached|exhausted|insufficient|constraint|limit)',
      '(?:high|heavy|peak|increased|elevated) (?:demand|load|traffic)|under load|(?:surge|spike) (?:in|of) (?:demand|load|traffic)',
      '(?:processing|handling|receiving|serving) too many requests',
      '(?:server|service|system|engine|model) (?:is |are )?(?:currently |too |really |very )?busy|too busy',
      'no (?:available|healthy|free) (?:server|worker|instance|upstream|backend|replica|endpoint|channel)',
    ),
  },
  {
    reason: 'overloaded',
    // Engines say so with 400; gRPC has one name for all that is used up.
    pattern: any(
      '^(?:error: )?resource[ _]exhausted\\b',
      '\\bnumber of (?:concurrent )?(?:requests|sessions) (?:has |have )?reached the max(?:imum)?(?: limit)?\\b',
    ),
    on: (status) => status !== 429 && status !== 403,
  },
  {
    reason: 'model_loading',
    pattern: any(
      '(?<!(?:error|fail\\w*|unable to|while|when|during) )\\bloading\\b',
      '\\b(?:model|server|service|engine|endpoint|instance|deployment)\\b.{0,40}\\b(?:starting|warming up|booting|initiali[sz]ing|being (?:loaded|deployed|created|provisioned|prepared|started|downloaded|pulled)|scaling(?: up)?\\b(?! (?:down|factor))|not (?:yet )?ready|scal(?:ed|ing) (?:up )?(?:to|from) (?:zero|0))',
      '\\b(?:initiali[sz]ation|warm[- ]?up|start[- ]?up|scal(?:e|ing)[- ]?up|provisioning|deployment) (?:is )?(?:still )?in progress\\b',
      'cold start|scal(?:ed|ing) (?:up )?from (?:zero|0)\\b',
    ),
    on: (status) => status === 503 || status === 429 || status === 409 || status === 425,
  },
  {
    reason: 'model_loading',
    // Servers of models say so with whatever status.
    pattern: any(
      '\\b(?:model|server|service|engine|endpoint|instance|deployment)\\b.{0,80}(?:\\bis|\\bare|n.t|\\bnot) (?:still |currently |yet )?(?:not ready yet|not yet ready|not ready(?=[.,;!]|$)|yet ready|ready yet|loading|starting up|warming up|waking up|being (?:loaded|deployed|downloaded)|scal(?:ed|ing) (?:up )?(?:to|from) (?:zero|0))\\b',
      // Baseten's.
      '\\bcurrent status: (?:scaled_to_zero|waking_up|loading_model|starting|building|deploying|updating)\\b',
    ),
    on: (status) => status === 400 || status === 500 || status === 502 || status === 504,
  },
  ...missingModels,
  {
    reason: 'auth_failed',
    pattern: any(
      '(?:incorrect|invalid|wrong|missing|expired|malformed|revoked|no|bad|unknown|inactive) (?:or (?:missing|expired|invalid) )?(?:api|access|auth\\w*|subscription|bearer|security|x-api)?[- ]?(?:key|token|credential)s?\\b',
      '(?:api|access|subscription|x-api)[- ]?(?:key|token) (?:is |was |has )?(?:been )?(?:not valid|not found|invalid|expired|missing|required|revoked|disabled|deactivated)',
      '(?:security )?token [\\w ]{0,40}is (?:invalid|expired)|\\binvalid jwt\\b',
      'unauthori[sz]ed|unauthenticated|not authenticated|authentication (?:failed|fails|required|error)',
      '\\b(?:no|missing|malformed|invalid|empty|without) (?:an? |the )?(?:auth(?:ori[sz]ation)?|x-api-key|api-key) header\\b',
      '\\b(?:auth(?:ori[sz]ation)?|x-api-key|api-key) header (?:is |was |has been |not |must be )*(?:missing|required|found|provided|present|set|malformed|invalid|empty)\\b',
      "did(?: not|n't) provide an api key|invalid authentication|(?:failed|unable|could not) to authenticate|could not authenticate",
    ),
    on: ofKey,
    // A key of the request, such as `messages`, and a token of its text.
    unless:
      /\b(?:missing|unknown|invalid|bad|wrong|no) keys?:? (?:['"`]?(?:(?:model|messages|prompt|input|content|role|stream|stop|seed|n|user|tools?|metadata|temperature|store|system|max\w{1,20}|[a-z]{1,20}_[a-z_]{1,40})(?:['"`.,;:)]|$| in\b)|[a-z]{1,20}\.[a-z_]{1,40}\b)|in (?:the |your )?(?:request|body|json|payload|message)s?\b)|\b(?:missing|unknown|invalid|bad|wrong|no) tokens? (?:counts?|ids?|types?|lengths?|at position|in (?:the )?(?:json|prompt|messages?))\b|\btokens? ['"`]?<\|/,
  },
  {
    reason: 'permission_denied',
    pattern: any(
      'country, region|location is not supported',
      '\\b(?:organization|account|project|team|workspace|key|user) (?:is |was |has been )(?:disabled|suspended|deactivated|blocked|banned)',
      '(?:do|does) not have (?:access|permission)|permission denied|access denied|not (?:permitted|authorized) to|must be verified',
      '^operation (?:is )?not allowed\\.?$',
    ),
    on: (status) => status === 400 || status === 401 || status === 403 || status === 451,
  },
  {
    reason: 'rate_limited',
    pattern: any(
      'rate[- ]?limit',
      'too many (?:concurrent )?requests|exceed(?:s|ed|ing)? [\\w ,]{0,60}\\b(?:requests|tokens) per (?:second|minute)\\b',
      'throttl|rate exceeded|spike arrest|too frequent',
      'concurren(?:t|cy) [\\w ]{0,20}limit',
      'slow down',
      'resource has been exhausted',
    ),
  },
  ...outages,
];
