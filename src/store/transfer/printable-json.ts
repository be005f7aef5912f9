/** Characters beyond JSON's own escapes that move the cursor or change the direction of text on a terminal. */
const unprintable = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;
const escaped = (characters: string): string =>
  characters
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** JSON equal to JSON.stringify's for a program, and safe to print on a terminal. */
export function printableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(unprintable, escaped);
}
