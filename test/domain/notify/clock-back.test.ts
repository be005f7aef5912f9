import { expect, it } from '@jest/globals';
import { createChannel } from './channel.js';
import { hour, minute, policyOf, second, spell } from './notices.js';

const day = 24 * hour;
const titlesAt = (channel: ReturnType<typeof createChannel>, at: number) =>
  channel.tell(at, []).map(({ kind, members }) => `${kind} ${members.map(({ model }) => model).join(' ')}`);

/** A channel that was told of `a` by a clock that was a day ahead, and was put right then. Recorded time does not go back. */
function createAhead(policy = policyOf()) {
  const channel = createChannel(policy);
  channel.tell(day, [spell('a', day, null)[0]!]);
  expect(titlesAt(channel, day + 20 * second)).toEqual(['problem a']);
  return channel;
}

it('what begins after the clock was set back is told at once, not when the clock is there again', () => {
  const channel = createAhead();
  channel.tell(hour, [spell('b', day + second, null, { provider: 'other' })[0]!]);
  expect(titlesAt(channel, hour + 20 * second)).toEqual(['problem b']);
});

it('an update waits for no time that lies a day ahead', () => {
  const channel = createAhead();
  channel.tell(hour, [spell('b', day + second, null)[0]!]);
  expect(titlesAt(channel, hour + 5 * minute)).toEqual(['update b a']);
});

it('the limit of the channel counts nothing for a day', () => {
  const channel = createAhead(policyOf({ perChannel: { count: 1, windowMs: 10 * minute } }));
  channel.tell(hour, [spell('b', day + second, null, { provider: 'other' })[0]!]);
  expect(titlesAt(channel, hour + 11 * minute)).toEqual(['problem b']);
});

it('what waits for as long as it has to last waits no longer', () => {
  const channel = createAhead();
  channel.tell(day + minute, [spell('b', day + minute, null, { what: 'degraded' })[0]!]);
  titlesAt(channel, hour);
  expect(titlesAt(channel, hour + 15 * minute + 20 * second)).toEqual(['update b a']);
});

it('what ended too soon to be told is still not told', () => {
  const channel = createAhead();
  const [began, ended] = spell('b', day + second, day + 10 * minute, { what: 'degraded' });
  channel.tell(hour, [began!]);
  channel.tell(hour + 10 * minute, [ended!]);
  for (let at = hour + 10 * minute; at < hour + 30 * minute; at += minute)
    expect(titlesAt(channel, at)).toEqual([]);
});

it('a model that flapped has settled an hour after its newest change', () => {
  const channel = createChannel(
    policyOf({ waitMs: 0, updateMs: second, perModel: { count: 1, windowMs: hour } }),
  );
  for (const at of [0, 2]) {
    const [began, ended] = spell('m', day + at * minute, day + (at + 1) * minute);
    channel.tell(day + at * minute, [began!]);
    channel.tell(day + (at + 1) * minute, [ended!]);
  }
  expect(Object.keys(channel.memory().flapping)).toHaveLength(1);
  titlesAt(channel, 0);
  channel.tell(hour, []);
  expect(channel.memory().flapping).toEqual({});
});
