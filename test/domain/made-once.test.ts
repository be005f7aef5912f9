import { expect, it } from '@jest/globals';
import { madeOnce } from '../../src/domain/made-once.js';

it('what is made once is made by the first call, for all, and again only where it failed', async () => {
  let calls = 0;
  const made = madeOnce(() => {
    calls += 1;
    return calls === 1 ? Promise.reject(new Error('too many open files')) : Promise.resolve({ calls });
  });
  expect(calls).toBe(0);
  await expect(Promise.all([made(), made()])).rejects.toThrow('too many open files');
  expect(calls).toBe(1);
  const [one, other] = await Promise.all([made(), made()]);
  expect(one).toEqual({ calls: 2 });
  expect(other).toBe(one);
  expect(await made()).toBe(one);
});
