import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workplace } from '../store/samples.js';
import { load } from './loading.js';

const place = workplace();

const text = `
server: { bearer_token: token-of-the-server }
models:
  - id: a
    base_url: https://api.example.com/v1
    model: m
    api_keys: ['\${KEY_A}', sk-written-here]
    query: 'Say token-of-the-server or \${KEY_A} or \${OTHER} or \${file:SECRET_FILE}'
    labels: { team: search }
    proxy: http://user:proxy@password@proxy.example.com:8080
    default_request_options:
      { auth: option-auth, user_pass: option-pass, cookie: option-cookie, aws_key_id: option-id, bearer: option-bearer, max_tokens: 7, bypass: plain }
    custom_headers: [{ key: X-Tenant, value: header-secret }]
  - { id: b, base_url: 'https://api.example.com/v1', model: m, api_key: '\${OTHER}' }
`;

describe('configuration of one model', () => {
  it('is YAML without any secret', async () => {
    const file = join(place.directory(), 'secret');
    writeFileSync(file, 'text-of-a-file\n');
    const config = await load(text.replace('SECRET_FILE', file), {
      KEY_A: 'key-from-outside',
      OTHER: 'sk-of-another',
    });
    const yaml = config.effectiveOf('a') ?? '';
    expect(yaml).toContain('id: a\n');
    expect(yaml).toContain('team: search');
    expect(yaml).toContain('max_tokens: 7');
    expect(yaml).toContain('bypass: plain');
    expect(yaml).toContain('Say *** or *** or *** or ***');
    for (const secret of [
      'key-from-outside',
      'sk-written-here',
      'token-of-the-server',
      'proxy@password',
      'password@',
      'option-',
      'header-secret',
      'sk-of-another',
      'text-of-a-file',
    ])
      expect(yaml).not.toContain(secret);
    expect(config.effectiveOf('c')).toBeNull();
  });
});
