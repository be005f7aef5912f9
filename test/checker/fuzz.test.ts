import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { capabilities, dialectFor } from '../../src/checker/ask/dialects.js';
import { secretsOf } from '../../src/checker/secrets/model-secrets.js';
import { createRedaction } from '../../src/checker/secrets/redact.js';
import { readStream } from '../../src/checker/verdict/stream-reading.js';
import type { Probe } from '../../src/domain/model.js';
import { reasons } from '../../src/domain/reason.js';
import { finished } from './finished.js';
import { modelAt } from './model.js';
import { amount } from '../slow.js';

const key = 'zz-9f8e7d6c5b4a3210';
const base = modelAt('http://127.0.0.1:1/v1', { expect: {}, endpoint: { apiKeys: [key] } });
const redact = createRedaction(secretsOf(base));

const members =
  'error errors message choices delta content text code type status details detail reason finish_reason usage output parts candidates finishReason promptFeedback blockReason stop_reason stopReason reasoningContent embedding embeddings data values object refusal done done_reason base_resp status_code response metadata raw models'.split(
    ' ',
  );
const words =
  'stop length STOP MAX_TOKENS SAFETY end_turn max_tokens error completed message-end message_stop response.completed response.failed content-delta text output_text thinking rate_limit_exceeded ThrottlingException model not found <think> [DONE] __proto__ constructor'.split(
    ' ',
  );
const leaf = fc.oneof(
  fc.string(),
  fc.constantFrom(...words, key, `bad ${key}`),
  fc.double(),
  fc.integer(),
  fc.constantFrom(null, true, false),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    leaf,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...members), tie('json'), { maxKeys: 5 }),
  ),
}));
/** An answer, or a part of a streamed one, in the shape of each API. */
const shapes = (text: unknown, finish: string | null): readonly unknown[] => [
  { choices: [{ message: { content: text }, delta: { content: text }, text, finish_reason: finish }] },
  { content: [{ type: 'text', text }], stop_reason: finish },
  { candidates: [{ content: { parts: [{ text }] }, finishReason: finish }] },
  { output: { message: { content: [{ text }] } }, stopReason: finish },
  { message: { content: [{ type: 'text', text }] }, finish_reason: finish },
  { message: { content: text }, done: finish !== null, done_reason: finish },
  { output: [{ type: 'message', content: [{ type: 'output_text', text }] }], status: 'completed' },
  { type: 'content_block_delta', delta: { type: 'text_delta', text } },
  { type: 'message_delta', delta: { stop_reason: finish } },
  { type: 'content-delta', delta: { message: { content: { text } } } },
  { type: 'message-end', delta: { finish_reason: finish } },
];
const shaped = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('', ' ', '\n', `é😀${key}`, 'é😀'.repeat(20)),
      fc.string({ unit: 'grapheme' }),
      leaf,
    ),
    fc.constantFrom(null, 'stop', 'length', 'MAX_TOKENS', 'end_turn', 'COMPLETE', 'SAFETY', 'error'),
    fc.nat(10),
  )
  .map(([text, finish, index]) => shapes(text, finish)[index]);
const asText = fc.oneof(json, shaped, shaped).map((value) => JSON.stringify(value));
const streamed = fc
  .array(fc.tuple(fc.constantFrom('', 'event: error\n', ': note\n'), fc.oneof(asText, fc.string())), {
    maxLength: 6,
  })
  .map((events) => events.map(([name, data]) => `${name}data: ${data}\n\n`).join(''));
const body = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc
    .oneof(
      asText,
      streamed,
      fc.array(asText).map((lines) => lines.join('\n')),
      fc.string(),
    )
    .map((text) => Buffer.from(text)),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'retry-after',
    'location',
    'content-type',
    'x-amzn-errortype',
    'x-ratelimit-remaining-tokens',
  ),
  fc.oneof(fc.string(), fc.constant(key)),
);
const cuts = fc.array(fc.nat(400), { maxLength: 8 });

function split(bytes: Buffer, at: readonly number[]): Buffer[] {
  const points = [0, ...at.map((point) => Math.min(point, bytes.length)).sort((a, b) => a - b), bytes.length];
  return points.slice(1).map((end, index) => bytes.subarray(points[index], end));
}

function resultOf(
  provider: string,
  probe: Probe,
  status: number,
  sent: Record<string, string>,
  chunks: Buffer[],
) {
  const model = { ...base, provider, probe };
  const dialect = dialectFor(provider, probe);
  if (dialect === null) throw new Error(`${provider} has no ${probe}`);
  const reading = dialect.stream === undefined ? null : readStream(dialect.stream);
  if (status < 300) for (const chunk of chunks) reading?.push(chunk);
  reading?.end();
  return finished({ model, redact }, { status, headers: sent, body: Buffer.concat(chunks) }, reading);
}

const asked = Object.entries(capabilities).flatMap(([provider, probes]) =>
  probes.map((probe) => [provider, probe] as const),
);

describe.each(asked)('reply from %s to %s', (provider, probe) => {
  it('is always judged, shows no secret, and is healthy only with an answer', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(200, 400, 429, 503), fc.integer({ min: 200, max: 999 })),
        headers,
        body,
        cuts,
        (status, sent, bytes, at) => {
          const { result } = resultOf(provider, probe, status, sent, split(bytes, at));
          expect(reasons).toContain(result.reason);
          const shown = [result.detail, result.response, result.responseModel, result.systemFingerprint];
          expect(shown.join(' ')).not.toContain(key);
          expect(result.detail?.length ?? 0).toBeLessThanOrEqual(300);
          const answers = probe === 'embeddings' || probe === 'models' || /\S/.test(result.response ?? '');
          if (result.reason === 'ok') expect(answers && status < 300).toBe(true);
          if (!answers && result.outcome === 'healthy') expect(result.reason).toBe('output_truncated');
        },
      ),
      { numRuns: amount(250, 15) },
    );
  });

  it('gives the same result wherever it is split', () => {
    fc.assert(
      fc.property(body, cuts, (bytes, at) => {
        const whole = resultOf(provider, probe, 200, {}, [bytes]);
        expect(resultOf(provider, probe, 200, {}, split(bytes, at)).found).toEqual(whole.found);
      }),
      { numRuns: amount(100, 8) },
    );
  });
});
