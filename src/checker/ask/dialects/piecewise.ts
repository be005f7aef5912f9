import type { Answer } from '../../verdict/answer.js';
import type { Streaming } from '../dialect.js';

/** Handles streams whose events have the shape of a whole reply; an event with a finish reason is the last. */
export function piecewise(read: (payload: unknown) => Answer | null): Streaming['take'] {
  return (draft, { data }) => {
    const answer = read(data);
    if (answer === null) return;
    draft.text += answer.text;
    draft.reasoning += answer.reasoning;
    draft.usage = answer.usage ?? draft.usage;
    draft.reasoningTokens = answer.reasoningTokens ?? draft.reasoningTokens ?? null;
    draft.model = answer.model ?? draft.model;
    draft.finish = answer.finish ?? draft.finish;
    draft.called ||= answer.called === true;
    draft.ended ||= answer.finish !== null;
  };
}
