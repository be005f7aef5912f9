import { describe, expect, it } from '@jest/globals';
import { requestedModel } from '../../../src/config/model/health-request.js';
import { leastProcessorMs } from '../../processor-time.js';

const capabilities = { openai_compatible: ['chat'], custom: ['chat'] } as const;
const ask = (body: unknown) => requestedModel(body, {}, capabilities);

const seed = (config: object, more: object = {}) => ({
  endpoint_configuration: {
    model_name: 'm',
    model_config: { endpoint_url: 'https://api.example.com/v1', ...config },
    ...more,
  },
});
const flat = (more: object) => ({
  target_model_configuration: {
    model_name: 'm',
    model_provider: 'openai_compatible',
    model_endpoint_url: 'https://api.example.com/v1',
    ...more,
  },
});
const members = (count: number, of: (index: number) => unknown = () => 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`member_${index}`, of(index)]));
const items = <T>(count: number, of: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => of(n));
const nested = (depth: number, open: string, close: string): unknown =>
  JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);

function problemsOf(body: unknown): string[] {
  const asked = ask(body);
  return 'problems' in asked
    ? asked.problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
    : [];
}

const jwt = (more: object) =>
  seed({ model_auth_type: 'jwt', model_jwt_config: { jwt_url: 'https://a.example', ...more } });

describe('health API body', () => {
  it.each<[string, unknown, string]>([
    ['more than 100 members', seed({}, members(101)), 'at most 100 members'],
    ['more than 100 members deeper down', seed({ metadata: members(101) }), 'at most 100 members'],
    [
      'more than 100 items',
      seed({ default_request_options: { stop: items(101, String) } }),
      'at most 100 members',
    ],
    [
      'more than 2,000 members in all',
      seed({ metadata: members(21, () => members(100)) }),
      'at most 2000 members in all',
    ],
    ['lists 60,000 deep', seed({ metadata: { a: nested(60_000, '[', ']') } }), '32 levels'],
    ['objects 10,000 deep', seed({ custom_payload: nested(10_000, '{"a":', '}') }), '32 levels'],
    ['nesting beside the model', { ...seed({}), more: nested(60_000, '[', ']') }, '32 levels'],
    ['more than 20 keys', seed({ apikeys: items(21, (n) => `sk-${n}`) }), 'at most 20 items'],
    [
      'more than 50 headers',
      seed({ custom_headers: items(51, (n) => ({ key: `x-${n}`, value: 'v' })) }),
      'at most 50 items',
    ],
    [
      'more than 50 headers of the flat form',
      flat({ custom_headers: items(51, (n) => ({ key: `x-${n}`, value: 'v' })) }),
      'at most 50 items',
    ],
    [
      'more than 50 headers for a token',
      jwt({ jwt_headers: items(51, (n) => ({ key: `x-${n}`, value: 'v' })) }),
      'at most 50 items',
    ],
    [
      'an address of more than 2,048 characters',
      seed({ endpoint_url: `https://a.example/${'x'.repeat(2_048)}` }),
      '2048 characters',
    ],
    [
      'such an address of the flat form',
      flat({ model_endpoint_url: `https://a.example/?${'?'.repeat(2_048)}#` }),
      '2048 characters',
    ],
    [
      'such an address for a token',
      jwt({ jwt_url: `https://a.example/${'?'.repeat(2_048)}` }),
      '2048 characters',
    ],
    ['a path of more than 2,048 characters', seed({ paths: { chat: '/'.repeat(2_049) } }), '2048 characters'],
    [
      'such a beginning of paths',
      seed({ endpoint_url: undefined, endpoint: { host: 'a.example', base_path: '/'.repeat(2_049) } }),
      '2048 characters',
    ],
    [
      'a host of more than 253 characters',
      seed({ endpoint_url: undefined, endpoint: { host: 'a'.repeat(254) } }),
      '253 characters',
    ],
  ])('cannot have %s', (_what, body, problem) => {
    expect(problemsOf(body)).toEqual([expect.stringContaining(problem)]);
  });

  it('is accepted within all limits', () => {
    const options = {
      default_request_options: { deep: nested(25, '[', ']') },
      apikeys: items(20, (n) => `sk-${n}`),
    };
    const headers = items(50, (n) => ({ key: `x-${n}`, value: 'v' }));
    expect(problemsOf(seed({ ...options, custom_headers: headers, metadata: members(100) }))).toEqual([]);
  });

  it('ignores unknown members without suggesting a name', () => {
    expect(problemsOf(seed({ endpoint_url: 5, apikey: 'k' }, { modelname: 'm' }))).toEqual([
      'endpoint_configuration.model_config.endpoint_url: must be a text',
    ]);
    const headers = [{ key: 'x', value: 'v', more: 1 }];
    expect(problemsOf(seed({ custom_headers: headers, more: 1 }, { other: 1 }))).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['unknown members outside', seed({}, members(4_000))],
    ['unknown members inside', seed(members(4_000))],
    ['unknown members at the bound', seed(members(85), members(95))],
    [
      'unknown members of headers',
      seed({ custom_headers: items(50, (n) => ({ key: `x-${n}`, value: 'v', ...members(30) })) }),
    ],
    ['question marks in an address', seed({ endpoint_url: `https://a.example/${'?'.repeat(60_000)}#` })],
    [
      'question marks in the flat form',
      flat({ model_endpoint_url: `https://a.example/${'?'.repeat(60_000)}#` }),
    ],
    ['slashes in an address', seed({ endpoint_url: `https://a.example${'/'.repeat(60_000)}a` })],
    [
      'slashes at the beginning of paths',
      seed({ endpoint_url: undefined, endpoint: { host: 'a.example', base_path: `${'/'.repeat(60_000)}a` } }),
    ],
    ['a long host', seed({ endpoint_url: undefined, endpoint: { host: `${':'.repeat(60_000)}x` } })],
    ['keys', seed({ apikeys: items(9_000, String) })],
    [
      'secrets in the options',
      seed({ default_request_options: members(95, () => ({ api_key: 'x'.repeat(500) })) }),
    ],
    ['a long name of a provider', seed({ model_provider: 'x'.repeat(60_000) })],
    ['modalities that are none', seed({ input_modalities: items(100, () => 'x'.repeat(600)) })],
    ['nesting', seed({ metadata: { a: nested(32_000, '[', ']') } })],
  ])('is parsed in less than 50 ms with %s', (_what, body) => {
    expect(leastProcessorMs(() => ask(body))).toBeLessThan(50);
  });
});

it('a model that a caller describes is asked the builtin question, without what the operator asks and expects', () => {
  const defaults = {
    query: 'What is our code name?',
    expect: { contains: ['Osprey'] },
    system_prompt: 'Be brief.',
    timeout: 3_000,
  };
  const asked = requestedModel(seed({ model_provider: 'openai_compatible' }), defaults, capabilities);
  expect(asked).toMatchObject({
    model: {
      query: 'What is the capital of India?',
      expect: { contains: ['New Delhi'] },
      systemPrompt: null,
      timeoutMs: 3_000,
    },
  });
});
