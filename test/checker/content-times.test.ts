import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blankAnswer } from '../../src/checker/ask/dialects/members.js';
import { createContentTimes } from '../../src/checker/transport/content-times.js';

/** A reading in which each part is a letter of what it brings: text, reasoning, or nothing. */
function timesOf(parts: readonly (readonly [at: number, what: 't' | 'r' | '-'])[]) {
  const draft = {
    text: '',
    reasoning: '',
    ended: false,
    closed: false,
    finish: null,
    refusal: null,
    usage: null,
    model: null,
  };
  const times = createContentTimes({
    draft,
    push(chunk) {
      const what = chunk.toString();
      if (what === 't') draft.text += 'x';
      if (what === 'r') draft.reasoning += 'x';
    },
    end: () => undefined,
  });
  for (const [at, what] of parts) times.push(Buffer.from(what), at);
  times.end(0);
  return { firstTokenMs: times.firstTokenMs, speed: times.speed };
}

describe('times of content', () => {
  it('split the first token into text and reasoning, and span both', () => {
    const parts = [
      [10, '-'],
      [50, 'r'],
      [60, 'r'],
      [70, 'r'],
      [200, 't'],
      [210, 't'],
      [300, '-'],
    ] as const;
    expect(timesOf(parts)).toEqual({
      firstTokenMs: 50,
      speed: { firstTextMs: 200, firstReasoningMs: 50, contentMs: 160, gapMs: 130 },
    });
  });

  it('tell no span of tokens that were reasoning which is not shown', () => {
    const span = (text: string, reasoning: string, outputTokens: number, reasoningTokens: number | null) => {
      const usage = { inputTokens: 9, outputTokens };
      const draft = { ...blankAnswer, text, reasoning, ended: false, closed: false, usage, reasoningTokens };
      const times = createContentTimes({
        draft,
        push: (chunk) => (draft.text += chunk.toString()),
        end: () => undefined,
      });
      for (let at = 1; at <= 10; at += 1) times.push(Buffer.from('wordy '), at * 10);
      times.end(0);
      return times.speed?.contentMs;
    };
    expect(span('', '', 20, 0)).toBe(90);
    expect(span('', '', 20, null)).toBe(90);
    expect(span('', '', 300, 256)).toBeNull();
    expect(span('', '', 300, null)).toBeNull();
    expect(span('', 'It is the capital of a country in Asia. '.repeat(20), 300, 256)).toBe(90);
    expect(span('<think>'.padEnd(800, 'so '), '', 300, 256)).toBe(90);
  });

  it('are none without content', () => {
    expect(timesOf([[10, '-']])).toEqual({ firstTokenMs: null, speed: null });
  });

  it('tell no span where all came in fewer than five moments, and no gap of one', () => {
    const alone = timesOf([
      [50, 't'],
      [50.2, 't'],
      [50.4, 't'],
      [50.6, 't'],
      [50.8, 't'],
    ]).speed;
    expect(alone).toEqual({ firstTextMs: 50, firstReasoningMs: null, contentMs: null, gapMs: null });
    const few = timesOf([
      [50, 't'],
      [500, 't'],
      [500.1, 't'],
      [900, 't'],
      [1_000, 't'],
    ]).speed;
    expect(few).toMatchObject({ contentMs: null, gapMs: 450 });
  });

  it('lie within the reply, whatever comes when', () => {
    const steps = fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 5_000, noNaN: true }),
        fc.constantFrom<'t' | 'r' | '-'>('t', 'r', '-'),
      ),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(steps, (given) => {
        let at = 0;
        const parts = given.map(([step, what]) => [(at += step), what] as const);
        const { firstTokenMs, speed } = timesOf(parts);
        const content = parts.filter(([, what]) => what !== '-').map(([when]) => when);
        expect(firstTokenMs).toBe(content[0] ?? null);
        if (speed === null) return;
        const [first, last] = [content[0]!, content.at(-1)!];
        const gaps = content.slice(1).map((when, index) => when - content[index]!);
        expect([null, last - first]).toContain(speed.contentMs);
        expect([null, Math.max(...gaps)]).toContain(speed.gapMs);
        expect(Math.min(speed.firstTextMs ?? Infinity, speed.firstReasoningMs ?? Infinity)).toBe(first);
      }),
    );
  });
});
