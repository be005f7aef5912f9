import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { knownPages, pageAtHost, pageNamed } from '../../src/config/model/vendor-pages.js';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { ConfigError, loadConfig } from '../../src/config/read/load.js';
import { directoryOf } from './loading.js';

const load = async (yaml: string) =>
  loadConfig(join(await directoryOf({ 'main.yaml': yaml }), 'main.yaml'), {}, capabilities);
const pagesOf = async (yaml: string) => {
  const { settings } = await load(yaml);
  return settings.vendorStatus?.pages.map(({ name, models }) => [name, ...models]) ?? null;
};
const wrongIn = async (yaml: string): Promise<string> => {
  const error: unknown = await load(yaml).catch((thrown: unknown) => thrown);
  return error instanceof ConfigError ? error.problems.join('\n') : 'nothing';
};
const models = `
models:
  - { id: gpt, provider: openai, model: m, api_key: k }
  - { id: gpt-2, provider: openai, model: m, api_key: k }
  - { id: claude, provider: anthropic, model: m, api_key: k }
  - { id: titan, provider: bedrock, model: m, api_key: k, region: eu-west-1 }
  - { id: own, base_url: "http://10.0.0.1:8000/v1", model: m }
`;

describe('vendor_status', () => {
  it('is off unless it is written', async () => {
    expect(await pagesOf(models)).toBeNull();
    expect(await pagesOf(`vendor_status: false${models}`)).toBeNull();
    expect(await pagesOf(`vendor_status: { enabled: false }${models}`)).toBeNull();
  });

  it('with one line reads the pages that models need, each with its models', async () => {
    expect(await pagesOf(`vendor_status: true${models}`)).toEqual([
      ['openai', 'gpt', 'gpt-2'],
      ['anthropic', 'claude'],
      ['bedrock-eu-west-1', 'titan'],
    ]);
    const { settings } = await load(`vendor_status: true\ndefaults: { proxy: "http://proxy:8080" }${models}`);
    expect(settings.vendorStatus).toMatchObject({
      everyMs: 120_000,
      way: { proxy: 'http://proxy:8080', tls: { insecure: false } },
    });
    expect(settings.vendorStatus?.pages[2]?.url).toBe(
      'https://status.aws.amazon.com/rss/bedrock-eu-west-1.rss',
    );
  });

  it('can be limited to some vendors, and has pages of its own by id and by provider', async () => {
    const page = `{ name: ours, url: "http://10.0.0.2/summary.json", format: statuspage, models: ["own"] }`;
    const azure = `{ name: compatible, url: "http://10.0.0.3/feed.rss", format: feed, providers: [anthropic] }`;
    expect(
      await pagesOf(`vendor_status: { providers: [openai], pages: [${page}, ${azure}] }${models}`),
    ).toEqual([
      ['openai', 'gpt', 'gpt-2'],
      ['compatible', 'claude'],
      ['ours', 'own'],
    ]);
  });

  it('a model can name another page, or none', async () => {
    const named = `
models:
  - { id: gateway, base_url: "https://llm.example.com/v1", model: m, vendor_status: openai }
  - { id: gpt, provider: openai, model: m, api_key: k, vendor_status: false }
`;
    expect(await pagesOf(`vendor_status: true${named}`)).toEqual([['openai', 'gateway']]);
    const { warnings } = await load(
      `vendor_status: true${named.replace('vendor_status: openai', 'vendor_status: nobody')}`,
    );
    expect(warnings.join()).toMatch(/no page nobody, which the model gateway names/);
  });

  it('says what is wrong', async () => {
    const page = '{ name: a, url: "http://h/a.json", format: statuspage }';
    expect(await wrongIn(`vendor_status: { pages: [${page}, ${page}] }${models}`)).toMatch(
      /pages\[1\]\.name: is the name of another page too/,
    );
    expect(await wrongIn(`vendor_status: { providers: [nobody] }${models}`)).toMatch(
      /must be a page of the table/,
    );
    expect(await wrongIn(`vendor_status: { every: 1s }${models}`)).toMatch(/vendor_status: every: must be/);
    expect(await wrongIn(`vendor_status: sometimes${models}`)).toMatch(
      /vendor_status: must be true, false or a map/,
    );
    expect(await wrongIn(`vendor_status: { page: [] }${models}`)).toMatch(
      /vendor_status\.page: unknown key; did you mean "pages"/,
    );
  });

  it('is shown by the effective configuration, from which the same is read', async () => {
    const loaded = await load(`vendor_status: true${models}`);
    const shown = loaded.effective() as { vendor_status: object };
    const again = await load(JSON.stringify({ vendor_status: shown.vendor_status, models: [] }));
    expect(again.settings.vendorStatus).toMatchObject({ everyMs: 120_000, pages: [] });
  });

  it('finds the page of a host and of its subdomains, and of no other', () => {
    const name = (host: string) => pageAtHost(host)?.name ?? null;
    expect(name('api.openai.com')).toBe('openai');
    expect(name('eu.api.openai.com')).toBe('openai');
    expect(name('api.openai.com.evil.example')).toBeNull();
    expect(name('myapi.openai.com')).toBeNull();
    expect(name('us-central1-aiplatform.googleapis.com')).toBe('google');
    expect(name('x.openai.azure.com')).toBe('azure');
    expect(name('bedrock-runtime.us-east-1.amazonaws.com')).toBe('bedrock-us-east-1');
    expect(name('s3.amazonaws.com')).toBeNull();
    for (const page of Object.keys(knownPages).filter((each) => each !== 'bedrock'))
      expect(pageNamed(page)?.name).toBe(page);
    expect(pageNamed('constructor')).toBeNull();
    for (const { url, link } of Object.values(knownPages))
      for (const address of [url.replace('{region}', 'us-east-1'), link])
        expect(new URL(address).protocol).toBe('https:');
  });
});

it('docs/vendors.md has each page of the table with its document and format', () => {
  const text = readFileSync('docs/vendors.md', 'utf8').replace(/ +/g, ' ');
  for (const [name, { url, format }] of Object.entries(knownPages)) {
    const shown = name === 'bedrock' ? 'bedrock-REGION' : name;
    expect(text).toContain(`| \`${shown}\` | ${url} | \`${format}\` |`);
  }
});
