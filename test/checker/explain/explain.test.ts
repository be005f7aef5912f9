import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { OpenAI } from 'openai';
import { explain, standingOf } from '../../../src/checker/explain/explain.js';
import { amount } from '../../slow.js';

interface Case {
  readonly id: string;
  readonly text: string;
  readonly expect: {
    readonly reason: string;
    readonly status: number | null;
    readonly provider?: string;
    readonly retry?: boolean;
    readonly afterMs?: number;
  };
}

const { cases } = JSON.parse(readFileSync('test/fixtures/pasted.json', 'utf8')) as { cases: Case[] };

describe('what somebody pasted', () => {
  it.each(cases.map((one) => [one.id, one] as const))('is read: %s', (_id, { text, expect: wanted }) => {
    const found = explain(text, { now: Date.UTC(2026, 10, 30) })!;
    expect({
      reason: found.reason,
      status: found.status,
      provider: wanted.provider === undefined ? undefined : found.provider,
      retry: wanted.retry === undefined ? undefined : found.retry.helps,
      afterMs: wanted.afterMs === undefined ? undefined : found.retry.afterMs,
    }).toEqual({ provider: undefined, retry: undefined, afterMs: undefined, ...wanted });
    expect(found.rule.name).not.toBe('the answer itself');
  });

  it('takes hints before what it says, and asks for a status that is not there', () => {
    const text = '{"error":{"message":"something"}}';
    expect(explain(text)).toMatchObject({ status: null, reason: 'error_in_success' });
    expect(explain(text, { status: 503, provider: 'groq' })).toMatchObject({
      status: 503,
      provider: 'groq',
      reason: 'server_error',
      rule: { name: 'HTTP status alone', matched: '503' },
    });
    expect(explain(' \n')).toBeNull();
  });

  it('names the rule and the words that decided', () => {
    const text =
      'HTTP/1.1 429 Too Many Requests\n\nThe engine is currently overloaded, please try again later';
    expect(explain(text)!.rule).toEqual({
      name: 'words of the error',
      section: 'english',
      matched: 'overload',
    });
    const marked = explain('HTTP/1.1 400 Bad Request\n\n{"error":{"code":"context_length_exceeded"}}')!;
    expect(marked.rule).toEqual({
      name: 'code of the error',
      section: 'markers',
      matched: 'contextlengthexceeded',
    });
    const long = explain(
      'HTTP/1.1 429 Too Many Requests\nretry-after: 25000\n\n{"error":{"message":"slow down"}}',
    )!;
    expect(long).toMatchObject({
      reason: 'quota_exhausted',
      retry: { helps: true, afterMs: 25_000_000 },
      rule: { name: 'the wait that the reply asks for', matched: '25000 s' },
    });
  });

  it('never shows the secrets that it holds', () => {
    const key = 'sk-proj-0123456789abcdefghijklmn';
    for (const { text } of cases) {
      const found = explain(`${text.replaceAll('message', `message`)} ${key} Authorization: Bearer ${key}`);
      expect(JSON.stringify(found)).not.toContain(key.slice(0, 16));
    }
    const inBody = `HTTP/1.1 401 Unauthorized\n\n{"error":{"message":"Incorrect API key provided: ${key}"}}`;
    expect(JSON.stringify(explain(inBody))).not.toContain(key.slice(0, 16));
    const words = `HTTP/1.1 500 Error\n\nmust be verified to use ${key} overloaded`;
    expect(JSON.stringify(explain(words))).not.toContain(key.slice(0, 16));
  });

  it('can be anything', () => {
    const pieces = fc.constantFrom(
      ...[
        'HTTP/1.1 429 x\n',
        '{',
        '[',
        "'error': ",
        '"a":',
        '}',
        ']',
        '\n\n',
        'Error code: 429 - ',
        '< ',
        'x',
        ',',
      ],
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const found = explain(text);
        expect(found === null).toBe(text.trim() === '');
        expect((found?.detail ?? '').length).toBeLessThanOrEqual(300);
      }),
      { numRuns: amount(2_000, 200) },
    );
  });
});

describe('the errors of the clients themselves', () => {
  it('are read as they print them', async () => {
    const body = {
      error: { message: 'Rate limit reached for gpt-4o', type: 'requests', code: 'rate_limit_exceeded' },
    };
    const server = createServer((_request, response) => {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const options = { baseURL, apiKey: 'sk-test-0123456789', maxRetries: 0 };
    const messages = [{ role: 'user' as const, content: 'x' }];
    const errors = await Promise.all([
      new OpenAI(options).chat.completions.create({ model: 'x', messages }).catch((error: unknown) => error),
      new Anthropic(options).messages
        .create({ model: 'x', max_tokens: 1, messages })
        .catch((error: unknown) => error),
    ]);
    await new Promise((closed) => server.close(closed));
    for (const error of errors as Error[])
      for (const text of [
        error.message,
        String(error),
        error.stack ?? '',
        inspect(error),
        JSON.stringify(error),
      ])
        expect({ text, ...explain(text) }).toMatchObject({ text, reason: 'rate_limited', status: 429 });
  });
});

it('tells when the monitor calls a model down', () => {
  expect(standingOf('ok', 'healthy').down).toBe('no');
  expect(standingOf('overloaded', 'unhealthy')).toMatchObject({ down: 'after', afterChecks: 2 });
  expect(standingOf('rate_limited', 'degraded')).toMatchObject({ down: 'if it lasts' });
});
