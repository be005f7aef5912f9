import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { useSite } from '../app/registry.js';
import { inFull } from '../slow.js';
import { blocksOf } from './pages.js';

const site = useSite();

/** Puts the program where the pages expect it, and the files that they name. */
beforeEach(() => {
  const { folder, model } = site();
  mkdirSync(`${folder.path}/bin`);
  const entry = `exec "${process.execPath}" "${resolve('dist/main.cjs')}"`;
  folder.write('bin/modelpulse', `#!/bin/sh\n${entry} "$@"\n`);
  const npx = `[ "$1" = --yes ] && shift\n[ "$1" = modelpulse ] || exit 9\nshift\n${entry} "$@"`;
  folder.write('bin/npx', `#!/bin/sh\n${npx}\n`);
  for (const name of ['modelpulse', 'npx']) chmodSync(`${folder.path}/bin/${name}`, 0o755);
  const fixtures = {
    'litellm.yaml': '',
    'gatus.yaml': '',
    'blackbox.yml': '',
    'prometheus.yml': '',
    'openrouter.json': '',
    'uptime-kuma-rows.json': 'monitors.json',
  };
  for (const [name, as] of Object.entries(fixtures))
    copyFileSync(`test/fixtures/foreign/${name}`, `${folder.path}/${as || name}`);
  folder.write('models-of-gate.yaml', { models: [model('healthy')] });
});

/** Runs a script of a page, and returns its exit code and what it printed. */
async function run(
  text: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; said: string }> {
  const { folder, simulator } = site();
  // What serves models at the address of Ollama.
  const moved = text
    .replaceAll('http://127.0.0.1:11434', `${simulator.url}/ollama`)
    .replaceAll("'llama*'", "'heal*'");
  // Bash reads the settings of the machine where its input is a socket, as a pipe of Node's is.
  const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', moved], {
    cwd: folder.path,
    env: { PATH: `${folder.path}/bin${delimiter}${process.env.PATH ?? ''}`, ...environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

const commandsOf = (page: string): string[] =>
  blocksOf(page).flatMap(({ language, text }) => (language === 'sh' ? [text] : []));

describe('commands of docs/migrating.md', () => {
  it('write registries, and the lines that are shown', async () => {
    const [first = '', ...others] = commandsOf('docs/migrating.md');
    const { code, said } = await run(first);
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('is valid: 14 models') });
    const [shown] = blocksOf('docs/migrating.md').filter(({ language }) => language === 'text');
    for (const line of shown!.text.trimEnd().split('\n')) expect(said).toContain(line);
    expect(others.length).toBeGreaterThanOrEqual(5);
  });

  inFull('work, each', async () => {
    for (const text of commandsOf('docs/migrating.md'))
      expect({ text, ...(await run(text)) }).toMatchObject({
        text,
        code: 0,
        said: expect.stringMatching(/\S/),
      });
  });
});

describe('the command of docs/explain.md', () => {
  it('prints what is shown', async () => {
    const [command, shown] = blocksOf('docs/explain.md');
    expect(await run(command!.text)).toEqual({ code: 0, said: shown!.text });
  });
});

describe('commands of docs/ci-gate.md', () => {
  const written = (note: string): unknown =>
    parse(blocksOf('docs/ci-gate.md').find((block) => block.note === note)!.text);
  const github = written('github') as {
    jobs: { models: { steps: { run?: string; with?: { path?: string } }[] } };
  };
  const gitlab = written('gitlab') as {
    models: { script: string[]; artifacts: { reports: { junit: string } } };
  };

  beforeEach(() => {
    const { folder } = site();
    copyFileSync(`${folder.path}/models-of-gate.yaml`, `${folder.path}/models.yaml`);
  });

  it('pass, and leave what the workflow for GitHub collects', async () => {
    const { folder } = site();
    const { steps } = github.jobs.models;
    const [script = ''] = steps.flatMap((step) => step.run ?? []);
    const summary = `${folder.path}/summary.md`;
    expect(await run(script, { GITHUB_STEP_SUMMARY: summary })).toMatchObject({ code: 0 });
    expect(readFileSync(summary, 'utf8')).toContain('### modelpulse: all models pass');
    const [path] = steps.flatMap((step) => step.with?.path ?? []);
    expect(existsSync(`${folder.path}/${path}`)).toBe(true);
  });

  inFull('pass, and leave what the job for GitLab collects', async () => {
    const { folder } = site();
    for (const text of [...gitlab.models.script, ...commandsOf('docs/ci-gate.md')])
      expect({ text, ...(await run(text)) }).toMatchObject({ text, code: 0 });
    expect(existsSync(`${folder.path}/${gitlab.models.artifacts.reports.junit}`)).toBe(true);
  });
});

describe('clients of docs/mcp.md', () => {
  it('start what there is: the commands and addresses that are shown', () => {
    const servers = blocksOf('docs/mcp.md').flatMap(({ note, text }) => {
      expect(note).toBe('mcpServers');
      const { mcpServers } = JSON.parse(text) as {
        mcpServers: { modelpulse: { command?: string; args?: string[]; url?: string } };
      };
      return [mcpServers.modelpulse];
    });
    expect(
      servers.map(({ command, args, url }) => url ?? [command, ...(args ?? [])].slice(0, 3).join(' ')),
    ).toEqual(['modelpulse mcp --config', 'modelpulse mcp --url', 'http://127.0.0.1:9464/mcp']);
  });
});
