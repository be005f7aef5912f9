import { blameFor, outcomeFor, type Outcome, type Reason } from '../../domain/reason.js';
import { rateLimitedLimit } from '../../domain/reduce.js';
import { createRedaction } from '../secrets/redact.js';
import { decideReply, type Classified } from './classify-reply.js';
import { decidingRule, type DecidingRule } from './deciding-rule.js';
import { readPasted } from './pasted.js';

/** What is known besides the text; it goes before what the text says. */
export interface Hints {
  readonly provider?: string | undefined;
  readonly status?: number | undefined;
  readonly model?: string | undefined;
  /** Unix ms at which the reply came. */
  readonly now?: number;
}

/** Whether the monitor would call the model down, with the defaults of the configuration. */
export interface Standing {
  readonly down: 'no' | 'after' | 'if it lasts';
  /** Such checks in a row after which it is down; null where it is not. */
  readonly afterChecks: number | null;
  readonly afterMs: number | null;
}

export interface Explanation extends Classified {
  readonly rule: DecidingRule;
  readonly standing: Standing;
  /** What the text was read as. */
  readonly form: string;
  readonly provider: string;
  /** Null where neither the text nor a hint tells it. */
  readonly status: number | null;
}

const failuresByDefault = 2;
const loadingGraceMs = 600_000;
const longestDetail = 300;

/** What a reason does to the state of a model that has it check after check. */
export function standingOf(reason: Reason, outcome: Outcome): Standing {
  if (outcome === 'unhealthy') return { down: 'after', afterChecks: failuresByDefault, afterMs: null };
  if (reason === 'rate_limited')
    return { down: 'if it lasts', afterChecks: rateLimitedLimit + failuresByDefault - 1, afterMs: null };
  if (reason === 'model_loading') return { down: 'if it lasts', afterChecks: null, afterMs: loadingGraceMs };
  return { down: 'no', afterChecks: null, afterMs: null };
}

/** The explanation of a failure without a reply. */
function unanswered(reason: Reason, text: string): Omit<Explanation, 'form' | 'provider' | 'status'> {
  const outcome = outcomeFor(reason, {});
  return {
    reason,
    blame: blameFor(reason),
    outcome,
    detail: createRedaction([])(text, longestDetail) || null,
    retry: { helps: true, afterMs: null },
    rule: { name: 'class of the exception', section: null, matched: null },
    standing: standingOf(reason, outcome),
  };
}

/** Explains a reply that somebody pasted, in any of the forms of `readPasted`; null for a text without one. */
export function explain(text: string, hints: Hints = {}): Explanation | null {
  if (text.trim() === '') return null;
  const pasted = readPasted(text);
  const { form, headers, body } = pasted;
  const provider = hints.provider ?? pasted.provider ?? 'openai_compatible';
  const status = hints.status ?? pasted.status;
  if (status === null && pasted.fault !== null) {
    const said = typeof body === 'string' ? body : '';
    return { ...unanswered(pasted.fault, said), form, provider, status };
  }
  // Without a status the words of the body decide, as they do for an error inside of a 200.
  const { now, model } = hints;
  const decided = decideReply(
    { provider, status: status ?? 200, headers, body, model },
    now === undefined ? {} : { now },
  );
  const { reason, blame, outcome, detail, retry } = decided;
  return {
    reason,
    blame,
    outcome,
    detail,
    retry,
    rule: decidingRule(decided),
    standing: standingOf(reason, outcome),
    form,
    provider,
    status,
  };
}
