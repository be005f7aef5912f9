import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

it('the committed tables and schema match the code', () => {
  expect(execFileSync(process.execPath, ['docs/generate.mjs', '--check'], { encoding: 'utf8' })).toBe('');
});
