import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from '@jest/globals';
import { createLookup } from '../../../src/checker/transport/lookup.js';

type Answered = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;
const addresses = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function resolver() {
  const asked: { name: string; answer: Answered }[] = [];
  const lookup = createLookup((name, _options, answer) => asked.push({ name, answer }));
  const look = (name: string, options: object) =>
    new Promise((resolve) => lookup(name, options, (...found) => resolve(found)));
  return { asked, look };
}

describe('look-ups', () => {
  it('of the same name share one query in flight, and each caller gets its own answer format', async () => {
    const { asked, look } = resolver();
    const answers = [look('a.test', { all: true }), look('A.test', {}), look('b.test', { all: true })];
    expect(asked.map(({ name }) => name)).toEqual(['a.test', 'b.test']);
    for (const { answer } of asked) answer(null, addresses);
    expect(await Promise.all(answers)).toEqual([
      [null, addresses],
      [null, '127.0.0.1', 4],
      [null, addresses],
    ]);
    void look('a.test', {});
    expect(asked).toHaveLength(3);
  });

  it('report a failure to every waiting caller', async () => {
    const { asked, look } = resolver();
    const answers = [look('a.test', { all: true }), look('a.test', {})];
    const failure = Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    asked[0]!.answer(failure, undefined as never);
    expect(await Promise.all(answers)).toEqual([
      [failure, []],
      [failure, []],
    ]);
  });

  it('of an unresponsive zone leave resolver threads to others, and continue when it responds', async () => {
    const { asked, look } = resolver();
    const names = Array.from({ length: 40 }, (_each, index) => `model-${index}.dead.test`);
    const answers = names.map((name) => look(name, { all: true }));
    expect(asked).toHaveLength(12);
    const healthy = look('api.alive.test.', { all: true });
    expect(asked.at(-1)?.name).toBe('api.alive.test.');
    asked.at(-1)?.answer(null, addresses);
    expect(await healthy).toEqual([null, addresses]);
    // Each answer lets the next one in.
    for (const { name, answer } of asked) if (name.endsWith('.dead.test')) answer(null, addresses);
    expect(await Promise.all(answers)).toEqual(names.map(() => [null, addresses]));
    expect(asked).toHaveLength(41);
  });
});
