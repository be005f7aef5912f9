/**
 * One line of text that is safe to print: escape sequences, control and formatting characters are removed, line breaks
 * and tabs become a space.
 */
export function plainText(text: string): string {
  return stripEscapes(text)
    .replaceAll('\u0085', ' ')
    .replace(/(?!\s)[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** ECMA-48: removes control strings up to their terminator, then control sequences, then remaining two-byte escapes. */
function stripEscapes(text: string): string {
  return text
    .replace(
      /(?:\u001b[P\]X^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/gu,
      '',
    )
    .replace(/(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/gu, '')
    .replace(/\u001b[ -/]*[0-~]?/gu, '');
}
