/** References of HTML that frameworks write into the texts of errors. */
const references: Readonly<Record<string, string>> = {
  quot: '"',
  '#34': '"',
  '#x22': '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: ' ',
};
const reference = /&(quot|apos|amp|lt|gt|nbsp|#34|#39|#x22|#x27);/gi;

/** Whether anything is written otherwise than the rules have it. */
const odd = /[^\S ]| {2}|[\u2018\u2019\u02bc]|&[a-z#]|\)$/;

/** A break inside of a sentence: a line that was wrapped. */
const wrapped = /(?<=[\p{L}\p{N},;'"`’)\]]) ?(?:\r?\n) ?(?=[\p{Ll}\p{N}'"`‘([])/gu;

/** The number of the request, which each gateway of the one-api family appends to the text. */
const requestId = /(?:\s\((?:request|req|trace)[ _-]?id:? [^()]{1,100}\)){1,3}$/i;

/**
 * A text of an error with one space between words, plain apostrophes and no references of HTML, as the rules have it. Line
 * breaks between sentences stay.
 */
export function plainText(given: string): string {
  const text = given.trimEnd();
  if (!odd.test(text)) return text;
  return text
    .replace(reference, (whole, name: string) => references[name.toLowerCase()] ?? whole)
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[^\S\n]+/g, ' ')
    .replace(wrapped, ' ')
    .replace(requestId, '');
}
