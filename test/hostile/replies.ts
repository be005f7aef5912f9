import fc from 'fast-check';
import { completion } from '../checker/server.js';

/** What comes back from a provider, as bytes on the wire. */
export interface Hostile {
  readonly status: number;
  /** Values as they stand in the reply, one character a byte. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Bytes after which a part of the body ends. */
  readonly cuts: readonly number[];
  readonly durationMs: number;
}

/** What stands where JSON has a number: kept as text, since a parser would make something else of it. */
const numbers = fc.oneof(
  fc.constantFrom(
    ...['1e30', '-1', '12.5', '1e400', '-1e400', '0', '-0', '5e-324', '1e21', '1e15', '1e16', '4294967296'],
    ...['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807', '1.5e308'],
    ...['"5"', '"1e30"', '"NaN"', '"Infinity"', '"-1"', '""', 'NaN', 'Infinity', 'true', 'false', 'null'],
    ...['[]', '[1e30]', '{}', '{"count":1e30}', '[[[[7]]]]', '17', '3'],
  ),
  fc.double().map((value) => JSON.stringify(value)),
  fc.integer().map(String),
);
const someNumbers = fc.array(numbers, { minLength: 7, maxLength: 7 });
const inTurn = (given: readonly string[]): (() => string) => {
  let taken = 0;
  return () => given[taken++ % given.length]!;
};

const plain = fc.constantFrom(
  ...[
    'New Delhi',
    'The capital is New Delhi.',
    'stop',
    'error',
    '=cmd|" /C calc"!A0',
    '+1',
    '@SUM(1)',
    '-2+3',
  ],
  ...['"quoted", and a comma', "'", 'a,b;c\td', '{}', '[1', '</script><img src=x>', '%s%n%p', '${env:HOME}'],
  ...[
    'invalid_api_key',
    'rate_limit_exceeded',
    'model not found',
    'Please try again in 6m0s',
    'quota exceeded',
  ],
);
const odd = fc.constantFrom(
  ...['\u0000', '\u0007\u001b[31mred', 'a\r\nb: c\r\n\r\n', '\u007f\u0085\u009b1m', '\u2028\u2029', '\ufeff'],
  ...['\u202edlrow\u202c', '\u2066x\u2069', '\u200b\u200e\u200f', '\u061c', '\uffff\ufffe', '\ufff9x\ufffb'],
  ...[
    '\ud800',
    'x\udc00',
    '\udc00\ud800',
    '\ud83d',
    'e' + '\u0301'.repeat(500),
    '👩‍👩‍👧‍👦',
    '\u{e0041}',
    '\u{10ffff}',
  ],
);
const texts = fc.oneof(
  { weight: 60, arbitrary: plain },
  { weight: 60, arbitrary: fc.tuple(plain, odd, plain).map((parts) => parts.join(' ')) },
  { weight: 30, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 5, arbitrary: fc.tuple(odd, fc.nat(2_000)).map(([text, times]) => text.repeat(times)) },
  { weight: 1, arbitrary: fc.constantFrom('a'.repeat(300_000), 'word '.repeat(60_000), '1'.repeat(300_000)) },
);
/** A text as JSON has it, or something else in its place. */
const words = fc.oneof(
  { weight: 9, arbitrary: texts.map((text) => JSON.stringify(text)) },
  // Unescaped, as no JSON writer would have it.
  { weight: 1, arbitrary: texts.map((text) => `"${text.slice(0, 1_000)}"`) },
  { weight: 2, arbitrary: numbers },
);
const finishes = fc.constantFrom(
  'null',
  '"stop"',
  '"length"',
  '"STOP"',
  '"end_turn"',
  '"MAX_TOKENS"',
  '"error"',
  '7',
);
const types = fc.constantFrom(
  ...[
    'content_block_delta',
    'message_start',
    'message_delta',
    'message_stop',
    'content-delta',
    'message-end',
  ],
  ...['response.completed', 'response.failed', 'response.output_text.delta', 'error', 'ping', 'message'],
);

/** An answer with the members of every API at once: each dialect finds its own. */
const answers = fc
  .record({
    text: words,
    model: words,
    finish: finishes,
    type: types,
    counts: someNumbers,
    listed: fc.boolean(),
    usage: fc.boolean(),
  })
  .map(({ text, model, finish, type, counts: given, listed, usage }) => {
    const n = inTurn(given);
    const counts =
      `{"prompt_tokens":${n()},"completion_tokens":${n()},"total_tokens":${n()},"input_tokens":${n()},"output_tokens":${n()},
      "cache_creation_input_tokens":${n()},"cache_read_input_tokens":${n()},"inputTokens":${n()},"outputTokens":${n()},
      "completion_tokens_details":{"reasoning_tokens":${n()}},"tokens":{"input_tokens":${n()},"output_tokens":${n()}},
      "billed_units":{"input_tokens":${n()}}}`.replaceAll(/\s+/g, '');
    const members = {
      id: text,
      type: `"${type}"`,
      model,
      modelVersion: model,
      system_fingerprint: model,
      status: '"completed"',
      choices: `[{"message":{"content":${text}},"delta":{"content":${text}},"text":${text},"finish_reason":${finish}}]`,
      content: `[{"type":"text","text":${text}}]`,
      stop_reason: finish,
      candidates: `[{"content":{"parts":[{"text":${text}}]},"finishReason":${finish}}]`,
      output: listed
        ? `[{"type":"message","content":[{"type":"output_text","text":${text}}]}]`
        : `{"message":{"content":[{"text":${text}}]}}`,
      message: `{"content":${listed ? `[{"type":"text","text":${text}}]` : text},"usage":${counts},"model":${model}}`,
      delta: `{"type":"text_delta","text":${text},"stop_reason":${finish},"usage":${counts},"message":{"content":{"text":${text}}}}`,
      response: `{"usage":${counts},"model":${model},"output":[]}`,
      data: `[{"id":${text},"embedding":[${n()},${n()}]}]`,
      embedding: `{"values":[${n()}]}`,
      embeddings: listed ? `[[${n()},${n()}]]` : `{"float":[[${n()}]]}`,
      models: `[{"id":${text},"name":${model},"aliases":[${text}]}]`,
      usage: usage ? counts : 'null',
      meta: `{"billed_units":{"input_tokens":${n()}}}`,
      usageMetadata: `{"promptTokenCount":${n()},"candidatesTokenCount":${n()},"thoughtsTokenCount":${n()}}`,
      x_groq: `{"usage":${counts}}`,
      prompt_eval_count: n(),
      eval_count: n(),
      done: String(finish !== 'null'),
      done_reason: finish,
      first_token_seconds: n(),
    };
    return `{${Object.entries(members)
      .map(([name, value]) => `"${name}":${value}`)
      .join(',')}}`;
  });
const errors = fc
  .tuple(words, words, numbers, fc.nat(4))
  .map(
    ([text, type, code, index]) =>
      [
        `{"error":{"message":${text},"type":${type},"code":${code},"status":${code}}}`,
        `[{"error":{"message":${text},"code":${type}}}]`,
        `{"detail":${text},"code":${code},"message":${type}}`,
        `{"error":${text},"details":[{"@type":"RetryInfo","retryDelay":"${code.replaceAll('"', '')}s"}]}`,
        `{"object":"error","message":${text},"errors":[{"message":${type}}]}`,
      ][index]!,
  );
const ofHealthApi = fc
  .tuple(fc.constantFrom('healthy', 'unhealthy'), words, words, someNumbers, types)
  .map(([status, text, model, given, reason]) => {
    const n = inTurn(given);
    return `{"status":"${status}","message":${text},"error":${text},"data":{"response":${text}},"details":{"reason":"${reason}",
      "duration_seconds":${n()},"first_token_seconds":${n()},"usage":{"input_tokens":${n()},"output_tokens":${n()}},"response_model":${model}}}`;
  });

const nested = fc
  .tuple(
    fc.constantFrom('[', '{"error":', '{"choices":[', '{"details":'),
    fc.integer({ min: 1, max: 20_000 }),
  )
  .map(([open, depth]) => open.repeat(depth));
const lines = fc.oneof({ weight: 8, arbitrary: answers }, { weight: 2, arbitrary: errors }, texts);
const streamed = fc
  .array(fc.tuple(fc.constantFrom('', 'event: error\n', ': note\n', 'event: message_delta\n'), lines), {
    maxLength: 4,
  })
  .map((events) =>
    [...events.map(([name, data]) => `${name}data: ${data}\n\n`), 'data: [DONE]\n\n'].join(''),
  );
const bodies = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .oneof(
        { weight: 6, arbitrary: answers },
        { weight: 3, arbitrary: errors },
        { weight: 3, arbitrary: streamed },
        { weight: 2, arbitrary: fc.array(answers, { maxLength: 3 }).map((each) => each.join('\n')) },
        { weight: 2, arbitrary: texts },
        { weight: 1, arbitrary: nested },
        { weight: 1, arbitrary: fc.json() },
      )
      // A lone surrogate in it becomes U+FFFD; escaped ones stay for the parser.
      .map((text) => Buffer.from(text)),
  },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)) },
);

const headerValues = fc.oneof(
  numbers.map((value) => value.replaceAll('"', '')),
  fc.constantFrom(
    ...['99999999999999999999', '0x10', '1e9', '-5', ' 7 ', '1,2', '6m0s', '999999999d', '1.5ms', '12.5'],
    ...['Sun, 06 Nov 1994 08:49:37 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ...[
      '2026-03-01T00:00:00Z',
      '+275760-09-13T00:00:00.000Z',
      '2026-02-30T25:61:61Z',
      'Wed, 31 Feb 2026 24:00:00 GMT',
    ],
    ...['ThrottlingException:http://x', '\u00e9\u00ff', 'a'.repeat(9_000), 'Infinity', 'NaN', ''],
  ),
  // Through a parser of HTTP no control character comes.
  fc.string().map((text) => text.replaceAll(/[^\u0020-\u007e\u00a0-\u00ff]/g, '')),
);
const headers = fc.dictionary(
  fc.constantFrom(
    ...[
      'retry-after',
      'retry-after-ms',
      'x-ms-retry-after-ms',
      'location',
      'content-type',
      'x-amzn-errortype',
      'date',
    ],
    ...['x-ratelimit-remaining-requests', 'x-ratelimit-remaining-tokens', 'x-ratelimit-remaining'],
    ...[
      'x-ratelimit-reset-requests',
      'x-ratelimit-reset-tokens',
      'anthropic-ratelimit-requests-remaining',
      'server',
    ],
  ),
  headerValues,
  { maxKeys: 5 },
);
const statuses = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(201, 204, 301, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504, 529),
  },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 999 }) },
);
const rest = {
  status: statuses,
  headers,
  cuts: fc.array(fc.nat(2_000), { maxLength: 3 }),
  durationMs: fc.oneof(fc.constant(12.5), fc.double({ min: 0, max: 7_999, noNaN: true })),
};

/** Anything that a provider may send. */
export const fromProviders: fc.Arbitrary<Hostile> = fc.record({ ...rest, body: bodies });

/** Anything that another health API may send. */
export const fromHealthApis: fc.Arbitrary<Hostile> = fc.record({
  ...rest,
  body: fc.oneof(
    { weight: 4, arbitrary: ofHealthApi.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: bodies },
  ),
});

/** What a good model answers. */
export const good: Hostile = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(completion('New Delhi')),
  cuts: [],
  durationMs: 100,
};
export const goodFromHealthApi: Hostile = {
  ...good,
  body: Buffer.from('{"status":"healthy","message":"fine","data":{"response":"New Delhi"}}'),
};

/** The reply as it goes over a socket, which ends with it. */
export function wireOf({ status, headers: sent, body }: Hostile): Buffer {
  const fields = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} \r\n${fields.join('')}connection: close\r\n\r\n`, 'latin1'),
    body,
  ]);
}
