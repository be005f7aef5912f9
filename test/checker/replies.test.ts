import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dialectFor } from '../../src/checker/dialects.js';
import { createExpectations } from '../../src/checker/expectation.js';
import { judge } from '../../src/checker/judge.js';
import { modelAt } from './model.js';

interface Case {
  readonly id: string;
  readonly provider: string;
  readonly reply: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: string;
  };
  readonly expect: {
    readonly reason: string;
    readonly alternatives?: string[];
    readonly query_expect?: 'none';
  };
}

function casesIn(file: string): readonly Case[] {
  const path = new URL(`../fixtures/replies/${file}`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };
  // A body that is not what its encoding says never reaches the judge: it is one of the transport's faults.
  return cases.filter(({ reply }) => reply.headers['content-encoding'] === undefined);
}

const meets = createExpectations();

describe.each(['openai-family.json', 'openai-more.json'])('replies in %s', (file) => {
  it.each(casesIn(file).map((one) => [one.id, one] as const))(
    'reads %s',
    (_id, { provider, reply, expect: wanted }) => {
      const model = modelAt('http://127.0.0.1:1/v1', {
        provider,
        ...(wanted.query_expect === 'none' && { expect: {} }),
      });
      const received = { ...reply, body: Buffer.from(reply.body), overLimit: false };
      const { reason, detail } = judge(received, model, dialectFor(provider, 'chat')!, meets);
      expect({ reason, detail }).toEqual({
        reason: wanted.alternatives?.includes(reason) ? reason : wanted.reason,
        detail,
      });
    },
  );
});
