/** Beyond JSON's own escapes: what could move a cursor or turn the direction of text, should somebody print it. */
const unprintable = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;
const escaped = (characters: string): string =>
  characters
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** JSON that says the same to a program as JSON.stringify's, and nothing to a terminal. */
export function printableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(unprintable, escaped);
}
