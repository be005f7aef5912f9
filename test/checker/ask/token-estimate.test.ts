import { describe, expect, it } from '@jest/globals';
import { capabilities } from '../../../src/checker/ask/dialects.js';
import { estimateTokens } from '../../../src/checker/ask/token-estimate.js';
import { modelAt } from '../model.js';

describe('token estimate of a check', () => {
  it.each(Object.keys(capabilities).filter((provider) => provider !== 'custom'))(
    'for %s is the limit sent plus slightly more than the question',
    (provider) => {
      const model = modelAt('http://a.test', { provider, modelName: 'plain', maxTokens: 21 });
      expect(estimateTokens(model)).toEqual({ inputTokens: 18, outputTokens: 21 });
    },
  );

  it('uses a limit from the options, and counts the system prompt', () => {
    const requestOptions = { max_tokens: 300 };
    const model = modelAt('http://a.test', { requestOptions, systemPrompt: 'x'.repeat(300) });
    expect(estimateTokens(model)).toEqual({ inputTokens: 118, outputTokens: 300 });
  });

  it('is zero for a model list, and has no output for an embedding', () => {
    expect(estimateTokens(modelAt('http://a.test', { probe: 'models' }))).toEqual({
      inputTokens: 0,
      outputTokens: 0,
    });
    expect(estimateTokens(modelAt('http://a.test', { probe: 'embeddings' })).outputTokens).toBe(0);
  });

  it('uses the limit in a custom payload, and is high without one', () => {
    const custom = (payload: Record<string, unknown>) =>
      modelAt('http://a.test', { provider: 'custom', custom: { payload, responseFormat: null } });
    expect(estimateTokens(custom({ parameters: { max_new_tokens: 40 } })).outputTokens).toBe(40);
    expect(estimateTokens(custom({ q: '{prompt}' })).outputTokens).toBe(1_024);
  });
});
