import { any } from '../text-rule.js';

/** Lengths of a period of over an hour. */
export const long = any(
  '(?:360[1-9]|36[1-9]\\d|3[7-9]\\d\\d|[4-9]\\d{3}|\\d{5,9})[ -]?s(?:ec(?:ond)?s?)?\\b',
  '(?:6[1-9]|[7-9]\\d|\\d{3,6})[ -]?min(?:ute)?s?\\b',
  '(?:[2-9]|[1-9]\\d{1,3}|two|three|four|five|six|eight|twelve)[ -]?h(?:(?:ou)?rs?)?\\b',
  '\\d{1,4}[ -]?(?:d|days?|weeks?|months?)\\b',
).source;

const each = '(?:\\b(?:per|each|every|this) ?-?|/ ?)';
const short = any(
  `${each}(?:\\d{1,4}[ -]?)?(?:sec(?:ond)?|min(?:ute)?|hour|hr)s?\\b`,
  `${each}\\d{1,4}[ -]?[smh]\\b`,
  '\\b(?:[rt]p[msh]|qps)\\b',
);
const longer = any(long, '\\b(?:daily|weekly|monthly|today|tomorrow|midnight|(?:day|week|month)s?)\\b');
const limits = /\b(?:\w*limit\w*|quota|exceed\w*|requests?|calls|too many|max(?:imum)?|allowed|throttl\w*)\b/;
const reached = /\b(?:exceed\w*|reached|hit|exhausted|used up|ran out|run out|out of)\b/;

/** The sentences of a text; a full stop inside a number or name ends none. */
const sentencesOf = (text: string): readonly string[] => text.split(/[.!?](?=\s|$)|\n/);

/**
 * True if a sentence of a text in lower case states a limit per hour or less, and no other one says that a longer one is
 * reached: a trial, a status page and a support desk have periods too.
 */
export function statesShortLimit(text: string): boolean {
  const sentences = sentencesOf(text);
  return (
    sentences.some((one) => limits.test(one) && short.test(one) && !longer.test(one)) &&
    !sentences.some((one) => reached.test(one) && longer.test(one))
  );
}
