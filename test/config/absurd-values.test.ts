import { describe, expect, it } from '@jest/globals';
import { directoryOf, problemsOf } from './loading.js';
import { some } from '../slow.js';

/** Values that YAML can write and no member may have. */
const absurd: readonly (readonly [written: string, problem: RegExp])[] = [
  ['1e30', /must be a number between -2\^53 and 2\^53/],
  ['-1e300', /must be a number between/],
  ['.inf', /must be a number between/],
  ['.nan', /must be a number between/],
  [`"\\u0000"`, /must have no control characters/],
  [`"a\\e[31mb"`, /must have no control characters/],
  [`"${'x'.repeat(2 ** 20 + 1)}"`, /must have at most 1048576 characters/],
];

const places: readonly (readonly [path: string, file: (value: string) => string])[] = [
  ['models[0].query', (value) => model(`query: ${value}`)],
  ['models[0].labels.team', (value) => model(`labels: {team: ${value}}`)],
  ['models[0].max_tokens', (value) => model(`max_tokens: ${value}`)],
  ['models[0].slo', (value) => model(`slo: ${value}`)],
  ['models[0].timeout', (value) => model(`timeout: ${value}`)],
  ['models[0].default_request_options.seed', (value) => model(`default_request_options: {seed: ${value}}`)],
  ['models[0].expect.contains[0]', (value) => model(`expect: {contains: [${value}]}`)],
  ['defaults.timeout', (value) => `defaults: {timeout: ${value}}\nmodels: []\n`],
  ['checker.concurrency', (value) => `checker: {concurrency: ${value}}\nmodels: []\n`],
  ['storage.path', (value) => `storage: {path: ${value}}\nmodels: []\n`],
];

function model(member: string): string {
  return `models:\n  - {id: a, provider: openai, model: m, api_key: k-12345678, ${member}}\n`;
}

describe('configuration', () => {
  it.each(some(places, 4))('rejects absurd values of %s with their location', async (path, file) => {
    for (const [written, problem] of absurd) {
      const directory = await directoryOf({ 'config.yaml': file(written) });
      const problems = await problemsOf(`${directory}/config.yaml`, {}, directory);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^config\.yaml:\d+:\d+: /);
      expect(problems[0]).toContain(`: ${path}: `);
      expect(problems[0]).toMatch(problem);
      expect(problems[0]!.length).toBeLessThan(400);
    }
  });

  it.each([
    ['"pulse.db "', 'must not begin or end with a blank'],
    ['" pulse.db"', 'must not begin or end with a blank'],
    ['":memory:"', 'must be a file'],
    ['"~/pulse.db"', 'must name the folder itself'],
  ])('refuses a storage.path of %s, which is another file than it seems', async (written, problem) => {
    const directory = await directoryOf({ 'config.yaml': `storage: {path: ${written}}\nmodels: []\n` });
    const problems = await problemsOf(`${directory}/config.yaml`, {}, directory);
    expect(problems.join()).toContain(`storage.path: ${problem}`);
  });

  it('limits labels', async () => {
    const many = Array.from({ length: 51 }, (_, n) => `l${n}: x`).join(', ');
    for (const [labels, problem] of [
      [`{team: ${'x'.repeat(1_025)}}`, 'must have at most 1024 characters'],
      [`{${many}}`, 'must be at most 50 labels'],
    ] as const) {
      const directory = await directoryOf({ 'config.yaml': model(`labels: ${labels}`) });
      expect((await problemsOf(`${directory}/config.yaml`, {}, directory)).join()).toContain(problem);
    }
  });

  it.each([
    ['model', `model: ${'m'.repeat(1_025)}`, 'must have at most 1024 characters'],
    [
      'endpoint_configuration.model_name',
      `endpoint_configuration: {model_name: ${'m'.repeat(1_025)}, model_config: {model_provider: openai}}`,
      'must have at most 1024 characters',
    ],
    [
      'region',
      `provider: bedrock, model: m, region: ${'r'.repeat(65)}`,
      'must be a region such as us-east-1',
    ],
  ])('bounds what the memory of a model holds: %s', async (path, members, problem) => {
    const directory = await directoryOf({ 'config.yaml': `models: [{id: a, ${members}}]\n` });
    const problems = await problemsOf(`${directory}/config.yaml`, {}, directory);
    expect(problems.join('\n')).toContain(`models[0].${path}: ${problem}`);
  });
});
