import { any, is4xx, type TextRule } from '../text-rule.js';

const input =
  '(?:input|prompt|sequence)s?(?: length| size| tokens?| token count)?(?: \\([^()]{1,60}\\)| \\d{1,9})?';

/** Questions that are too long for a model. */
export const longContexts: TextRule = {
  reason: 'context_exceeded',
  pattern: any(
    'context (?:length|window|size)',
    'maximum context',
    'too many (?:input |prompt )?tokens',
    '(?:prompt|input|message|request)s? (?:is|are|was) too (?:long|large)',
    '(?:request|payload|entity) too large',
    'reduce the length',
    'input token count',
    `\\b${input} (?:exceeds?|exceeded|(?:is|are) (?:longer|larger|greater) than)\\b.{0,40}\\b(?:max\\w*|limit|length|\\w{1,20}_len|tokens)\\b`,
    '\\btokens of [\\w ]{1,40} exceed (?:the )?max',
    '(?:larger|longer|greater) than (?:the )?(?:max\\w* )?(?:model )?(?:input|prompt|sequence) length',
    'range of input length should be',
    '\\binputs?`? (?:must have less than|tokens \\+ `?max_new_tokens`? must be)',
    'exceed n_ctx',
    // TensorRT-LLM's.
    '\\b(?:input|prompt|query)\\b.{0,80}\\b(?:should|must|can|may) ?not exceed (?:the )?max_\\w{0,20}(?:tokens|len)',
    '\\bmax_seq_len \\(\\d{1,9}\\) - prompt length',
  ),
  on: (status) => is4xx(status) && status !== 429,
};
