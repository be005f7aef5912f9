import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../../src/checker/ask/dialects.js';
import type { Model } from '../../../src/domain/model.js';
import { modelAt } from '../model.js';
import { checkOnce, everythingIsHere, withServer } from '../probing.js';
import { listenHttp } from '../server.js';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const hmac = (key: string | Buffer, said: string): Buffer => createHmac('sha256', key).update(said).digest();
const hash = (said: string): string => createHash('sha256').update(said).digest('hex');

/** The signature as the specification builds it, from what came over the wire. */
function signatureOf({ method, url, headers }: IncomingMessage, body: string): string {
  const [, scope = '', names = ''] =
    /Credential=[^/]+\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization ?? '') ?? [];
  const path = (url ?? '').split('/').map(encodeURIComponent).join('/');
  const lines = names.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = [method, path, '', lines.join(''), names, hash(body)].join('\n');
  const [date = '', ...rest] = scope.split('/');
  const key = rest.reduce<Buffer>(hmac, hmac(`AWS4${secret}`, date));
  const toSign = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, hash(canonical)].join('\n');
  return hmac(key, toSign).toString('hex');
}

const answer = JSON.stringify({
  output: { message: { role: 'assistant', content: [{ text: 'New Delhi.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 14, outputTokens: 4 },
});

async function asked(
  host: string,
  apiKey: string,
  reply = { status: 200, text: answer },
  region: string | null = null,
) {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const listening = listenHttp((request, response) => {
    void text(request).then((body) => {
      seen.push({ request, body });
      response.writeHead(reply.status).end(reply.text);
    });
  });
  return withServer(listening, async (port) => {
    const changes: Partial<Model> = { provider: 'bedrock', modelName: 'anthropic.claude-v1:0' };
    const base = modelAt(`http://${host}:${port}`, { ...changes, endpoint: { apiKeys: [apiKey], region } });
    const paths = { ...base.endpoint.paths, chat: '/model/anthropic.claude-v1%3A0/converse' };
    const model = { ...base, endpoint: { ...base.endpoint, paths } };
    const result = await checkOnce(model, { lookup: everythingIsHere });
    const { request, body } = seen[0]!;
    return { result, request, body, headers: request.headers };
  });
}

describe('request to Bedrock', () => {
  it.each(['bedrock.internal', 'bedrock-runtime.us-west-2.amazonaws.com'])(
    'at %s is signed for the configured region',
    async (host) => {
      const { request, body, headers } = await asked(
        host,
        `AKIAIOSFODNN7EXAMPLE:${secret}`,
        undefined,
        'eu-central-1',
      );
      expect(headers.authorization).toContain('/eu-central-1/bedrock/aws4_request,');
      expect(headers.authorization).toContain(`Signature=${signatureOf(request, body)}`);
    },
  );

  it.each([
    ['bedrock-runtime.eu-west-1.amazonaws.com', 'eu-west-1', undefined],
    ['vpce-0a1.bedrock-runtime.us-gov-west-1.vpce.amazonaws.com', 'us-gov-west-1', undefined],
    ['bedrock.internal', 'us-east-1', 'IQoJb3JpZ2luX2VjEXAMPLE=='],
  ])('at %s is signed for region %s', async (host, region, token) => {
    const parts = ['AKIAIOSFODNN7EXAMPLE', secret, ...(token === undefined ? [] : [token])];
    const { result, request, body, headers } = await asked(host, parts.join(':'));
    expect(result).toMatchObject({ reason: 'ok', usage: { inputTokens: 14, outputTokens: 4 } });
    const day = String(headers['x-amz-date']).slice(0, 8);
    expect(headers.authorization).toContain(
      `Credential=AKIAIOSFODNN7EXAMPLE/${day}/${region}/bedrock/aws4_request,`,
    );
    expect(headers.authorization).toContain(`Signature=${signatureOf(request, body)}`);
    expect(headers['x-amz-security-token']).toBe(token);
    expect(headers['content-type']).toBe('application/json');
  });

  it('sends a bearer key unchanged', async () => {
    const { headers } = await asked('bedrock-runtime.eu-west-1.amazonaws.com', 'ABSKQmVkcm9ja0FQSUtleQ==');
    expect(headers.authorization).toBe('Bearer ABSKQmVkcm9ja0FQSUtleQ==');
    expect(headers['x-amz-date']).toBeUndefined();
  });

  it('redacts every part of its key in the reply', async () => {
    const key = `AKIAIOSFODNN7EXAMPLE:${secret}:IQoJb3JpZ2luX2VjEXAMPLE==`;
    const message = `signed by ${key.split(':').join(' with ')}`;
    const reply = { status: 403, text: JSON.stringify({ message }) };
    const { result } = await asked('bedrock.internal', key, reply);
    expect(result.detail).toContain('signed by [redacted]');
    for (const part of key.split(':')) expect(JSON.stringify(result)).not.toContain(part);
  });

  it.each([
    [
      'AccessDeniedException',
      'Authentication failed: Please make sure your API Key is valid.',
      'auth_failed',
    ],
    [
      'AccessDeniedException',
      'User x is not authorized to perform: bedrock:InvokeModel',
      'permission_denied',
    ],
    ['SignatureDoesNotMatch', 'The request signature we calculated does not match', 'auth_failed'],
    ['modelStreamErrorException', 'The stream broke', 'server_error'],
    ['ValidationException', 'Input is too long', null],
  ])('is classified for the error %s, %s', (code, message, reason) => {
    const error = { codes: [code], types: [], text: message, status: null };
    expect(dialectFor('bedrock', 'chat')?.rules?.(403, error) ?? null).toBe(reason);
  });
});
