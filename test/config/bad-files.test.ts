import { chmod, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '../../src/config/read/load.js';
import { capabilities, directoryOf, problemsOf } from './loading.js';

const corpus = fileURLToPath(new URL('../fixtures/config/bad', import.meta.url));
const names = (await readdir(corpus)).filter((name) => /\.(?:yaml|json)$/.test(name));

describe('invalid configurations', () => {
  it.each(names)('%s is rejected with exactly its expected messages', async (name) => {
    const expected = await readFile(join(corpus, name.replace(/\.\w+$/, '.expected')), 'utf8');
    const problems = await loadConfig(join(corpus, name), { SECRET: 'sk-secret-two' }, capabilities).then(
      () => [],
      (error: unknown) => (error as ConfigError).problems,
    );
    expect(problems.map((problem) => `${problem.replaceAll(`${corpus}/`, '')}\n`).join('')).toBe(expected);
  });

  it('never show a secret in a message', async () => {
    const files = (await readdir(corpus)).filter((name) => name.endsWith('.expected'));
    const texts = await Promise.all(files.map((name) => readFile(join(corpus, name), 'utf8')));
    expect(texts.join('')).not.toMatch(/sk-secret|secret-word/);
  });
});

describe('unreadable file', () => {
  it('is reported with the reason', async () => {
    const directory = await directoryOf({
      'huge.yaml': Buffer.alloc(16 * 2 ** 20 + 1, '#'),
      'utf16.yaml': Buffer.from('\ufeffmodels: []', 'utf16le'),
    });
    await mkdir(join(directory, 'folder.yaml'));
    await symlink('loop.yaml', join(directory, 'loop.yaml'));
    const reason = (name: string) => problemsOf(join(directory, name), {}, directory);
    expect(await reason('absent.yaml')).toEqual(['absent.yaml: no such file']);
    expect(await reason('folder.yaml')).toEqual(['folder.yaml: is a directory, not a file']);
    expect(await reason('huge.yaml')).toEqual(['huge.yaml: is larger than 16 MiB']);
    expect(await reason('utf16.yaml')).toEqual(['utf16.yaml: is not UTF-8 text']);
    expect(await reason('loop.yaml')).toEqual([
      'loop.yaml: cannot be read: its symbolic links run in a circle',
    ]);
  });

  const asRoot = process.getuid?.() === 0;
  (asRoot ? it.skip : it)('is reported if permission is denied', async () => {
    const directory = await directoryOf({ 'main.yaml': 'models: []' });
    await chmod(join(directory, 'main.yaml'), 0);
    expect(await problemsOf(join(directory, 'main.yaml'), {}, directory)).toEqual([
      'main.yaml: cannot be read: permission denied',
    ]);
  });

  it('does not hide the errors of other files', async () => {
    const directory = await directoryOf({
      'main.yaml': 'include: models.d/*.yaml\nchecker: { per_host: 0 }\n',
      'models.d/a.yaml': 'models: [{ id: a }]',
      'models.d/b.yaml': 'models: [',
    });
    expect(await problemsOf(join(directory, 'main.yaml'), {}, directory)).toEqual([
      'main.yaml:2:22: checker.per_host: must be a whole number from 1 to 10000, not 0',
      'models.d/a.yaml:1:10: models[0].provider: is required, or "base_url", or the whole as "endpoint_configuration"',
      'models.d/a.yaml:1:10: models[0].model: is required',
      'models.d/b.yaml:1:10: a list is not closed with "]"',
    ]);
  });
});
