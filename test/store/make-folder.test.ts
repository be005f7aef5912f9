import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from '@jest/globals';
import { makeFolder } from '../../src/store/make-folder.js';
import { command, createFolder } from '../app/process.js';

const { path, clean } = createFolder();
afterAll(clean);

it('creates what does not exist, and says why it cannot', () => {
  makeFolder(`${path}/a/b/c`);
  makeFolder(`${path}/a/b/c`);
  expect(existsSync(`${path}/a/b/c`)).toBe(true);
  writeFileSync(`${path}/file`, '');
  expect(() => makeFolder(`${path}/file/b`)).toThrow('ENOTDIR');
  symlinkSync(`${path}/nowhere`, `${path}/link`);
  expect(() => makeFolder(`${path}/link`)).toThrow('EEXIST');
});

it('ends where no folder can be made though the one above it exists', async () => {
  // As a process of its own: with what Node has for it this never ends.
  const options = ['--provider', 'openai_compatible', '--base-url', 'http://127.0.0.1:9', '--model', 'm'];
  const { code, err } = await command(['init', ...options, '--output', '/proc/modelpulse/x.yaml']);
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('cannot write') });
});
