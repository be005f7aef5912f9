import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { ConfigError, loadConfig } from '../../src/config/read/load.js';
import { createFolder } from '../app/process.js';
import { blocksOf, pages } from './pages.js';

const folder = createFolder();
const settings = pages
  // Its configurations are asked, by a test of its own.
  .filter((page) => page !== 'docs/providers.md')
  .flatMap((page) => blocksOf(page).map((block) => ({ page, ...block })))
  .filter(({ language, note }) => language === 'yaml' && ['', 'partial'].includes(note));

const scrapes = blocksOf('docs/metrics.md').filter(({ note }) => note === 'prometheus');
const lacksPromtool = spawnSync('promtool', ['--version']).status !== 0 && process.env.CI !== 'true';
if (lacksPromtool)
  process.stderr.write('SKIPPED: promtool is not installed, so the examples were not tried with it\n');

beforeAll(() => {
  // What examples refer to.
  for (const name of ['models.d', 'team-search']) mkdirSync(`${folder.path}/${name}`);
  for (const name of ['models.d/one.yaml', 'team-search/models.yaml']) folder.write(name, 'models: []\n');
});
afterAll(() => folder.clean());

/** A value of the form that a variable has by its name. */
function valueOf(variable: string): string {
  if (['SLACK_URL', 'TEAMS_URL', 'DISCORD_URL'].includes(variable)) return `https://example.com/${variable}`;
  return `${variable === 'TELEGRAM_TOKEN' ? '1:' : ''}${'x'.repeat(24)}`;
}

function problemsOf(name: string, text: string): Promise<readonly string[]> {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, variable = '']) => [variable, valueOf(variable)]);
  let files = 0;
  // Each has a secret of its own.
  const own = text.replaceAll(/\$\{file:[^}]+\}/g, () => {
    files += 1;
    folder.write(`secret-${files}`, `0123456789abcdef-${files}\n`);
    return `\${file:secret-${files}}`;
  });
  const path = folder.write(name, own);
  return loadConfig(path, Object.fromEntries(names) as Record<string, string>, capabilities).then(
    () => [],
    (error: unknown) => {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    },
  );
}

describe('configuration on a page', () => {
  it.each(settings)('is valid: $page $text', async ({ note, text }) => {
    const whole = note === 'partial' && !/^models:/m.test(text) ? `${text}models: []\n` : text;
    expect(await problemsOf('modelpulse.yaml', whole)).toEqual([]);
  });

  it('is rejected with the messages shown, if there are any', async () => {
    const [given, shown] = blocksOf('docs/configuration.md').filter(({ note }) => note === 'bad.yaml');
    const problems = await problemsOf('bad.yaml', given!.text);
    expect(problems.map((line) => line.replaceAll(`${folder.path}/`, ''))).toEqual(
      shown!.text.trimEnd().split('\n'),
    );
  });
});

describe('Prometheus configuration on a page', () => {
  (lacksPromtool ? it.skip : it).each(scrapes)('is valid: $text', ({ text }) => {
    const path = folder.write('prometheus.yml', text);
    const { status, stderr } = spawnSync('promtool', ['check', 'config', '--syntax-only', path], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
