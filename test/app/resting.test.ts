import { describe, expect, it } from '@jest/globals';
import { isResting } from '../../src/domain/view.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;
const failing = { outcome: 'unhealthy', reason: 'server_error' } as const;

/** A model that is down from the start on. */
async function down() {
  const parts = createParts(place.fresh());
  const { roster, writer, clock } = parts;
  await roster.replace([modelNamed('gpt')], start);
  for (let n = 1; n < 5; n += 1) await parts.record('gpt', start + n * minute, failing);
  const { view } = roster.get('gpt')!;
  const rests = (at: number): boolean => isResting(view, start + at * minute);
  const pause = async (paused: boolean, at: number): Promise<void> => {
    clock.now = start + at * minute;
    roster.pauseByHand(roster.get('gpt')!, paused, clock.now);
    await writer.flush();
  };
  return { ...parts, pause, rests };
}

describe('a model that is down rests', () => {
  it('while an operator or the configuration pauses it, and until the first result afterwards', async () => {
    const { record, rests, pause } = await down();
    expect(rests(5)).toBe(false);
    await pause(true, 5);
    expect(rests(6)).toBe(true);
    await pause(false, 10);
    expect(rests(10)).toBe(true);
    await record('gpt', start + 11 * minute, failing);
    expect(rests(11)).toBe(false);
  });

  it('in a window of maintenance from its begin on, and until the first result afterwards', async () => {
    const { windows, record, rests, roster, writer, clock } = await down();
    const window = { from: start + 10 * minute, to: start + 20 * minute };
    const rule = { kind: 'fixed' as const, ...window, models: ['gpt'], reason: null };
    windows.replace([rule], start + 5 * minute, [roster.get('gpt')!]);
    await writer.flush();
    clock.now = start + 10 * minute;
    windows.sweep(clock.now);
    await writer.flush();
    expect(rests(9)).toBe(false);
    expect(rests(10)).toBe(true);
    await record('gpt', start + 11 * minute, failing);
    expect(rests(19)).toBe(true);
    await record('gpt', start + 19.5 * minute, failing);
    expect(rests(21)).toBe(true);
    await record('gpt', start + 22 * minute, failing);
    expect(rests(22)).toBe(false);
  });
});
