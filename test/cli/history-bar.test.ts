import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { dayBar, dayLevel } from '../../src/cli/tables/history-table.js';
import { downTimeText } from '../../src/report/down-time-text.js';

const day = (index: number, uptime: number | null = 1, coverage: number | null = 1) => ({
  date: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
  uptime,
  coverage,
});
const plain = (width: number) => ({ width, escapes: true, colour: false });

describe('history bar', () => {
  it('has a letter per day without colour', () => {
    const days = [day(0), day(1, 0.9999999), day(2, 0.5), day(3, null, 0), day(4, 1, 0.3), day(5, 0.5, 0.02)];
    expect(dayBar(days, plain(80)).split('\n')).toEqual([
      '2026-01-01 .dD??D',
      '. up  d down up to 1 %  D down longer  ? unknown',
    ]);
  });

  it('wraps at the width of the terminal', () => {
    const days = Array.from({ length: 100 }, (_, index) => day(index));
    const lines = dayBar(days, { ...plain(60), colour: true })
      .split('\n')
      .map(stripVTControlCharacters);
    expect(lines.slice(0, 3)).toEqual([
      `2026-01-01 ${'█'.repeat(49)}`,
      `2026-02-19 ${'█'.repeat(49)}`,
      '2026-04-09 ██',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('is green only for a day without any downtime', () => {
    expect(dayLevel({ uptime: 1 - 1 / 86_400_000, coverage: 1 })).toBe('brief');
    expect(dayBar([day(0)], { ...plain(60), colour: true })).toContain('\u001b[32m█');
  });
});

describe('downtime', () => {
  it('is written in full, and never as zero if there was any', () => {
    expect([0, 1, 999, 3_661_000, 86_400_000, 90_061_001].map(downTimeText)).toEqual([
      '0s',
      '1s',
      '1s',
      '1h 1m 1s',
      '1d',
      '1d 1h 1m 2s',
    ]);
  });
});
