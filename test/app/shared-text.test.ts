import { describe, expect, it } from '@jest/globals';
import { createSharedText } from '../../src/app/shared-text.js';

const read = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
  let text = '';
  for await (const chunk of chunks) text += chunk.toString();
  return text;
};

/** A text of two chunks that says when it was made, in order. */
function counted(fail = false) {
  const made = { count: 0 };
  const text = createSharedText(
    async function* () {
      made.count += 1;
      yield await Promise.resolve(`${made.count}:`);
      if (fail) throw new Error('broken');
      yield 'end';
    },
    20,
    () => performance.now(),
  );
  return { made, text };
}

describe('a shared text', () => {
  it('is one for all who ask before it is begun, and another for who asks later', async () => {
    const { made, text } = counted();
    const first = text();
    expect(await read(first)).toBe('1:end');
    const rest = await Promise.all([text(), text(), text()].map(read));
    expect(rest).toEqual(['2:end', '2:end', '2:end']);
    expect(await read(text())).toBe('3:end');
    expect(made.count).toBe(3);
  });

  it('is whole for a reader who begins late or rests in the middle, and for others when one leaves', async () => {
    const { text } = counted();
    const [late, resting, leaving] = [text(), text(), text()];
    const iterator = resting[Symbol.asyncIterator]();
    expect(String((await iterator.next()).value)).toBe('1:');
    for await (const chunk of leaving) {
      expect(String(chunk)).toBe('1:');
      break;
    }
    expect(await read(late)).toBe('1:end');
    expect(String((await iterator.next()).value)).toBe('end');
    expect((await iterator.next()).done).toBe(true);
  });

  it('fails for all who share it, and is tried again for the next', async () => {
    const { made, text } = counted(true);
    const both = await Promise.allSettled([text(), text()].map(read));
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(read(text())).rejects.toThrow('broken');
    expect(made.count).toBe(2);
  });

  it('is not whole for a reader who comes to the error after others', async () => {
    const { text } = counted(true);
    const [quick, slow] = [text(), text()];
    const iterator = slow[Symbol.asyncIterator]();
    expect(String((await iterator.next()).value)).toBe('1:');
    await expect(read(quick)).rejects.toThrow('broken');
    await expect(iterator.next()).rejects.toThrow('broken');
  });
});
