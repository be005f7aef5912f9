import type { Path } from '../../config/read/problem.js';
import { isOfAnswer, ofNotation, partAt } from './answer-texts.js';
import type { Drafting } from './drafting.js';
import { durationWithin } from './times.js';

/** Keys of a model that follow from conditions. */
interface Expected {
  readonly expect: Readonly<Record<string, readonly string[]>>;
  readonly slow: { readonly duration: string } | null;
}

/** The texts of a right side: `any(a, b)`, `pat(*a*)`, or the text itself. */
function textsOf(right: string): readonly string[] {
  const [, several] = /^any\((.*)\)$/s.exec(right) ?? [];
  return several === undefined ? [right] : several.split(',').map((one) => one.trim());
}

/** The text between the stars of `pat(*text*)`; null where it is another pattern or none. */
function insideOf(right: string): string | null {
  const [, pattern] = /^pat\((.*)\)$/s.exec(right) ?? [];
  const [, inside] = /^\*([^*]+)\*$/.exec(pattern ?? '') ?? [];
  return inside ?? null;
}

/** Statuses that mean success, as modelpulse takes them anyway. */
function meansSuccess(operator: string, right: string): boolean {
  if (operator === '==') return textsOf(right).every((one) => /^(?:2\d\d|pat\(2\*\))$/.test(one));
  return (operator === '<' || operator === '<=') && /^[2-4]\d\d$/.test(right);
}

/** What conditions of Gatus mean for the text of an answer; the others are noted. */
export function expectedBy(
  conditions: readonly unknown[],
  path: Path,
  { note }: Pick<Drafting, 'note'>,
): Expected {
  const expect: Record<string, string[]> = {};
  let slow: Expected['slow'] = null;
  const add = (key: string, texts: readonly string[]): void => {
    expect[key] = [...(expect[key] ?? []), ...texts];
  };

  function ofBody(left: string, operator: string, right: string): string | null {
    const part = left === '[BODY]' ? 'whole' : partAt(left.slice('[BODY]'.length));
    const inside = insideOf(right);
    if (part === 'model' && operator === '==' && inside === null && !right.startsWith('pat(')) {
      add('model', textsOf(right));
      return null;
    }
    if (part !== 'answer' && part !== 'whole') return 'modelpulse has no condition on this part of a reply';
    if (inside !== null && (operator === '==' || operator === '!=')) {
      if (part === 'whole' && !isOfAnswer(inside)) return ofNotation;
      add(operator === '==' ? 'contains' : 'not_contains', [inside]);
      return null;
    }
    if (part === 'answer' && operator === '==' && !right.startsWith('pat(')) {
      add('equals', textsOf(right));
      return null;
    }
    return 'write it as `expect`, which is about the text of the answer';
  }

  function reasonAgainst(condition: string): string | null {
    const [, left = '', operator = '', right = ''] = /^(.+?) (==|!=|<=|>=|<|>) (.*)$/s.exec(condition) ?? [];
    if (left === '') return 'is no condition of Gatus';
    if (left === '[STATUS]')
      return meansSuccess(operator, right)
        ? null
        : 'modelpulse takes only a success of HTTP with an answer for healthy';
    if (left === '[CONNECTED]')
      return operator === '==' && right === 'true' ? null : 'no model is healthy unconnected';
    if (left === '[RESPONSE_TIME]' && operator.startsWith('<')) {
      const duration = durationWithin(Number(right), 1, 3_600_000);
      if (duration === null) return 'is no time in ms';
      slow = { duration };
      return null;
    }
    if (left === '[CERTIFICATE_EXPIRATION]')
      return 'certificates are watched by the alert that `modelpulse rules` writes';
    if (/^(?:has|len)\(\[BODY\]/.test(left))
      return /^has\(\[BODY\]\.error\w*\)$/.test(left) ||
        /^(?:has|len)\(\[BODY\]\.(?:choices|content|data|candidates|message|output)/.test(left)
        ? null
        : 'modelpulse has no condition on this part of a reply';
    if (left.startsWith('[BODY]')) return ofBody(left, operator, right);
    return 'modelpulse has no such condition';
  }

  for (const [index, condition] of conditions.entries()) {
    const reason = typeof condition === 'string' ? reasonAgainst(condition) : 'is no text';
    if (reason !== null) note([...path, index], reason);
  }
  return { expect, slow };
}
