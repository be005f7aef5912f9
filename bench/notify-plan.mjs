/**
 * What a channel with many open members keeps of the event loop: one turn of each kind, as the notifier takes them, in CPU time of
 * the thread, which other processes do not lengthen.
 * Usage: npm run build && node bench/notify-plan.mjs [members ...]
 */
import { readFileSync } from 'node:fs';
import { createChannelState } from '../dist/app/notify/channel-state.js';
import { newChannelMemory } from '../dist/domain/notify/memory.js';

const sizes = process.argv.slice(2).map(Number);
const start = Date.UTC(2026, 10, 1);
const second = 1_000;
const any = { blame: null, state: null, reason: null, provider: null, model: null, labels: {} };

const policyOf = (groupBy) => ({
  routes: [{ match: any, to: ['team'], goesOn: false, repeatMs: 3_600 * second }],
  groupBy,
  waitMs: 20 * second,
  updateMs: 300 * second,
  perChannel: { count: 20, windowMs: 600 * second },
  perModel: { count: 6, windowMs: 3_600 * second },
  afterMs: { unhealthy: 0, degraded: 0, unknown: 0, maintenance: 0 },
  ...{
    changes: true,
    ends: true,
    version: true,
    certificateMs: null,
    key: true,
    budget: true,
    objective: true,
  },
  quietUntil: () => null,
});

const noticeOf = (index, kind, at) => ({
  ...{ kind, what: 'unhealthy', model: `model-${index}`, provider: 'openai', labels: { tier: 'gold' } },
  ...{ since: start, at, reason: 'timeout', blame: 'provider' },
  ...{ detail: 'no first byte after 30 s', failures: 2 },
});

/** ms of CPU time of the main thread; Linux counts it in ns. */
function cpuMs() {
  const [ns] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(ns) / 1e6;
}

function measure(members, groupBy) {
  const policy = policyOf(groupBy);
  const holds = {};
  const turn = (name, work) => {
    const began = cpuMs();
    const result = work();
    holds[name] = Math.max(holds[name] ?? 0, cpuMs() - began);
    return result;
  };
  const present = (now) => ({
    ...{ policy, now, isKnown: () => true, renamed: () => null, endOf: () => null },
  });
  const initial = { readTo: 0, memory: newChannelMemory('seed'), isNew: true };
  const state = createChannelState({ name: 'team' }, initial);
  let newest = 0;
  const plan = (name, notices, at) => {
    const stored = notices.map((notice) => ({ id: (newest += 1), notice }));
    turn(name, () => state.plan(stored, newest, { ...present(start + at), compares: false }));
  };
  const write = (name) => {
    const change = turn(name, () => {
      const made = state.changes();
      // As it is handed to the thread of the store.
      structuredClone(made);
      return made;
    });
    state.written(change);
  };
  const deliver = (at) => {
    for (let message = state.due(start + at); message !== null; message = state.due(start + at)) {
      const one = message;
      turn('begin of an attempt', () => state.tried(one));
      turn('end of an attempt', () => state.ended(one, { kind: 'delivered', refused: null }, start + at));
    }
  };
  let at = 0;
  for (let from = 0; from < members; from += 1_000) {
    const size = Math.min(1_000, members - from);
    const some = Array.from({ length: size }, (_, index) => noticeOf(from + index, 'began', start + at));
    plan('look with 1,000 notices', some, at);
    at += second;
  }
  write('write of all');
  at += 60 * second;
  plan('look with a message of all', [], at);
  write('write of all');
  deliver(at);
  write('write of all');
  at += second;
  plan('look after a delivery', [], at);
  // Looks of the notifier that find nothing to do, with and without the comparison with the models.
  at += second;
  turn('look that compares', () => state.isOutdated(present(start + at)));
  const looks = 100;
  turn(`${looks} looks without news`, () => {
    for (let look = 0; look < looks; look += 1) {
      at += second;
      if (state.nextAt !== null && state.nextAt <= start + at) throw new Error('something is due');
      if (state.mustWrite(start + at)) throw new Error('something is to be written');
    }
  });
  plan('look with one notice', [noticeOf(0, 'ended', start + at)], at);
  at += 400 * second;
  plan('look with an update', [], at);
  deliver(at);
  at += 3_600 * second;
  plan('look with a reminder', [], at);
  deliver(at);
  const rows = Object.entries(holds).map(
    ([name, ms]) => `  ${name.padEnd(30)} ${ms.toFixed(1).padStart(9)} ms`,
  );
  console.log(`${members} members, groups by ${groupBy.join(', ')}: longest turn of each kind`);
  console.log(rows.join('\n'));
}

for (const members of sizes.length > 0 ? sizes : [1_000, 10_000, 20_000]) {
  for (const groupBy of [['provider', 'blame', 'reason'], ['model']]) measure(members, groupBy);
}
