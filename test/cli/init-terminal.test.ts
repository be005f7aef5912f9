import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { useSite } from '../app/registry.js';

const site = useSite();
const entry = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));
const interrupt = '\u0003';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs `modelpulse init` on a terminal of its own, and types each text once what stands before it is shown. */
async function typed(
  answers: readonly (readonly [shown: string, text: string])[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; shown: string }> {
  const line = `"${process.execPath}" "${entry}" init`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: site().folder.path,
    env: { PATH: process.env.PATH, SHELL: '/bin/sh', TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const waiting = [...answers];
  let [shown, read] = ['', 0];
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const at = shown.indexOf(next[0], read);
      if (at === -1) return;
      read = at + next[0].length;
      child.stdin.write(next[1]);
      waiting.shift();
    }
  });
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ shown, waiting }).toMatchObject({ waiting: [] });
  // Colours, and how the editor of the line moves the cursor.
  return { code, shown: shown.replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '') };
}

const written = (): string => `${site().folder.path}/config/modelpulse.yaml`;
const text = (): string => readFileSync(written(), 'utf8');

/** Answers that lead to a model of this name at the simulator. */
const upTo = (model: string): (readonly [string, string])[] => [
  ['provider (', 'openai_compatible\r'],
  ['address (base_url): ', `${site().simulator.url}/v1\r`],
  ['model: ', `${model}\r`],
];

describe('modelpulse init on a terminal', () => {
  it('asks again for what it cannot take, writes the file, and checks the model', async () => {
    const key = 'sk-proj-0123456789abcdefghij';
    const { code, shown } = await typed(
      [
        ['provider (', 'opnai\r'],
        ['unknown provider', 'openai_compatible\r'],
        ['address (base_url): ', 'llm.example.com\r'],
        ['give an address', `${site().simulator.url}/v1\r`],
        ['model: ', '\r'],
        ['give the name', 'healthy\r'],
        ['variable with the API key', `${key}\r`],
        ['not the key itself', 'LLM_KEY\r'],
      ],
      { LLM_KEY: 'sk-test-0123456789abcdef' },
    );
    expect(shown).toMatch(/healthy +healthy +ok/);
    expect(shown).toContain('next: modelpulse run');
    expect(code).toBe(0);
    expect(text()).toContain("api_key: '${LLM_KEY}'");
    expect(text()).not.toContain(key);
  });

  it('says that the provider refuses the key, and keeps the file', async () => {
    const { code, shown } = await typed([...upTo('bad-key'), ['variable with', 'LLM_KEY\r']], {
      LLM_KEY: 'sk-wrong-0123456789abcdef',
    });
    expect(shown).toMatch(/bad-key +unhealthy +auth_failed +account +401/);
    expect(shown).toContain('the provider refuses the key in LLM_KEY: correct it, then: modelpulse check');
    expect(shown).not.toContain('sk-wrong');
    expect(code).toBe(1);
    expect(text()).toContain("api_key: '${LLM_KEY}'");
  });

  it('says that a key is wanted, and which variable is not set', async () => {
    const without = await typed([...upTo('bad-key'), ['variable with', 'none\r']]);
    expect(without.shown).toContain(
      'the provider wants a key: write its variable into config/modelpulse.yaml',
    );
    expect(without.code).toBe(1);
  });

  it('writes nothing when it is interrupted, or its input ends', async () => {
    for (const [after, end] of [
      [0, interrupt],
      [3, interrupt],
      [2, '\u0004'],
    ] as const) {
      const begun: (readonly [string, string])[] = [...upTo('healthy'), ['variable with', 'NONE\r']];
      const shown = begun[after]?.[0] ?? '';
      const ended = await typed([...begun.slice(0, after), [shown, end]]);
      expect(ended).toMatchObject({ code: 2, shown: expect.stringContaining('\nnothing was written') });
      expect(existsSync(`${site().folder.path}/config`)).toBe(false);
    }
  });

  it('asks nothing where the file exists, and leaves it as it is', async () => {
    await typed([...upTo('healthy'), ['variable with', 'none\r']]);
    const before = text();
    const again = await typed([]);
    expect(again.code).toBe(2);
    expect(again.shown.trim()).toBe('config/modelpulse.yaml exists; it is not overwritten');
    expect(text()).toBe(before);
  });
});
