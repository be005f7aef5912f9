import { describe, expect, it } from '@jest/globals';
import { createSharedText, type SharedText } from '../../src/app/shared-text.js';
import { createTextShelf, type ShelfLimits } from '../../src/app/text-shelf.js';

const read = async ({ chunks }: ReturnType<SharedText>): Promise<string> => {
  let text = '';
  for await (const chunk of chunks) text += String(chunk);
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
    createTextShelf({ texts: 4, bytes: 1_000 }),
  );
  return { made, text };
}

describe('shared text', () => {
  it('is generated once for all requests made before it begins, and again for later ones', async () => {
    const { made, text } = counted();
    const first = text();
    expect(await read(first)).toBe('1:end');
    const rest = await Promise.all([text(), text(), text()].map(read));
    expect(rest).toEqual(['2:end', '2:end', '2:end']);
    expect(await read(text())).toBe('3:end');
    expect(made.count).toBe(3);
  });

  it('is complete for a reader that starts late or pauses, and for others when one leaves', async () => {
    const { text } = counted();
    const [late, resting, leaving] = [text(), text(), text()];
    const iterator = resting.chunks[Symbol.asyncIterator]();
    expect(String((await iterator.next()).value)).toBe('1:');
    for await (const chunk of leaving.chunks) {
      expect(String(chunk)).toBe('1:');
      break;
    }
    expect(await read(late)).toBe('1:end');
    expect(String((await iterator.next()).value)).toBe('end');
    expect((await iterator.next()).done).toBe(true);
  });

  it('fails for all its readers, and is generated again for the next', async () => {
    const { made, text } = counted(true);
    const both = await Promise.allSettled([text(), text()].map(read));
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(read(text())).rejects.toThrow('broken');
    expect(made.count).toBe(2);
  });

  it('also fails for a reader that reaches the error after others', async () => {
    const { text } = counted(true);
    const [quick, slow] = [text(), text()];
    const iterator = slow.chunks[Symbol.asyncIterator]();
    expect(String((await iterator.next()).value)).toBe('1:');
    await expect(read(quick)).rejects.toThrow('broken');
    await expect(iterator.next()).rejects.toThrow('broken');
  });
});

describe('stalled readers of a shared text', () => {
  /** Texts of `count` chunks of ten bytes, made as soon as they are asked for. */
  const bounded = (most: ShelfLimits, count = 10): SharedText =>
    createSharedText(
      async function* () {
        for (let made = 0; made < count; made += 1) yield await Promise.resolve('0123456789');
      },
      0,
      () => performance.now(),
      createTextShelf(most),
    );
  const begun = async (text: SharedText) => {
    const reading = text();
    const iterator = reading.chunks[Symbol.asyncIterator]();
    await iterator.next();
    return { reading, iterator };
  };

  it('are dropped for newer texts when there are too many, oldest first', async () => {
    const text = bounded({ texts: 2, bytes: 1_000 });
    const [first, second, third] = [await begun(text), await begun(text), await begun(text)];
    expect([first, second, third].map(({ reading }) => reading.givenUp.aborted)).toEqual([
      true,
      false,
      false,
    ]);
    await expect(first.iterator.next()).rejects.toThrow('abort');
    expect(await read(text())).toHaveLength(100);
    expect([second, third].map(({ reading }) => reading.givenUp.aborted)).toEqual([true, false]);
  });

  it('are dropped when they hold too many bytes, while other readers of the text continue', async () => {
    const text = bounded({ texts: 10, bytes: 50 });
    const [stalled, quick] = [text(), text()];
    await stalled.chunks[Symbol.asyncIterator]().next();
    expect(await read(quick)).toHaveLength(100);
    expect([stalled, quick].map(({ givenUp }) => givenUp.aborted)).toEqual([true, false]);
  });

  it('do not hold a text after they have left', async () => {
    const text = bounded({ texts: 10, bytes: 50 });
    const [absent, stalled, quick] = [text(), text(), text()];
    absent.leave();
    await stalled.chunks[Symbol.asyncIterator]().next();
    stalled.leave();
    expect(await read(quick)).toHaveLength(100);
    expect([absent, stalled, quick].map(({ givenUp }) => givenUp.aborted)).toEqual([false, false, false]);
  });

  it('do not count after they have ended', async () => {
    const text = bounded({ texts: 1, bytes: 50 });
    for (let turn = 0; turn < 3; turn += 1) expect(await read(text())).toHaveLength(100);
  });
});
