import { any, is5xx, isLasting, type TextRule } from '../text-rule.js';

const filter =
  '(?:moderation|guardrails?|guard model|(?:content|safety|prompt)[- ](?:filter\\w*|check\\w*|classifier|system|safety)|safety (?:service|server|api|layer|engine|model))';

const outage =
  '(?:unavailable|not available|unreachable|offline|timed out|time-?out|not respond\\w*|failed to (?:respond|start|load|connect|initiali[sz]e|run)|(?:is|are|was|went) down|crashed|connection (?:refused|reset|error|closed)|econn\\w+|deadline exceeded|internal (?:server )?error|overloaded|shut ?down)\\b';

const broken = any(
  `\\b${filter}\\b.{0,40}\\b${outage}`,
  `\\b(?:failed to|unable to|could ?n[o']t|could not|cannot) (?:call|reach|connect to|contact|load|run|invoke|query|execute) (?:the |our |a )?(?:[\\w-]{1,40} )?${filter}\\b`,
  `\\bno response from (?:the |our |a )?(?:[\\w-]{1,40} )?${filter}\\b`,
);

const refused =
  /\bviolat|\bflagged\b|\binterven|result of our safety|\b(?:prompt|input|output|content)s? (?:was|were|is|has been) \w+ed\b/;

/** Filters of what is asked and answered: those that are broken themselves, then what they refuse. */
export const filters: readonly TextRule[] = [
  { reason: 'server_error', pattern: broken, on: isLasting, unless: refused },
  {
    reason: 'server_error',
    pattern: any(
      `\\b(?:error|failure|exception) (?:in|from|while|when|calling|contacting|communicating with)\\b.{0,40}\\b${filter}\\b`,
      '\\b(?:service|server|cluster|instance|node|pod|deployment) (?:was |has been |is )?(?:stopped|shut ?down)\\b',
    ),
    on: is5xx,
    unless: refused,
  },
  {
    reason: 'server_error',
    // The limiter is broken, and no limit is reached.
    pattern: any(
      `\\brate[- ]?limit(?:er\\b|(?:ing)? (?:service|server|store|backend|database|api|plugin|middleware)\\b).{0,40}\\b${outage}`,
      '\\b(?:fail\\w*|unable|could not|cannot|error|failure) (?:to )?(?:connect|communicat|contact|reach|call)\\w*\\b.{0,40}\\brate[- ]?limit',
    ),
    on: is5xx,
    unless: /exceeded|reached/,
  },
  {
    reason: 'content_filtered',
    pattern: any(
      "violat\\w+ [\\w' ]{0,40}(?:guidelines|terms|rules|standards|content\\w*detection)|(?:usage|community|safety|content) guidelines",
      'guardrails?\\b.{0,60}(?:interven|violat|trigger|block|reject)|guardrail_intervened|(?:violat\\w+|blocked|rejected|stopped|flagged|intercepted) (?:of|by) .{0,30}guardrail',
      '(?:flagged|blocked|rejected|refused|stopped) (?:by|as|for|due to|because of) .{0,40}(?:moderation|safety|unsafe|harm|sensitive|filter|policy|content)',
      '(?:sensitive|unsafe|harmful|prohibited|illegal|disallowed) (?:content(?![- ](?:type|length|encoding))|information|words?|text|input|output)|content (?:exists? risk|moderation|risk|safety|security(?! policy))|moderation (?:check |filter )?(?:block|reject|flag)',
      'content (?:management|filter\\w*|usage)? ?polic(?:y|ies)',
      "violat\\w+ [\\w' ]{0,40}polic(?:y|ies)",
      '(?:prompt|content|input|response|output) (?:was|were|has been|is) (?:flagged|filtered|blocked)',
      'blocked (?:this |the |your )?(?:input|prompt|content)|(?:policy|filter) (?:has )?(?:blocked|rejected|flagged|refused)\\b|pattern is blocked',
      'safety system',
      'blocked by (?:a |the |our )?guardrail',
      'filter matched\\b|data inspection failed|inappropriate content|responsible ai (?:practices|polic)',
      '\\b(?:prompt|content|input|output|response) blocked\\b|\\bblocked by (?:the )?censor',
      '\\bcontent (?:that )?you (?:provided|sent|submitted)\\b.{0,40}\\b(?:is|was|has been) (?:blocked|rejected|filtered)\\b',
    ),
  },
  {
    reason: 'content_filtered',
    // With 5xx it is the filter that fails.
    pattern: any('guardrails?\\b.{0,60}fail', 'moderation (?:check |filter )?fail'),
    on: (status) => !is5xx(status),
  },
];
