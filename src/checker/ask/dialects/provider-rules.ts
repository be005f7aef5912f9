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
