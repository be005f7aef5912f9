import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { undisturbed } from '../../src/app/adjustments.js';
import { createRunner } from '../../src/app/runner.js';
import type { CheckKind, CheckResult } from '../../src/domain/result.js';
import { slotOf } from '../../src/domain/time.js';
import { result, start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly model: string;
  readonly err: { readonly type: string; readonly message: string };
}

/** A runner over a real store with the models `broken`, whose memory is what no reducer makes, and `sound`. */
async function createRig(check?: () => Promise<CheckResult>) {
  const store = place.fresh();
  const parts = createParts(store);
  await parts.roster.replace([modelNamed('broken'), modelNamed('sound')], start);
  const broken = parts.roster.get('broken')!;
  const { health } = broken.memory;
  const damaged = { ...health, newRunsAt: null } as unknown as typeof health;
  if (check === undefined) Object.assign(broken, { memory: { ...broken.memory, health: damaged } });
  const lines: Line[] = [];
  const run = createRunner({
    async attempt({ view: { model } }) {
      const found = await (check?.() ?? result(parts.clock.now));
      return { found, circumstances: undisturbed(model) };
    },
    clock: parts.clock,
    recorder: parts.recorder,
    tracked: parts.roster.get,
    recheck: () => undefined,
    log: pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line) as Line) }),
  });
  const job = async (id: string, slot: number, kind: CheckKind = 'scheduled', signal?: AbortSignal) => {
    parts.clock.now = slot;
    const asked = { id, slot: slotOf(slot), kind, overRate: false, delayMs: 0 };
    const done = run(asked, signal ?? new AbortController().signal, () => undefined);
    await Promise.all([done, new Promise(setImmediate).then(() => parts.writer.flush())]);
    return store.missed();
  };
  return { ...parts, store, broken, lines, job };
}

describe('result that cannot be recorded', () => {
  it('is logged once, counted as a missed slot each time, and does not affect other models', async () => {
    const { job, lines, broken, roster } = await createRig();
    await job('broken', start + minute);
    await job('sound', start + minute);
    const missed = await job('broken', start + 2 * minute);
    expect(lines).toMatchObject([
      {
        level: 50,
        msg: 'check failed with an internal error; other checks continue',
        model: 'broken',
        err: { type: 'TypeError' },
      },
    ]);
    expect([...missed]).toEqual([['stopped', 2]]);
    expect(broken.watermark).toBe(start + 2 * minute);
    expect(broken.view.latest).toBeNull();
    expect(roster.get('sound')!.view.latest?.slot).toBe(start + minute);
  });

  it('is not a missed slot if none was due', async () => {
    const { job } = await createRig();
    await job('broken', start + minute, 'recheck');
    expect([...(await job('broken', start + 2 * minute, 'manual'))]).toEqual([]);
  });

  it('leaves nothing to be written, so that no slot ends twice', async () => {
    const { broken, recorder } = await createRig();
    const waiting = structuredClone(broken.pending);
    const { slot, kind, ...found } = result(start + minute);
    // Something that only the sums stumble over: the last of what can throw.
    const health = { ...broken.memory.health, newRunsAt: [], state: 'no state' };
    Object.assign(broken, { memory: { ...broken.memory, health } });
    const before = broken.memory;
    const impossible = { ...found, usage: null, phases: null, outcome: 'healthy', durationMs: 1n };
    expect(() => recorder.record(broken, impossible as unknown as typeof found, slot, kind)).toThrow(
      TypeError,
    );
    expect(broken.memory).toBe(before);
    expect(broken.pending).toEqual(waiting);
  });
});

describe('check that throws', () => {
  it('is logged and counted, unless it was aborted, which is counted already', async () => {
    const { job, lines } = await createRig(() => Promise.reject(new RangeError('no such thing')));
    expect([...(await job('broken', start + minute))]).toEqual([['stopped', 1]]);
    expect(lines).toMatchObject([{ model: 'broken', err: { message: 'no such thing' } }]);
    const missed = await job('sound', start + minute, 'scheduled', AbortSignal.abort());
    expect([...missed]).toEqual([['stopped', 1]]);
  });
});
