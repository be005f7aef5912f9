import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { expiryOfToken } from '../../../src/config/model/deadlines.js';
import { providers } from '../../../src/config/model/providers.js';
import {
  publishedRetirement,
  retirements,
  retirementsReadOn,
} from '../../../src/config/model/retirements.js';
import { loadConfig } from '../../../src/config/read/load.js';
import { isPlausible } from '../../../src/domain/time.js';
import { capabilities, directoryOf } from '../loading.js';

const tokenWith = (payload: unknown): string =>
  ['{"alg":"none"}', JSON.stringify(payload), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

describe('expiry of a token', () => {
  it('is its exp, also behind Bearer', () => {
    const token = tokenWith({ exp: 1_800_000_000.5 });
    expect(expiryOfToken(token)).toBe(1_800_000_000_500);
    expect(expiryOfToken(`Bearer ${token}`)).toBe(1_800_000_000_500);
  });

  it.each([
    ['sk-a.b.c'],
    ['eyJ.eyJ'],
    ['eyJ.@@.x'],
    [tokenWith({ exp: '1800000000' })],
    [tokenWith({ exp: 1e300 })],
    [tokenWith({ exp: -1 })],
    [tokenWith([])],
    [tokenWith(null)],
    [tokenWith({})],
    [`eyJ${'.'.repeat(20_000)}`],
    [tokenWith({ exp: 1_800_000_000, filler: 'x'.repeat(20_000) })],
  ])('is not found in %.30s', (text) => {
    expect(expiryOfToken(text)).toBeNull();
  });
});

describe('published retirements', () => {
  it('name known providers, days, and each model once', () => {
    expect(isPlausible(Date.parse(retirementsReadOn))).toBe(true);
    for (const [provider, { url, days }] of Object.entries(retirements)) {
      expect(Object.keys(providers)).toContain(provider);
      expect(url).toMatch(/^https:\/\//);
      expect(Object.keys(days)).toEqual([...Object.keys(days)].sort());
      for (const day of Object.keys(days))
        expect(new Date(Date.parse(day)).toISOString().slice(0, 10)).toBe(day);
      const names = Object.values(days).flat();
      expect([...new Set(names)]).toEqual(names);
    }
  });

  it('are found by provider and exact name', () => {
    expect(publishedRetirement('openai', 'o3-pro')).toEqual({
      at: Date.UTC(2026, 11, 11),
      url: 'https://developers.openai.com/api/docs/deprecations',
    });
    for (const [provider, name] of [
      ['openai_compatible', 'o3-pro'],
      ['openai', 'o3-pro-2'],
      ['openai', 'O3-PRO'],
      ['constructor', 'o3-pro'],
    ] as const)
      expect(publishedRetirement(provider, name)).toBeNull();
  });
});

const certificate = (name: string): Buffer =>
  readFileSync(new URL(`../../checker/certificates/${name}`, import.meta.url));

async function loadedWith(text: string, env: Record<string, string> = {}) {
  const directory = await directoryOf({
    'main.yaml': text,
    'client.pem': certificate('until-2090.pem'),
    'client.key': certificate('until-2090.key'),
    'broken.pem': 'no certificate',
  });
  const { settings, effective } = await loadConfig(`${directory}/main.yaml`, env, capabilities);
  return { deadlines: settings.models.map((model) => model.deadlines), effective };
}

const time = (text: string): number => Date.parse(text);

describe('ends in a configuration', () => {
  it('are those of keys in their order, of tokens, of the client certificate and of the model', async () => {
    const { deadlines, effective } = await loadedWith(
      `models:
- { id: a, provider: openai, model: o3, api_keys: ['\${ONE}', '\${TWO}'], expires_at: [2027-01-31, 2027-02-28T12:00:00Z] }
- { id: b, provider: openai, model: other, api_key: '\${TOKEN}', retires_at: 2027-05-01, tls: { cert_file: client.pem, key_file: client.key } }
- { id: c, provider: openai, model: o3, api_key: '\${ONE}', retires_at: null, tls: { cert_file: broken.pem, key_file: client.key } }
- { id: d, provider: openai, model: other, custom_headers: [{ key: x-api-key, value: 'Bearer \${TOKEN}' }] }
`,
      { ONE: 'sk-one', TWO: 'sk-two', TOKEN: tokenWith({ exp: 1_800_000_000 }) },
    );
    const base = { key: null, url: null };
    expect(deadlines).toEqual([
      [
        { kind: 'key', at: time('2027-01-31'), source: 'configuration', key: 1, url: null },
        { kind: 'key', at: time('2027-02-28T12:00:00Z'), source: 'configuration', key: 2, url: null },
        { ...base, kind: 'retirement', at: time('2026-12-11'), source: 'list', url: expect.any(String) },
      ],
      [
        { ...base, kind: 'key', at: 1_800_000_000_000, source: 'token' },
        { ...base, kind: 'retirement', at: time('2027-05-01'), source: 'configuration' },
        { ...base, kind: 'client_certificate', at: expect.any(Number), source: 'file' },
      ],
      undefined,
      [{ ...base, kind: 'key', at: 1_800_000_000_000, source: 'token' }],
    ]);
    expect(new Date(deadlines[1]![2]!.at).getUTCFullYear()).toBe(2090);
    expect(JSON.stringify(effective())).toContain('"expires_at":["2027-01-31T00:00:00.000Z",');
  });

  it.each([
    ['expires_at: [2027-01-31, 2027-01-31]', 'models[0].expires_at: must be one time: there is one key'],
    ['expires_at: tomorrow', 'models[0].expires_at: must be a date or time such as 2027-01-31'],
    ['retires_at: 2127-01-31', 'models[0].retires_at: must be between 2000 and 2100'],
    ['retires_at: 2027-02-30', 'models[0].retires_at: must be a date or time'],
  ])('must be times: %s', async (line, message) => {
    const text = `models:\n- { id: a, provider: openai, model: m, api_key: '\${ONE}', ${line} }\n`;
    await expect(loadedWith(text, { ONE: 'sk-one' })).rejects.toThrow(message);
  });
});
