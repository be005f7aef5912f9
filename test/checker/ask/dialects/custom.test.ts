import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../src/domain/clock.js';
import type { Model } from '../../../../src/domain/model.js';
import { blameFor } from '../../../../src/domain/reason.js';
import { capabilities } from '../../../../src/checker/ask/dialects.js';
import { createProber } from '../../../../src/checker/prober.js';
import { loadConfig } from '../../../../src/config/read/load.js';
import { directoryOf } from '../../../config/loading.js';
import { modelAt } from '../../model.js';
import { withServer } from '../../probing.js';
import { listenHttp } from '../../server.js';

const payload = { q: 'Say: {prompt}', tags: ['{prompt}', 1, null], inner: { none: null } };
const query = 'He said "hi" \\ $& and\nleft';

// One for all tests of the file: each prober starts a thread for jq.
const prober = createProber({
  clock: systemClock,
  userAgent: 'modelpulse/test',
  reuseConnections: false,
  env: {},
});
afterAll(() => prober.close());

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** What a check makes of this reply, and what it sent. */
async function checked(reply: string, responseFormat: string | null, changes: Partial<Model> = {}) {
  let sent = '';
  let path = '';
  const server = listenHttp((request, response) => {
    path = request.url ?? '';
    void bodyOf(request).then((body) => {
      sent = body;
      response.end(reply);
    });
  });
  return withServer(server, async (port) => {
    const { endpoint } = modelAt(`http://127.0.0.1:${port}/ask`);
    const model: Model = {
      ...modelAt('http://a.test', { provider: 'custom', query, expect: {}, ...changes }),
      custom: { payload, responseFormat },
      endpoint: { ...endpoint, paths: { ...endpoint.paths, chat: '/?v=1' } },
    };
    const result = await prober.check(model, new AbortController().signal);
    return { ...result, sent, path };
  });
}

describe('custom API', () => {
  it('receives its payload with the question at every placeholder, escaped as JSON', async () => {
    const { sent, path, outcome } = await checked('fine', null, { requestOptions: { more: true } });
    expect(JSON.parse(sent)).toEqual({
      q: `Say: ${query}`,
      tags: [query, 1, null],
      inner: { none: null },
      more: true,
    });
    expect(path).toBe('/ask/?v=1');
    expect(outcome).toBe('healthy');
  });

  it.each([
    ['{"a":{"b":"New Delhi"}}', '.a.b', 'ok', 'New Delhi'],
    ['[{"generated_text":"New Delhi"}]', '.[0].generated_text', 'ok', 'New Delhi'],
    ['{"score":0.5}', '.score', 'ok', '0.5'],
    ['"New Delhi"', '.', 'ok', 'New Delhi'],
    ['{"a":""}', '.a', 'empty_response', null],
    ['{"a":1}', '.b', 'probe_unsupported', null],
    ['{"a":null}', '.a', 'empty_response', null],
    ['{"a":[{"b":null}]}', '.a[0].b', 'empty_response', null],
    ['{"a":[{"b":null}]}', '.a[].b # the first', 'empty_response', null],
    ['{"a":null}', '.a.b', 'probe_unsupported', null],
    ['{"a":null}', '.a // empty', 'probe_unsupported', null],
    ['{"a":null}', '.b', 'probe_unsupported', null],
    ['null', '.', 'probe_unsupported', null],
    ['{"a":[]}', '.a[]', 'probe_unsupported', null],
    ['{"a":[1]}', '.a', 'malformed_response', null],
    ['{"a":{"b":1}}', '.a', 'malformed_response', null],
    ['{"a":1}', '.a.b.c', 'malformed_response', null],
    ['{"a":1}', '.a[', 'probe_unsupported', null],
    ['{"a":1}', '.a | nosuch', 'probe_unsupported', null],
    ['plain text', '.a', 'malformed_response', null],
    ['{"error":{"message":"boom"}}', '.a', 'error_in_success', null],
    ['New Delhi', null, 'ok', 'New Delhi'],
    ['"New Delhi"', null, 'ok', 'New Delhi'],
    ['{"any":"thing"}', null, 'ok', '{"any":"thing"}'],
    ['<!DOCTYPE html><title>Sign in</title>', null, 'malformed_response', null],
    ['', null, 'malformed_response', null],
  ])('with reply %j and program %j results in %s', async (reply, format, reason, response) => {
    expect(await checked(reply, format)).toMatchObject({ reason, response });
  });

  it.each([
    ['{"code":500,"msg":"internal error","data":null}', '.data.answer', 'server_error'],
    ['{"code":503,"msg":"系统繁忙，请稍后再试","data":null}', '.data.answer', 'overloaded'],
    ['{"code":401,"msg":"invalid token"}', '.data.answer', 'auth_failed'],
    ['{"code":401,"msg":"invalid token","data":""}', '.data.answer', 'auth_failed'],
    ['{"code":401,"msg":"invalid token","data":[]}', '.data.answer', 'auth_failed'],
    ['{"code":401,"msg":"invalid token","answer":""}', '.answer', 'auth_failed'],
    ['{"status":"error","message":"model crashed"}', '.answer', 'server_error'],
    ['{"success":false,"message":"inference failed"}', '.result.text', 'error_in_success'],
    ['{"success":false,"message":"it went wrong"}', null, 'error_in_success'],
    ['{"code":500,"msg":"internal error","data":null,"request_id":"a1"}', null, 'server_error'],
    // AWS Lambda behind an API Gateway.
    ['{"errorMessage":"Division by zero","errorType":"E","trace":[]}', '.answer', 'error_in_success'],
    ['{"errorMessage":"Division by zero","errorType":"E","stackTrace":["a"]}', null, 'error_in_success'],
    [
      '{"errorMessage":"2026-11-28T07:00:00Z a1 Task timed out after 3.00 seconds"}',
      '.body',
      'error_in_success',
    ],
    ['{"statusCode":500,"body":"{\\"message\\":\\"it broke\\"}"}', '.body|fromjson|.answer', 'server_error'],
    ['{"statusCode":500,"headers":{"a":"b"},"body":"it broke"}', null, 'server_error'],
    [
      '{"statusCode":400,"body":{"error":{"message":"The model `a` does not exist","code":"model_not_found"}}}',
      '.body.answer',
      'model_not_found',
    ],
    ['{"statusCode":429,"message":"slower"}', '.answer', 'rate_limited'],
    ['{"status":503,"message":"it broke"}', '.answer', 'server_error'],
    ['{"status":"401","message":"it broke"}', '.answer', 'auth_failed'],
    ['{"status_code":402,"msg":"it broke"}', null, 'quota_exhausted'],
    ['{"type":"about:blank","title":"It broke","status":500,"detail":"boom"}', '.answer', 'server_error'],
    ['{"type":"about:blank","title":"It broke","status":403,"instance":"/a"}', null, 'permission_denied'],
    ['{"result":"error","reason":"it broke"}', '.answer', 'error_in_success'],
    ['{"result":"error","reason":"Invalid API key"}', null, 'auth_failed'],
    ['{"result":"failed","message":"it broke"}', '.answer', 'error_in_success'],
    ['{"ok":false,"reason":"it broke"}', '.answer', 'error_in_success'],
    [
      '{"header":{"code":11200,"message":"it broke","sid":"c","status":2}}',
      '.payload.text',
      'permission_denied',
    ],
    ['{"header":{"code":10110,"message":"it broke","sid":"c"},"payload":null}', null, 'overloaded'],
    ['{"meta":{"code":1234567,"msg":"it broke"}}', '.answer', 'error_in_success'],
    [
      '{"ResponseMetadata":{"RequestId":"a","Error":{"Code":"InvalidAccessKey","Message":"The access key is invalid"}}}',
      '.Result.answer',
      'auth_failed',
    ],
    [
      '{"status":{"code":"40103","message":"it broke"},"result":null}',
      '.result.message.content',
      'auth_failed',
    ],
    [
      '{"status":{"code":"42901","message":"it broke"},"result":null}',
      '.result.message.content',
      'rate_limited',
    ],
    ['{"status":{"code":"50000","message":"it broke"},"result":null}', null, 'server_error'],
  ])(
    'with reply %j, an error in its own format, does not blame the program %j',
    async (reply, format, reason) => {
      const found = await checked(reply, format);
      expect(found).toMatchObject({ reason, response: null });
      expect(found.outcome).not.toBe('healthy');
    },
  );

  it.each([
    ['{"code":200,"message":"ok","data":{"answer":"fine"}}', '.data.answer', 'ok'],
    ['{"code":1000,"answer":"fine"}', '.answer', 'ok'],
    ['{"code":1000,"message":"success","answer":"fine"}', '.reply', 'probe_unsupported'],
    ['{"code":1000,"message":"请求成功","answer":"fine"}', '.reply', 'probe_unsupported'],
    ['{"status":"failed","score":1}', null, 'ok'],
    ['{"code":1000,"answer":"fine"}', null, 'ok'],
    ['{"status":200,"answer":"fine"}', '.answer', 'ok'],
    ['{"status":200,"message":"fine"}', '.reply', 'probe_unsupported'],
    ['{"statusCode":200,"body":"{\\"answer\\":\\"fine\\"}"}', '.body|fromjson|.answer', 'ok'],
    ['{"statusCode":0,"body":"fine"}', '.body', 'ok'],
    ['{"statusCode":0,"body":"fine"}', '.reply', 'probe_unsupported'],
    ['{"statusCode":500,"status":500,"answer":"fine"}', '.answer', 'ok'],
    ['{"status":404,"answer":"fine"}', null, 'ok'],
    ['{"status":451,"body":"fine","pages":3}', null, 'ok'],
    ['{"status":{"code":"20000","message":"OK"},"result":{"text":"fine"}}', '.result.text', 'ok'],
    [
      '{"status":{"code":"20000","message":"OK"},"result":{"text":"fine"}}',
      '.result.message',
      'probe_unsupported',
    ],
    ['{"status":{"code":"20000"},"result":{"text":"fine"}}', '.result.message', 'probe_unsupported'],
    ['{"status":{"code":"40103","message":"odd"},"result":{"text":"fine"}}', '.result.text', 'ok'],
    ['{"header":{"code":0,"message":"Success"},"payload":{"text":"fine"}}', '.payload.text', 'ok'],
    [
      '{"header":{"code":0,"message":"Success"},"payload":{"text":"fine"}}',
      '.payload.reply',
      'probe_unsupported',
    ],
    ['{"header":{"code":0,"message":"Success"},"payload":{"text":"fine"}}', null, 'ok'],
    ['{"errorMessage":"","errorType":null,"answer":"fine"}', '.answer', 'ok'],
    ['{"errorMessage":"none","answer":"fine"}', '.reply', 'probe_unsupported'],
    ['{"errorMessage":"an example","answer":"fine"}', null, 'ok'],
    ['{"result":"error","answer":"fine"}', '.answer', 'ok'],
    ['{"result":"an error","answer":"fine"}', '.reply', 'probe_unsupported'],
    ['{"type":"book","title":"fine","status":1}', null, 'ok'],
    ['{"type":"book","title":"fine","status":1}', '.title', 'ok'],
    ['{"ResponseMetadata":{"RequestId":"a"},"Result":{"answer":"fine"}}', '.Result.answer', 'ok'],
    ['{"answer":"fine","error":"None"}', '.answer', 'ok'],
    ['{"answer":"fine","error":"null","errors":"0"}', '.answer', 'ok'],
    ['{"answer":"fine","error":{"code":200,"message":"success"}}', '.answer', 'ok'],
    ['{"answer":"fine","error":{"code":0,"message":"no error"}}', '.answer', 'ok'],
    ['{"answer":"fine","error":{"code":200,"message":"out of memory"}}', '.answer', 'server_error'],
    ['{"answer":"fine","error":"none of the workers is available"}', '.answer', 'error_in_success'],
  ])(
    'with reply %j, whose code or error field is no failure, and program %j results in %s',
    async (reply, format, reason) => {
      expect((await checked(reply, format)).reason).toBe(reason);
    },
  );

  it('blames the configuration if the program finds nothing, and shows the program in the detail', async () => {
    const { reason, detail } = await checked('{"a":1}', '.choices[0].text');
    expect(blameFor(reason)).toBe('config');
    expect(detail).toBe('custom_response_format finds nothing in the reply: .choices[0].text');
  });

  it('reports a reply nested too deeply for the program', async () => {
    const { reason, detail } = await checked(`${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`, '.a');
    expect(reason).toBe('malformed_response');
    expect(detail).toMatch(/depth limit/);
  });

  it('reports a syntax error in its jq program', async () => {
    expect((await checked('{}', '.a[')).detail).toMatch(
      /^custom_response_format does not compile: jq: syntax error.* line 1/,
    );
  });
});

async function loadModel(text: string): Promise<Model> {
  const directory = await directoryOf({ 'main.yaml': text });
  const { settings } = await loadConfig(join(directory, 'main.yaml'), {}, capabilities);
  return settings.models[0]!;
}

describe('custom API configuration', () => {
  const entry = (more: object) =>
    JSON.stringify({ models: [{ id: 'a', provider: 'custom', custom_payload: { q: '{prompt}' }, ...more }] });

  it.each(['https://h.example', 'https://h.example/ask', 'https://h.example/ask/'])(
    'keeps the address %s unchanged',
    async (address) => {
      const { endpoint } = await loadModel(entry({ base_url: address }));
      expect(endpoint.baseUrl + endpoint.paths.chat).toBe(new URL(address).href);
    },
  );

  it('keeps the query of endpoint_url', async () => {
    const address = 'https://h.example/ask/?v=1';
    const model_config = {
      model_provider: 'custom',
      endpoint_url: address,
      custom_payload: { q: '{prompt}' },
    };
    const text = JSON.stringify({ models: [{ id: 'a', endpoint_configuration: { model_config } }] });
    const { endpoint } = await loadModel(text);
    expect(endpoint.baseUrl + endpoint.paths.chat).toBe(address);
  });

  it('requires a payload', async () => {
    const text = entry({ base_url: 'https://h.example', custom_payload: undefined });
    await expect(loadModel(text)).rejects.toThrow('custom_payload: is required by provider "custom"');
  });
});
