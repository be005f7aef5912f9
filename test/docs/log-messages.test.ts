import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

it('documented log messages exist in the code', () => {
  const [, section = ''] = readFileSync('docs/operations.md', 'utf8').split('## Logs');
  const rows = section.split('\n## ')[0]!.matchAll(/^\| (?!msg|-)(.*?) +\|/gm);
  const messages = [...rows].map(([, message = '']) => message);
  expect(messages.length).toBeGreaterThan(10);
  expect(messages.filter((message) => !sources.some((text) => text.includes(`'${message}'`)))).toEqual([]);
});
