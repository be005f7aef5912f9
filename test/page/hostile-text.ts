import fc from 'fast-check';

/** Any UTF-16 code units, halves of pairs and control characters included, and what breaks out of markup. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom(
        ']]>',
        '<![CDATA[',
        '<script>alert(1)</script>',
        '<!--',
        '-->',
        '&amp;',
        '&lt;b&gt;',
        '&',
        '&#0;',
        '"',
        "'",
        '\r\n',
        '\n\n',
        '\u0000',
        '\u000b',
        '\u001b[31m',
        '\ud83d',
        '\udc4d',
        '\ufffe',
        '\u202e',
        '{}',
        '<?xml?>',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** Production 2 of XML 1.0: the characters that a document may hold. */
export function holdsOnlyXmlCharacters(document: string): boolean {
  return /^(?:[\t\n\r\u0020-\ud7ff\ue000-\ufffd]|[\u{10000}-\u{10ffff}])*$/u.test(document);
}

/** The nearest id that a configuration may have: everything else is refused there. */
export const idOf = (text: string, index: number): string =>
  `${text.slice(0, 190).replaceAll(/[\s/\\\p{C}]/gu, '-')}-${index}`;

/** What attackers, providers and careless operators write. */
export const hostileTexts = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><script>alert(1)</script>',
  '<svg onload=alert(1)><foreignObject>',
  '</title><h1>taken over</h1>',
  'javascript:alert(1)',
  '\u202etxt.exe\u2066\u200f',
  '\u001b[31mred\u001b[0m\u0000\u0007',
  '\ud800 lone',
  'a\u0301'.repeat(300),
  'W'.repeat(400),
  '{{7*7}}${7*7}<!--',
  ']]>&lt;&amp;',
  'ﷺ'.repeat(100),
];
