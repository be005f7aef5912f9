import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { createDrawingPlaces } from '../../src/http/pages/drawing-places.js';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('places for pages', () => {
  /** Readers in the order in which they ask; `got` has those whose page may be drawn. */
  function readers(count: number) {
    const places = createDrawingPlaces();
    const got: number[] = [];
    const refused: number[] = [];
    const replies = Array.from({ length: count }, () => new Writable());
    for (const [index, raw] of replies.entries()) {
      // Closes as a reply does; the rest of one is not used.
      places.take({ raw } as unknown as FastifyReply).then(
        () => got.push(index),
        () => refused.push(index),
      );
    }
    const leave = async (index: number): Promise<void> => {
      replies[index]!.destroy();
      await settled();
    };
    return { got, refused, replies, leave };
  }

  it('are two, and free in the order of the calls when a reply is closed', async () => {
    const { got, leave } = readers(4);
    await settled();
    expect(got).toEqual([0, 1]);
    await leave(1);
    expect(got).toEqual([0, 1, 2]);
    await leave(0);
    expect(got).toEqual([0, 1, 2, 3]);
  });

  it('pass over readers that left while they waited', async () => {
    const { got, refused, leave } = readers(5);
    await leave(2);
    await leave(3);
    await leave(0);
    expect([got, refused]).toEqual([
      [0, 1, 4],
      [2, 3],
    ]);
  });

  it('are free again 2 s later, and the connection of one that does not read is closed after 30 s', async () => {
    const { got, replies } = readers(3);
    await settled();
    jest.advanceTimersByTime(1_999);
    await settled();
    expect(got).toEqual([0, 1]);
    jest.advanceTimersByTime(1);
    await settled();
    expect(got).toEqual([0, 1, 2]);
    jest.advanceTimersByTime(27_999);
    await settled();
    expect(replies.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
    jest.advanceTimersByTime(1);
    await settled();
    expect(replies.map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
  });

  it('refuse when 128 wait', async () => {
    const { got, refused } = readers(2 + 128 + 1);
    await settled();
    expect([got.length, refused]).toEqual([2, [130]]);
  });
});
