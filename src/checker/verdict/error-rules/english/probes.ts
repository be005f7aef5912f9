import type { TextRule } from '../text-rule.js';

const any = (...parts: readonly string[]): RegExp => new RegExp(parts.join('|'));

/** Models and APIs that do not take the kind of question that a probe asks. */
export const unfitProbes: TextRule = {
  reason: 'probe_unsupported',
  pattern: any(
    "does(?: not|n't) support (?:chat|generate|completions?|embeddings?|the (?:chat|completions?) (?:api|operation))\\b",
    'not a chat model',
    'operation does not work with the specified model',
    'only supported in v1/',
    '(?:can only be used|only works?|only support\\w*|must be (?:called|used|invoked))(?: with| in| via| through)? (?:the )?(?:stream\\w*|responses|completions?|embeddings?|batch)\\b',
    'only support\\w* (?:stream|async)',
    'not supported in the v1/',
    "(?:not|n't) (?:accessible|available|supported|usable) (?:via|through|on|in|at|with) (?:the |this )?[\\w/.-]{1,80} (?:endpoint|api)\\b",
    '(?:no|without|provide|lacks?|have|define) (?:a |any )?chat template',
    '\\bunimplemented\\b|(?:method|operation|endpoint|api) (?:is )?not (?:yet )?implemented',
  ),
};
