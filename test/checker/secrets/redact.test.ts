import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { folded } from '../../../src/checker/secrets/secret-search.js';
import { secretsOf } from '../../../src/checker/secrets/model-secrets.js';
import { createRedaction } from '../../../src/checker/secrets/redact.js';
import { modelAt } from '../model.js';
import { amount } from '../../slow.js';

const none = createRedaction([]);

describe('redaction', () => {
  it.each([
    'Incorrect API key provided: sk-abcd********wxyz.',
    'key sk-proj-AbCdEf0123456789 is bad',
    'Authorization: Bearer abcdef0123456789',
    'AIzaSyA1234567890abcdefghijklmnopqrstuv',
    'hf_AbCdEfGhIjKlMnOp',
    'xai-AbCdEfGhIjKl',
    'gsk_AbCdEfGhIjKl',
    'AKIAIOSFODNN7EXAMPLE',
    'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    'see api_key=abcdef012345',
    'your key 1a2b3c4d****9z8y is unknown',
    'API key provided: 1a2b3c4d...9z8y',
  ])('masks anything that looks like a credential: %s', (text) => {
    const clean = none(text, 300);
    expect(clean).toContain('[redacted]');
    expect(clean).not.toMatch(/abcd\*|AbCdEf|abcdef0|SyA123|IOSFODNN|eyJzdWI|3c4d/);
  });

  const key = 'Kx9aQm2Lr7Zt4wVb8Nc3';
  const bytes = [...Buffer.from(`Bearer ${key}`)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  it.each([
    [
      'a JSON list',
      JSON.stringify({ type: 'Buffer', data: bytes }),
      /^{"type":"Buffer","data":\[66,.*32,\[redacted]]}$/,
    ],
    ['a JSON list of many lines', JSON.stringify(bytes, null, 2), /^\[ 66, .* 32, \[redacted] ]$/],
    ['what Go prints', `[${bytes.join(' ')}]`, /^\[66 101 97 114 101 114 32 \[redacted]]$/],
    ['what Node prints', `<Buffer ${hex.join(' ')}>`, /^<Buffer 42 65 61 72 65 72 20 \[redacted]>$/],
    [
      'what Node prints, cut',
      `<Buffer ${hex.slice(0, 20).join(' ')} ... 7 more bytes>`,
      /20 \[redacted] \.\.\. 7 more/,
    ],
    ['a list in C', `{${hex.map((digits) => `0x${digits}`).join(', ')}}`, /^{0x42, .*0x20, \[redacted]}$/],
    ['colons', hex.join(':').toUpperCase(), /^42:65:61:72:65:72:20:\[redacted]$/],
  ])('finds a key that is written as a list of bytes: %s', (_name, text, clean) => {
    expect(createRedaction([key])(text, 500)).toMatch(clean);
  });

  it('leaves other lists of numbers as they are', () => {
    const text = 'limits 10, 20, 30, 40, 50, 60, 70, 80, 90 of 1,2,3,4,5,6,7,8 at 12:34:56:78:90:12:34:56:78';
    expect(createRedaction([key])(text, 300)).toBe(text);
    const two = `${bytes.join(' ')} and ${[1, 2, 3, 4, 5, 6, 7, 8, 9].join(' ')}`;
    expect(createRedaction([key])(two, 300)).toMatch(/\[redacted] and 1 2 3 4 5 6 7 8 9$/);
  });

  it('leaves ordinary words unchanged', () => {
    const text =
      'Rate limit reached for gpt-4o-mini in organization org on tokens per min (TPM): Limit 3... wait';
    expect(none(text, 300)).toBe(text);
    expect(none('The model `meta-llama/Llama-3-8b` does not exist.', 300)).toContain('meta-llama/Llama-3-8b');
  });

  it('removes queries and credentials from addresses', () => {
    expect(none('see https://user:word@api.test/v1/x?session=1#here now', 300)).toBe(
      'see https://api.test/v1/x now',
    );
  });

  it('returns one bounded line without control characters', () => {
    expect(none('a\r\n\tb\u0000\u001b[31mc\u202e', 300)).toBe('a b [31mc');
    expect(none('x '.repeat(1_000), 301)).toHaveLength(301);
    expect(none(`${'x'.repeat(298)}😀y`, 300)).toBe(`${'x'.repeat(298)}…`);
  });

  it('knows all secrets of an endpoint', () => {
    const model = modelAt('http://a.test', {
      endpoint: {
        apiKeys: ['first-key', 'second-key'],
        headers: { Authorization: 'Token deep-secret-value', 'Content-Type': 'application/json' },
        proxy: 'http://user:p%40ss-word@proxy.test',
      },
    });
    const redact = createRedaction(secretsOf(model));
    const said = 'first-key second-key deep-secret-value p@ss-word p%40ss-word application/json';
    expect(redact(said, 300)).toBe('[redacted] [redacted] [redacted] [redacted] [redacted] application/json');
  });

  const secret = fc
    .oneof(
      fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme-ascii' }),
      fc.string({ minLength: 8, maxLength: 30, unit: 'grapheme' }),
    )
    .map((text) => text.trim())
    // Some letters have no capital, or several.
    .filter((text) => text.length >= 8 && folded(text.toUpperCase()) === folded(text));
  const written: ((text: string) => string)[] = [
    (text) => text,
    (text) => text.toUpperCase(),
    encodeURIComponent,
    (text) => JSON.stringify(text),
  ];

  it('never shows a secret, in any encoding', () => {
    fc.assert(
      fc.property(
        secret,
        fc.string(),
        fc.string(),
        fc.constantFrom(...written),
        (key, before, after, write) => {
          const clean = createRedaction([key])(`${before} ${write(key)} ${after}`, 10_000);
          for (const form of written) expect(clean).not.toContain(form(key));
        },
      ),
      { numRuns: amount(500, 150) },
    );
  });

  it.each(['base64', 'base64url'] as const)(
    'never shows a secret in %s, with any surrounding text',
    (encoding) => {
      fc.assert(
        fc.property(secret, fc.string(), fc.string(), (key, before, after) => {
          const encoded = Buffer.from(before + key + after).toString(encoding);
          const clean = createRedaction([key])(`it was ${encoded} then`, 10_000);
          for (const part of clean.split(/\[redacted\]|\s/)) {
            for (const from of [0, 1, 2, 3]) {
              const decoded = Buffer.from(part.slice(from), encoding).toString();
              expect(decoded).not.toContain(key);
            }
          }
        }),
        { numRuns: amount(500, 150) },
      );
    },
  );

  it.each([
    ['escapes of JSON', String.raw`sk\u002Babc\u002Fdef\u003D\u003Dghijk`],
    ['escapes of .NET', String.raw`sk\u002Babc/def==ghijk`],
    ['hexadecimal references', 'sk&#x2B;abc&#x2F;def&#x3D;&#x3D;ghijk'],
    ['decimal references', 'sk&#43;abc/def==ghijk'],
    ['hexadecimal bytes', Buffer.from('sk+abc/def==ghijk').toString('hex')],
  ])('masks a secret in %s', (_name, written) => {
    expect(createRedaction(['sk+abc/def==ghijk'])(`invalid key ${written}.`, 200)).toBe(
      'invalid key [redacted].',
    );
  });

  it.each([
    [
      'PHP and Swift',
      String.raw`{"x-api":"Kx9a\/Qm2+Lr7\/Zt4wVb8\/Nc3Yd6\/Pf1=Gh5"}`,
      '{"x-api":"[redacted]"}',
    ],
    [
      'PHP, inside another JSON text',
      String.raw`{\"t\":\"Kx9a\\\/Qm2+Lr7\\\/Zt4wVb8\\\/Nc3Yd6\\\/Pf1=Gh5\"}`,
      String.raw`{\"t\":\"[redacted]\"}`,
    ],
    [
      'JavaScript',
      String.raw`key 'Kx9a\x2fQm2\x2bLr7\x2FZt4wVb8\x2fNc3Yd6\x2fPf1\x3dGh5'`,
      `key '[redacted]'`,
    ],
    [
      'an address three times encoded',
      `/login?next=${[1, 2, 3].reduce(encodeURIComponent, 'Kx9a/Qm2+Lr7/Zt4wVb8/Nc3Yd6/Pf1=Gh5')}&`,
      '/login?next=[redacted]&',
    ],
    [
      'HTML, each character',
      `<b>${Array.from('Kx9a/Qm2+Lr7/Zt4wVb8/Nc3Yd6/Pf1=Gh5', (one) => `&#${one.charCodeAt(0)};`).join('')}</b>`,
      '<b>[redacted]</b>',
    ],
    [
      'PHP, cut',
      String.raw`"Kx9a\/Qm2+Lr7\/Zt4..." and "...\/Pf1=Gh5"`,
      '"[redacted]..." and "...[redacted]"',
    ],
    ['PHP, at the end of the text', String.raw`the key is Kx9a\/Qm`, 'the key is [redacted]'],
    [
      'an unknown key of PHP',
      String.raw`Authorization: Bearer Un\/kn+wn\/Key"`,
      'Authorization: Bearer [redacted]"',
    ],
  ])('masks a key with slashes in the writing of %s', (_name, said, shown) => {
    expect(createRedaction(['Kx9a/Qm2+Lr7/Zt4wVb8/Nc3Yd6/Pf1=Gh5'])(said, 400)).toBe(shown);
  });

  it('masks the whole of a key in every mixture of escapes, also in JSON inside of JSON', () => {
    const code = (sign: string, digits: number) => sign.charCodeAt(0).toString(16).padStart(digits, '0');
    const names = new Map(Object.entries({ '/': 'sol', '+': 'plus', '=': 'equals', _: 'lowbar' }));
    const escapes: readonly ((sign: string) => string)[] = [
      (sign) => sign,
      (sign) => (/\w/.test(sign) ? sign : `\\${sign}`),
      (sign) => `\\x${code(sign, 2)}`,
      (sign) => `\\u${code(sign, 4)}`,
      (sign) => `\\u${code(sign, 4).toUpperCase()}`,
      (sign) => `%${code(sign, 2)}`,
      (sign) => `&#x${code(sign, 1)};`,
      (sign) => `&#${sign.charCodeAt(0)};`,
      (sign) => (names.has(sign) ? `&${names.get(sign)!};` : sign),
    ];
    const php = (text: string) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/');
    const around = fc.constantFrom('', ' ', '"', '\\', '\\"', '\\\\"', '\\n', '/', '%', '&', '{"a":"b"}');
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zA-Z0-9/+=_-]{12,44}$/),
        fc.array(fc.nat(escapes.length - 1), { minLength: 44, maxLength: 44 }),
        fc.constantFrom<readonly ((text: string) => string)[]>(
          [],
          [php],
          [php, php],
          [encodeURIComponent, php],
        ),
        around,
        around,
        (key, chosen, layers, before, after) => {
          const written = Array.from(key, (sign, at) => escapes[chosen[at]!]!(sign)).join('');
          const said = `<${before}> ${layers.reduce((text, write) => write(text), written)} <${after}>`;
          expect(createRedaction([key])(said, 10_000)).toBe(`<${before}> [redacted] <${after}>`);
        },
      ),
      { numRuns: amount(2_000, 300) },
    );
  });

  it('masks a key with characters between that nobody sees', () => {
    const said = 'Bearer Kx9\u00ada/Qm2\u200b+Lr7/\u2060Zt4wV\ufeffb8/Nc3 is refused';
    expect(createRedaction(['Kx9a/Qm2+Lr7/Zt4wVb8/Nc3'])(said, 400)).toBe('Bearer [redacted] is refused');
  });

  it('shows at most five characters of a truncated secret', () => {
    const key = fc.stringMatching(/^[a-zA-Z0-9]{16,40}$/);
    fc.assert(
      fc.property(key, fc.string(), fc.nat(40), fc.nat(3_000), (whole, before, cut, padding) => {
        const said = `${before}${' '.repeat(padding)} ${whole.slice(0, cut)}`;
        const clean = createRedaction([whole])(said, 300);
        if (whole.length > 5 && !before.includes(whole.slice(0, 6)))
          expect(clean).not.toContain(whole.slice(0, 6));
      }),
      { numRuns: amount(500, 150), examples: [['erablaaaerabla0aaaaaaa', '', 15, 0]] },
    );
  });

  it('masks every long part of a secret, with any surrounding text', () => {
    const key = fc.stringMatching(/^[a-z]{16,400}$/);
    fc.assert(
      fc.property(key, fc.nat(400), fc.boolean(), (whole, length, fromEnd) => {
        const most = Math.max(8, Math.min(length, whole.length));
        const piece = fromEnd ? whole.slice(-most) : whole.slice(0, most);
        expect(createRedaction([whole])(`0 ${piece} 0`, 2_000)).toBe('0 [redacted] 0');
      }),
      { numRuns: amount(500, 150) },
    );
  });

  it('masks the suffix of a key that a provider shows', () => {
    expect(none('Your api key: ****abcd is invalid', 300)).toBe('Your api key: [redacted] is invalid');
    expect(none('it is ***very*** good', 300)).toBe('it is ***very*** good');
  });
});

it('redacts a repeated text like a new one, also with another limit', () => {
  const secrets = ['sk-live-0123456789', 'pässwörd-of-some-length'];
  const texts = fc.constantFrom(
    'the key sk-live-0123456789 is invalid',
    'no key',
    'sk-live-01234',
    '456789 is its end, PÄSSWÖRD-OF-SOME-LENGTH',
    'x'.repeat(200),
    '\ud800 alone',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(texts, fc.constantFrom(10, 64, 300)), { maxLength: 20 }), (calls) => {
      const redact = createRedaction(secrets);
      for (const [text, limit] of calls)
        expect(redact(text, limit)).toBe(createRedaction(secrets)(text, limit));
    }),
  );
});
