import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/read/load.js';
import { referredSecrets, secretWords } from '../../src/config/read/references.js';
import { capabilities, directoryOf, load, loadModel } from './loading.js';

describe('a word in an address or a body', () => {
  it.each([
    'us-east-1',
    'ap-southeast-2',
    'europe-west4',
    'germanywestcentral',
    'gpt-4o-mini-2024-07-18',
    'claude-3-5-sonnet-20241022',
    'mistralai/Mixtral-8x7B-Instruct-v0.1',
    'Meta-Llama-3.1-8B-Instruct',
    'LLaMA-2-7b-chat-hf',
    'DeepSeek-R1-Distill-Qwen-32B',
    'c4ai-command-r-plus-08-2024',
    'gemma2:9b-instruct-q4_K_M',
    '2024-10-21-preview',
    'customer42',
    'team_search-prod',
    '/openai/deployments/my-gpt4-deployment/chat/completions',
    'https://kx9aqm2lr7zt4w.gateway.test:8443/v1',
    'Answer in one short sentence, please.',
    'a1b2c3',
  ])('is no secret by its look: %s', (text) => {
    expect(secretWords(text)).toEqual([]);
    expect(referredSecrets([{ path: ['custom_payload', 'a'], text, fromFile: false }])).toEqual([]);
  });

  it.each([
    'pAth-t0ken-Zz81aa77',
    'Pl4YyLoad77secretQQ9',
    'deadbeef01234567',
    'a1b2c3d4',
    '550e8400-e29b-41d4-a716-446655440000',
    'JBSWY3DPEHPK3PXP',
    '6284028117',
    'qzxkjwvbnmplkjhgfdsaqw',
  ])('is a secret: %s', (word) => {
    expect(secretWords(`https://a.test/x/${word}/v1?n=5`)).toEqual([word]);
    expect(referredSecrets([{ path: ['paths', 'chat'], text: word, fromFile: false }])).toEqual([word]);
  });
});

describe('references of a model', () => {
  const yaml = `
models:
  - id: gpt
    base_url: \${ADDRESS}
    model: \${MODEL}
    query: What is \${QUERY}?
    default_request_options: { user: '\${USER_TOKEN}', model_tag: '\${MODEL}', region: '\${REGION:-eu-west-1}' }
`;
  const env = {
    ADDRESS: 'https://h0st9x8k2.test/t/pAth-t0ken-Zz81aa77/v1',
    MODEL: 'w4a16-x9k2m7q3',
    QUERY: 'x9k2m7q4w8',
    USER_TOKEN: 'us3r-t0ken-66aa77bb',
  };

  it('are secrets in its address and its body, but not what names it or is asked', async () => {
    const model = await loadModel(yaml, env);
    expect(model.referredSecrets).toEqual(['pAth-t0ken-Zz81aa77', 'us3r-t0ken-66aa77bb']);
  });

  it('are masked in the effective configuration', async () => {
    const { effective, effectiveOf } = await load(yaml, env);
    for (const text of [JSON.stringify(effective()), effectiveOf('gpt')!]) {
      expect(text).not.toMatch(/t0ken/);
      expect(text).toContain('w4a16-x9k2m7q3');
      expect(text).toContain('eu-west-1');
    }
  });

  it('are secrets from files whatever they look like', async () => {
    const directory = await directoryOf({
      'main.yaml': `
models:
  - id: gpt
    base_url: https://a.test/\${file:word}/v1
    model: m
`,
      word: 'correcthorse\n',
    });
    const { settings } = await loadConfig(join(directory, 'main.yaml'), {}, capabilities);
    expect(settings.models[0]!.referredSecrets).toEqual(['correcthorse']);
  });
});
