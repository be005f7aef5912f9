import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  newChannelMemory,
  withEnd,
  withFailure,
  withGivenUp,
  withLoss,
  type ChannelMemory,
} from '../../../src/domain/notify/memory.js';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import { plan } from '../../../src/domain/notify/plan.js';
import { absorb, withRemoval, withReturn } from '../../../src/domain/notify/removal.js';
import { care, repeating, titles } from './care.js';
import { hour, minute, spell, start } from './notices.js';

const models = ['a', 'b', 'c'];

/** What happens to models, to acknowledgements, to messages and to the channel; minutes between the steps. */
const step = fc.record({
  model: fc.constantFrom(...models),
  wait: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 3, max: 90 })),
  what: fc.constantFrom(
    ...['turn', 'turn', 'turn', 'acknowledge', 'snooze', 'take back'],
    ...['remove', 'return', 'deliver', 'fail', 'give up', 'lose'],
  ),
});
const policy = repeating({ waitMs: 0, updateMs: minute, perModel: { count: 4, windowMs: hour } });

/** A channel whose memory each step reads as it was stored, and what its receiver knows. */
function createLife() {
  let memory: ChannelMemory = newChannelMemory('s');
  let [at, newest] = [0, 0];
  const down = new Map<string, number>();
  const received: Message[] = [];
  const pending = new Map<string, Message>();
  const moment = () => ({ channel: 'team', policy, now: start + at });

  const look = (notices: readonly Notice[] = []): void => {
    const stored = notices.map((notice) => ({ id: (newest += 1), notice }));
    if (memory.removedAt !== undefined) {
      absorb(memory, stored, moment());
      return;
    }
    const before = JSON.stringify(memory);
    memory = JSON.parse(before) as ChannelMemory;
    const { isChanged, messages } = plan(memory, stored, moment());
    const sentAt = (text: string): object => ({ ...(JSON.parse(text) as object), sentAt: [], sentOf: {} });
    // What is not said to have changed is not written.
    if (!isChanged) expect(sentAt(JSON.stringify(memory))).toEqual(sentAt(before));
    for (const { message, supersedes } of messages) {
      expect(titles([message])[0]).not.toMatch(/^$|undefined|NaN/);
      pending.delete(supersedes ?? '');
      pending.set(message.id, message);
    }
  };
  const ended = (what: string): void => {
    for (const [id, message] of [...pending]) {
      if (what === 'fail') withFailure(memory, id);
      else pending.delete(id);
      if (what === 'deliver') {
        withEnd(memory, id);
        received.push(message);
      }
      if (what === 'give up') withGivenUp(memory, id);
      if (what === 'lose') withLoss(memory, id);
    }
  };
  return {
    received,
    down,
    memory: () => memory,
    pass(minutes: number): void {
      for (const end = at + minutes * minute; at < end; at += minute) look();
    },
    turn(model: string): void {
      const since = down.get(model);
      const [began, over] = spell(model, since ?? at, since === undefined ? null : at);
      if (since === undefined) down.set(model, at);
      else down.delete(model);
      look([(since === undefined ? began : over)!]);
    },
    care(what: string, model: string): void {
      const until = what === 'snooze' ? { until: at + hour } : {};
      if (down.has(model))
        look([care(what === 'take back' ? 'taken_back' : 'acknowledged', model, at, until)]);
    },
    channel(what: string): void {
      if (what === 'remove' && memory.removedAt === undefined) {
        withRemoval(memory, start + at);
        pending.clear();
      }
      if (what === 'return' && memory.removedAt !== undefined) withReturn(memory, start + at);
    },
    ended,
  };
}

it('whatever happens to models, acknowledgements, messages and the channel, its receiver knows in the end what lasts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const life = createLife();
      for (const { model, wait, what } of steps) {
        life.pass(wait);
        if (what === 'turn') life.turn(model);
        else if (['acknowledge', 'snooze', 'take back'].includes(what)) life.care(what, model);
        else if (what === 'remove' || what === 'return') life.channel(what);
        else life.ended(what);
      }
      life.channel('return');
      // Everything settles, with a receiver that answers.
      for (let turn = 0; turn < 200; turn += 1) {
        life.pass(1);
        life.ended('deliver');
      }
      for (const model of models) {
        const last = life.received.flatMap(({ members }) => members).findLast((one) => one.model === model);
        if (life.down.has(model)) expect(last).toMatchObject({ ended: null });
        else if (last !== undefined) expect(last.ended).not.toBeNull();
      }
      const open = Object.values(life.memory().byKey).flatMap(({ members }) => Object.keys(members));
      expect(open.toSorted()).toEqual([...life.down.keys()].map((model) => `${model} unhealthy`).toSorted());
      expect(life.memory().flapping).toEqual({});
      // No end is told that refers to nothing.
      const known = new Set<string>();
      for (const { kind, thread, members } of life.received) {
        const keys = members.map(({ model }) => `${thread} ${model}`);
        if (kind === 'resolved') expect(keys.some((key) => known.has(key))).toBe(true);
        members.forEach(({ ended }, index) => ended === null && known.add(keys[index]!));
      }
    }),
    {
      numRuns: 60,
      // A dead letter between beginning and end.
      examples: [
        [
          [
            { model: 'a', wait: 0, what: 'turn' },
            { model: 'a', wait: 1, what: 'give up' },
            { model: 'a', wait: 0, what: 'turn' },
          ],
        ],
        // One of the end alone.
        [
          [
            { model: 'b', wait: 3, what: 'turn' },
            { model: 'b', wait: 0, what: 'deliver' },
            { model: 'b', wait: 0, what: 'turn' },
            { model: 'b', wait: 3, what: 'give up' },
          ],
        ],
      ],
    },
  );
});
