import { classify } from '../checker/explain/classify-reply.js';
import type { ExplainedReply, GivenReply } from '../http/mcp/source.js';

/** What a check would say of a reply with this status, headers and body. */
export function explainReply(given: GivenReply): ExplainedReply {
  const { reason, outcome, blame, detail } = classify(given);
  return { reason, outcome, blame, detail };
}
