import type { Dialect } from '../dialect.js';

type Rules = NonNullable<Dialect['rules']>;

/** Groq's own status for a flex tier without capacity. */
export const groqRules: Rules = (status) => (status === 498 ? 'overloaded' : null);

/** Mistral's message for lack of capacity, with any status. */
export const mistralRules: Rules = (_status, error) =>
  /service tier capacity exceeded/i.test(error?.text ?? '') ? 'overloaded' : null;

/** Together answers 403 to a question that is too long. */
export const togetherRules: Rules = (status, error) =>
  status === 403 && /\b(?:tokens|context|length|too long)\b/i.test(error?.text ?? '')
    ? 'context_exceeded'
    : null;

/** Google sends the same message for every quota; only its id, or the metric in the text, names the period. */
export const geminiRules: Rules = (status, error) => {
  if (status !== 429 || error === null) return null;
  const metrics = error.text.slice(0, 4_096).match(/_per_(?:day|month|minute|second|hour)/g) ?? [];
  const quotas = [...error.codes, ...metrics].filter((name) =>
    /per_?(?:day|month|minute|second|hour)/i.test(name),
  );
  if (quotas.length === 0) return null;
  return quotas.some((quota) => /per_?(?:day|month)/i.test(quota)) ? 'quota_exhausted' : 'rate_limited';
};
