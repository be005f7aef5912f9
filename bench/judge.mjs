// What it costs to judge replies of about 1 KB: node bench/judge.mjs, after npm run build.
import { dialectFor } from '../dist/checker/ask/dialects.js';
import { createExpectations } from '../dist/checker/verdict/expectation.js';
import { judge } from '../dist/checker/verdict/judge.js';
import { createRedaction } from '../dist/checker/secrets/redact.js';
import { readStream } from '../dist/checker/verdict/stream-reading.js';

const meets = createExpectations();
const model = {
  modelName: 'gpt-4o-mini',
  query: 'What is the capital of India?',
  systemPrompt: null,
  expect: { contains: ['New Delhi'] },
  endpoint: { baseUrl: 'https://api.test/v1' },
};
const padding = 'x'.repeat(650);
const body = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const message = { role: 'assistant', content: 'The capital of India is New Delhi.' };
const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const cases = {
  'healthy chat': [
    'chat',
    200,
    body({
      id: padding,
      model: 'm',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: { prompt_tokens: 14, completion_tokens: 8 },
    }),
  ],
  'error with a code': [
    'chat',
    429,
    body({
      error: {
        message: `Rate limit reached ${padding}`,
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
      },
    }),
  ],
  'error by its text': [
    'chat',
    400,
    body({
      error: {
        message: `Something about the input ${'is quite unclear here '.repeat(40)}`,
        type: null,
        code: null,
      },
    }),
  ],
  'page of a gateway': ['chat', 502, body(`<html><title>502 Bad Gateway</title>${padding}</html>`)],
  'stream of 8 events': [
    'chat_stream',
    200,
    body(
      ['The', ' capital', ' of', ' India', ' is', ' New', ' Delhi']
        .map((content) => chunk({ content }))
        .join('') + chunk({}, 'stop'),
    ),
  ],
};

const rounds = 20_000;
for (const [name, [probe, status, bytes]] of Object.entries(cases)) {
  const dialect = dialectFor('openai', probe);
  const once = () => {
    const reading = dialect.stream === undefined ? null : readStream(dialect.stream);
    reading?.push(bytes);
    reading?.end();
    return judge({ status, headers: {}, body: bytes, overLimit: false }, { model, dialect, meets, reading });
  };
  const time = (run) => {
    for (let round = 0; round < 2_000; round += 1) run();
    const started = performance.now();
    for (let round = 0; round < rounds; round += 1) run();
    return ((performance.now() - started) * 1_000) / rounds;
  };
  const { detail, response, reason } = once();
  const judging = time(once);
  const redacting = time(() => {
    const redact = createRedaction(['sk-test-1234567890abcdef', 'Bearer abcdefgh12345678']);
    if (detail !== null) redact(detail, 300);
    if (response !== null) redact(response, 1_024);
  });
  console.log(
    JSON.stringify({
      name,
      reason,
      bytes: bytes.length,
      judge_us: +judging.toFixed(1),
      redact_us: +redacting.toFixed(1),
    }),
  );
}
