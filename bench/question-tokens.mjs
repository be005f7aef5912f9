// Tokens of a healthy check with the question about India and with a fresh question, for each dialect: node bench/question-tokens.mjs,
// after npm run build. Counts with the tokenizer of GPT-4o, and with the same one where each digit is a token, as in Gemma, Llama 2,
// Mistral and Qwen, if gpt-tokenizer is installed (npm install --no-save gpt-tokenizer@3.4.0), else with the estimate of budgets alone.
import { capabilities } from '../dist/checker/ask/dialects.js';
import { estimateTokens } from '../dist/checker/ask/token-estimate.js';
import { providerFor } from '../dist/config/model/providers.js';
import { challengedProbes, challengeOf, challengeQuery } from '../dist/domain/challenge.js';

const samples = 20_000;
const before = { question: 'What is the capital of India?', answer: 'The capital of India is New Delhi.' };

const encode = await import('gpt-tokenizer/encoding/o200k_base').then(
  (tokenizer) => tokenizer.encode,
  () => null,
);
const digitwise = (text) => encode(text.replace(/\d/g, '')).length + (text.match(/\d/g)?.length ?? 0);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const fixed = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));

/** Mean tokens of question and answer. */
function tokensOf(count, pairs) {
  const question = mean(pairs.map((pair) => count(pair.question)));
  const answer = mean(pairs.map((pair) => count(pair.answer)));
  return { question, answer, both: question + answer };
}

function modelOf(provider, probe, query) {
  const { paths } = providerFor(provider, { model: 'm' });
  return {
    ...{ provider, probe, query, modelName: 'm', systemPrompt: null, maxTokens: null, requestOptions: {} },
    ...{
      endpoint: { paths, baseUrl: 'https://api.test' },
      custom: { payload: { q: '{prompt}' }, responseFormat: null },
    },
  };
}

const rows = [];
let grows = false;
for (const [provider, probes] of Object.entries(capabilities)) {
  for (const probe of probes.filter((one) => challengedProbes.has(one))) {
    const after = Array.from({ length: samples }, (_, seed) => challengeOf(seed, probe));
    const estimates = [before.question, challengeQuery].map((query) =>
      estimateTokens(modelOf(provider, probe, query)),
    );
    const [was, is] = estimates.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens]);
    grows ||= is[0] > was[0] || is[1] > was[1];
    const row = {
      dialect: provider,
      probe,
      'estimate in': `${was[0]} -> ${is[0]}`,
      'limit out': `${was[1]} -> ${is[1]}`,
    };
    for (const [name, count] of encode === null
      ? []
      : [
          ['GPT-4o', (text) => encode(text).length],
          ['by digit', digitwise],
        ]) {
      const [old, fresh] = [tokensOf(count, [before]), tokensOf(count, after)];
      grows ||= fresh.question > old.question || fresh.answer > old.answer;
      for (const part of ['question', 'answer', 'both'])
        row[`${name}: ${part}`] = `${fixed(old[part])} -> ${fixed(fresh[part])}`;
    }
    rows.push(row);
  }
}
console.table(rows);
console.log(grows ? 'The tokens of a check grow.' : 'The tokens of no check grow.');
process.exitCode = grows ? 1 : 0;
