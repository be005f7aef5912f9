// `npm run accuracy`: how often `classify` gives the labelled replies (docs/replies.md) the reason that they must have. `--json` for a program.
import { classify } from '../dist/library/modelpulse.js';
import { labelledReplies } from './replies.mjs';

/** Reasons that need the question: what was asked, and what is expected of the answer. */
const ofQuestion = new Set([
  'unexpected_answer',
  'model_mismatch',
  'slow',
  'cached_answer',
  'capability_ignored',
  'context_truncated',
]);

/** Such a case is one of the monitor alone: `test/checker/replies.test.ts` holds all of them. */
const needsQuestion = ({
  query,
  earlier,
  response_format: program,
  expect_model: model,
  probe,
  reply,
  expect,
}) =>
  ofQuestion.has(expect.reason) ||
  query !== undefined ||
  earlier !== undefined ||
  program !== undefined ||
  model !== undefined ||
  reply.chunks !== undefined ||
  ['tools', 'structured', 'context', 'models'].includes(probe);

const cases = labelledReplies().filter((one) => !needsQuestion(one));
const wrong = cases.flatMap(({ id, provider, model, reply, expect }) => {
  const { status, headers, body = '', encoding } = reply;
  const found = classify({
    provider,
    model,
    status,
    headers,
    body: Buffer.from(body, encoding ?? 'utf8'),
  }).reason;
  const right = found === expect.reason || expect.alternatives?.includes(found) === true;
  return right ? [] : [{ id, found, expected: expect.reason }];
});
const share = 1 - wrong.length / cases.length;
if (process.argv.includes('--json')) console.log(JSON.stringify({ cases: cases.length, share, wrong }));
else {
  for (const { id, found, expected } of wrong) console.log(`${id}: ${found}, expected ${expected}`);
  console.log(
    `${cases.length - wrong.length} of ${cases.length} replies (${(share * 100).toFixed(2)} %) have the right reason`,
  );
}
process.exitCode = share >= 0.98 ? 0 : 1;
