import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

it('commits the tables and the schema that the code gives', () => {
  expect(execFileSync(process.execPath, ['docs/generate.mjs', '--check'], { encoding: 'utf8' })).toBe('');
});
