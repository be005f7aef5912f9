import {
  lastMarkerIn,
  periodsIn,
  reasonOfStrongMarker,
  strongMarkerIn,
  textRuleOf,
} from '../verdict/error-rules.js';
import { chinese } from '../verdict/error-rules/chinese.js';
import { english } from '../verdict/error-rules/english.js';
import { bans } from '../verdict/error-rules/english/bans.js';
import { longContexts } from '../verdict/error-rules/english/contexts.js';
import { filters } from '../verdict/error-rules/english/filters.js';
import { limits } from '../verdict/error-rules/english/limits.js';
import { missingModels } from '../verdict/error-rules/english/models.js';
import { databases, outages } from '../verdict/error-rules/english/outages.js';
import { owners } from '../verdict/error-rules/english/owners.js';
import { unfitProbes } from '../verdict/error-rules/english/probes.js';
import { european } from '../verdict/error-rules/european.js';
import { japaneseAndKorean } from '../verdict/error-rules/japanese-korean.js';
import { refusals } from '../verdict/error-rules/refusals.js';
import type { TextRule } from '../verdict/error-rules/text-rule.js';
import type { Deciding } from '../verdict/deciding.js';
import type { Decided } from './classify-reply.js';

/** The rule that decided on a reason. */
export interface DecidingRule {
  /** Kind of the rule, in words. */
  readonly name: string;
  /** Where the rule stands, such as `english/limits`; null where it is no list of rules. */
  readonly section: string | null;
  /** What of the reply it matched; null where it needed no words. */
  readonly matched: string | null;
}

const listed = (one: TextRule | readonly TextRule[]): readonly TextRule[] => [one].flat();

/** Lists of rules, the parts before the whole. */
const sections: readonly (readonly [name: string, rules: readonly TextRule[]])[] = [
  ['english/bans', listed(bans)],
  ['english/contexts', listed(longContexts)],
  ['english/filters', listed(filters)],
  ['english/limits', listed(limits)],
  ['english/models', listed(missingModels)],
  ['english/outages', [...listed(databases), ...listed(outages)]],
  ['english/owners', listed(owners)],
  ['english/probes', listed(unfitProbes)],
  ['english', english],
  ['chinese', chinese],
  ['japanese-korean', japaneseAndKorean],
  ['european', european],
  ['refusals', refusals],
];

const longestMatch = 160;

/** The words that a rule found; its list. */
function byText(text: string, status: number): DecidingRule | null {
  const found = textRuleOf(text, status);
  if (found === null) return null;
  const { rule, said } = found;
  const match = rule.pattern instanceof RegExp ? rule.pattern.exec(said)?.[0] : undefined;
  return {
    name: 'words of the error',
    section: sections.find(([, rules]) => rules.includes(rule))?.[0] ?? null,
    matched: match === undefined || match === '' ? null : match.slice(0, longestMatch),
  };
}

/** The marker that decided, or the words that were more specific than it. */
function byMarker(words: readonly string[], { reason, text, status, passedOn }: Deciding, name: string) {
  const word = strongMarkerIn(words);
  if (word !== undefined && reasonOfStrongMarker(word) !== reason) {
    const told = byText(text, status) ?? (passedOn === null ? null : byText(text, passedOn));
    if (told !== null) return told;
  }
  return { name, section: 'markers', matched: word ?? null };
}

function ruleOf(deciding: Deciding): DecidingRule {
  const { by, error, text, status, passedOn } = deciding;
  const codes = error?.codes ?? [];
  const types = error?.types ?? [];
  const plain = (name: string, matched: string | null = null) => ({ name, section: null, matched });
  switch (by) {
    case 'provider':
      return plain('a rule of this provider alone');
    case 'limit':
      return plain('name of the limit', periodsIn(codes, text).join(', '));
    case 'code':
      return byMarker(codes, deciding, 'code of the error');
    case 'type':
      return byMarker(types, deciding, 'type of the error');
    case 'number':
      return { name: 'number of the error', section: 'numbers', matched: lastMarkerIn(codes) ?? null };
    case 'vague code':
      return {
        name: 'code of the error, which says little',
        section: 'last markers',
        matched: lastMarkerIn([...codes, ...types]) ?? null,
      };
    case 'text':
    case 'page': {
      const told = byText(text, status) ?? (passedOn === null ? null : byText(text, passedOn));
      return told ?? plain(by === 'page' ? 'words of the page' : 'words of the error');
    }
    case 'told status':
      return plain('HTTP status that the text quotes', String(passedOn));
    case 'status':
      return plain('HTTP status alone', String(status));
  }
}

/** The rule that decided on the reason of a reply. Looks it up again, so that checks pay nothing for it. */
export function decidingRule({ deciding, byWait, reason, result }: Decided): DecidingRule {
  if (byWait)
    return {
      name: 'the wait that the reply asks for',
      section: null,
      matched: result.retryAfterMs === null ? null : `${Math.round(result.retryAfterMs / 1_000)} s`,
    };
  if (deciding !== null) return ruleOf(deciding);
  const name =
    reason === 'redirected' || result.httpStatus === null ? 'HTTP status alone' : 'the answer itself';
  return { name, section: null, matched: null };
}
