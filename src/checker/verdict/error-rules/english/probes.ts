import { any, type TextRule } from '../text-rule.js';

/** Attachments of probes as named in errors. */
const sense =
  '(?:images?|image_url|pictures?|vision|visual|audio|input_audio|speech|sound|video|multi-?modal(?:ity)?)';

/** Models and APIs that do not support the kind of probe. */
export const unfitProbes: TextRule = {
  reason: 'probe_unsupported',
  pattern: any(
    "does(?: not|n't) support (?:chat|generate|completions?|embeddings?|the (?:chat|completions?) (?:api|operation))\\b",
    "does(?: not|n't) support (?:the )?task\\b",
    'not a chat model',
    '\\b(?:is|be) (?:not )?an? (?:\\w+ )?(?:embeddings?|rerank(?:ing|er)?|text-to-speech|tts|transcription|image generation) model\\b',
    'pooling type .{0,20}\\bis not oai compatible',
    'operation does not work with the specified model',
    'only supported in v1/',
    '(?:can only be used|only works?|only support\\w*|must be (?:called|used|invoked))(?: with| in| via| through)? (?:the )?(?:stream\\w*|responses|completions?|embeddings?|batch)\\b',
    'only support\\w* (?:stream|async)',
    'not supported in the v1/',
    "(?:not|n't) (?:accessible|available|supported|usable) (?:via|through|on|in|at|with) (?:the |this )?[\\w/.-]{1,80} (?:endpoint|api)\\b",
    '(?:no|without|provide|lacks?|have|define) (?:a |any )?chat template|^template error: template not found',
    '\\bunimplemented\\b|(?:method|operation|endpoint|api) (?:is )?not (?:yet )?implemented',
    'no endpoints found that (?:support|can handle)',
    `do(?:es)?(?: not|n't) (?:currently |yet )?support (?:the |any )?${sense}\\b`,
    `\\b${sense}(?:[ _](?:inputs?|contents?|data|parts?|modality|modalities)){0,2} (?:is |are )?(?:not|only) (?:yet |currently )?(?:supported|enabled|accepted)`,
    `invalid (?:content type|value|type).{0,10}${sense}\\b|unknown variant .{0,3}${sense}\\b`,
    `at most 0 ${sense}|not an? (?:multi-?modal|vision|vlm)\\b|not compiled for multimodal`,
    'missing data required for image|not configured with an? mmproj|expected to be either text or image',
    'requires that either input content or output modality contain audio',
    "only (?:accepts?|supports?|takes?) text\\b|text-only (?:models?|prompts?)\\b|add an image to use|\\bcontent'? ?:? ?(?:value )?must be a string",
  ),
};
