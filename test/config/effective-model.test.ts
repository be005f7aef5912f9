import { describe, expect, it } from '@jest/globals';
import { load } from './loading.js';

const text = `
server: { bearer_token: token-of-the-server }
models:
  - id: a
    base_url: https://api.example.com/v1
    model: m
    api_keys: ['\${KEY_A}', sk-written-here]
    query: 'Say token-of-the-server or \${KEY_A}'
    labels: { team: search }
    proxy: http://user:proxy-password@proxy.example.com:8080
    custom_headers: [{ key: X-Tenant, value: header-secret }]
  - { id: b, base_url: 'https://api.example.com/v1', model: m, api_key: sk-of-another }
`;

describe('configuration of one model', () => {
  it('is YAML without any secret', async () => {
    const config = await load(text, { KEY_A: 'key-from-outside' });
    const yaml = config.effectiveOf('a') ?? '';
    expect(yaml).toContain('id: a\n');
    expect(yaml).toContain('team: search');
    expect(yaml).toContain('Say *** or ***');
    for (const secret of [
      'key-from-outside',
      'sk-written-here',
      'token-of-the-server',
      'proxy-password',
      'header-secret',
      'sk-of-another',
    ])
      expect(yaml).not.toContain(secret);
    expect(config.effectiveOf('c')).toBeNull();
  });
});
