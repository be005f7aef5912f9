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

/** A reader that may begin does so in the next turn of the loop. */
const turns = async () => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const mib = 1024 * 1024;

describe('places for pages', () => {
  /** Readers in the order in which they ask, by default all from one address; `got` has those whose page may be drawn. */
  function readers(count: number, addressOf: (index: number) => string = () => '192.0.2.1') {
    const places = createDrawingPlaces();
    const got: number[] = [];
    const refused: number[] = [];
    // Closes as a reply does; the rest of one is not used.
    const replies = Array.from({ length: count }, (_, index) => {
      const reply = { raw: new Writable(), request: { socket: { remoteAddress: addressOf(index) } } };
      return reply as unknown as FastifyReply & typeof reply;
    });
    for (const [index, reply] of replies.entries()) {
      places.take(reply).then(
        () => got.push(index),
        () => refused.push(index),
      );
    }
    const leave = async (index: number): Promise<void> => {
      replies[index]!.raw.destroy();
      await turns();
    };
    const drawn = async (index: number, bytes = 1): Promise<void> => {
      places.drawn(replies[index]!, bytes);
      await turns();
    };
    return { got, refused, replies, leave, drawn };
  }

  it('are two, and free in the order of the calls when a reply is closed', async () => {
    const { got, leave } = readers(4);
    await turns();
    expect(got).toEqual([0, 1]);
    await leave(1);
    expect(got).toEqual([0, 1, 2]);
    await leave(0);
    expect(got).toEqual([0, 1, 2, 3]);
  });

  it('are free when a page is drawn, also if nobody reads it, and once', async () => {
    const { got, drawn, leave } = readers(6);
    await drawn(1);
    await drawn(1);
    expect(got).toEqual([0, 1, 2]);
    await leave(1);
    expect(got).toEqual([0, 1, 2]);
    await drawn(2);
    await drawn(0);
    expect(got).toEqual([0, 1, 2, 3, 4]);
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
    await turns();
    jest.advanceTimersByTime(1_999);
    await turns();
    expect(got).toEqual([0, 1]);
    jest.advanceTimersByTime(1);
    await turns();
    expect(got).toEqual([0, 1, 2]);
    jest.advanceTimersByTime(27_999);
    await turns();
    expect(replies.map(({ raw }) => raw.destroyed)).toEqual([false, false, false]);
    jest.advanceTimersByTime(1);
    await turns();
    expect(replies.map(({ raw }) => raw.destroyed)).toEqual([true, true, false]);
  });

  it('wait while a network has 8 MiB unread, which keeps no other waiting', async () => {
    const networks = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:0:9::4', '192.0.2.7'];
    const { got, drawn, leave } = readers(5, (index) => networks[index]!);
    await drawn(0, 4 * mib);
    await drawn(1, 4 * mib);
    // The third has begun before the second was drawn.
    expect(got).toEqual([0, 1, 2, 4]);
    await drawn(2);
    expect(got).toEqual([0, 1, 2, 4]);
    await leave(1);
    expect(got).toEqual([0, 1, 2, 4, 3]);
  });

  it('wait while 32 MiB are unread in all', async () => {
    const { got, drawn, leave } = readers(7, (index) => `192.0.2.${index}`);
    for (const index of [0, 1, 2, 3, 4]) await drawn(index, 7 * mib);
    await drawn(5);
    expect(got).toEqual([0, 1, 2, 3, 4, 5]);
    await leave(0);
    expect(got).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('are given to networks in turn', async () => {
    const { got, drawn } = readers(8, (index) => `192.0.2.${index < 6 ? 1 : index}`);
    for (const index of [0, 1, 2, 6]) await drawn(index);
    expect(got).toEqual([0, 1, 2, 6, 7, 3]);
  });

  it('refuse when 128 wait, first those of the network that has most of them', async () => {
    const { got, refused, drawn } = readers(2 + 128 + 2, (index) => `192.0.2.${index < 131 ? 1 : 2}`);
    await turns();
    expect([got.length, refused]).toEqual([2, [130, 129]]);
    await drawn(0);
    await drawn(1);
    expect(got).toEqual([0, 1, 2, 131]);
  });
});
