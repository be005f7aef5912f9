import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classify } from '../../src/checker/explain/classify-reply.js';
import { blocksOf } from '../docs/pages.js';
import { createFolder } from '../app/process.js';
import { amount, some } from '../slow.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';

const folder = createFolder();
let simulator: RunningSimulator;

beforeAll(async () => {
  mkdirSync(`${folder.path}/node_modules`);
  // The package as it is installed.
  symlinkSync(resolve('.'), `${folder.path}/node_modules/modelpulse`);
  simulator = await createSimulator().listen(0, '127.0.0.1');
});
afterAll(async () => {
  await simulator.close();
  folder.clean();
});

/** What Node prints for these arguments; the simulator is in this process, which must not wait for it. */
async function node(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, args, { cwd: folder.path, encoding: 'utf8' })).stdout;
}

const run = (name: string, text: string): Promise<string> => node(folder.write(name, text));

describe('classify', () => {
  const body = { error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } };
  const wanted = {
    reason: 'rate_limited',
    blame: 'account',
    outcome: 'degraded',
    detail: 'rate_limit_exceeded: Rate limit reached',
    retry: { helps: true, afterMs: 20_000 },
  };

  it('takes headers and bodies as programs have them', () => {
    const text = JSON.stringify(body);
    const headers = [
      new Headers({ 'Retry-After': '20' }),
      { 'Retry-After': '20' },
      { 'retry-after': ['20'] },
      { 'retry-after': 20 },
      [['Retry-After', '20']] as const,
    ];
    const bytes = new TextEncoder().encode(text);
    for (const one of headers)
      for (const form of [body, text, bytes, bytes.buffer])
        expect(classify({ provider: 'openai', status: 429, headers: one, body: form })).toEqual(wanted);
  });

  it('says of an answer that it is one, whatever was asked', () => {
    const answers: readonly (readonly [string, unknown])[] = [
      ['openai', { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] }],
      ['openai', { choices: [{ message: { content: null, tool_calls: [{ function: { name: 'f' } }] } }] }],
      ['openai', { object: 'list', data: [{ embedding: [0.1, 0.2] }] }],
      ['openai', { object: 'list', data: [{ id: 'gpt-4o', object: 'model' }] }],
      ['anthropic', { type: 'message', content: [{ type: 'text', text: 'Hello' }], stop_reason: 'end_turn' }],
      ['openai', 'data: {"choices":[{"delta":{"content":"Hello"}}]}\n\ndata: [DONE]\n\n'],
    ];
    for (const [provider, one] of answers)
      expect({ one, ...classify({ provider, status: 200, body: one as object }) }).toMatchObject({
        one,
        reason: 'ok',
      });
    expect(classify({ status: 200, body: body }).reason).toBe('rate_limited');
  });

  it('reads a stream that begins with comments, whatever its headers say', () => {
    const ping = ': OPENROUTER PROCESSING\n\n'.repeat(3);
    const error = 'data: {"choices":[],"error":{"code":429,"message":"Rate limit exceeded"}}\n\n';
    const answer = 'data: {"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}\r\n\r\n';
    const reasonOf = (text: string): string => classify({ status: 200, body: text }).reason;
    expect([ping + error, ping + answer, ping, `id: 1\n${answer}`].map(reasonOf)).toEqual([
      ...['rate_limited', 'ok', 'connection_lost', 'ok'],
    ]);
  });

  it('knows a limit of a day of Bedrock without the header that has its name', () => {
    const message = 'Too many tokens per day, please wait before trying again.';
    for (const [text, reason] of [
      [message, 'quota_exhausted'],
      ['Too many tokens, please wait before trying again.', 'rate_limited'],
    ])
      expect(classify({ provider: 'bedrock', status: 429, body: { message: text } })).toMatchObject({
        reason,
      });
  });

  it.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'])(
    'says of %s, which ends a reply without an answer, that it is none',
    (finishReason) => {
      const reply = { candidates: [{ content: {}, finishReason }], usageMetadata: { promptTokenCount: 3 } };
      expect(classify({ provider: 'gemini', status: 200, body: reply })).toMatchObject({
        reason: 'unexpected_answer',
        blame: 'provider',
      });
    },
  );

  it('heeds what a provider tells its clients of retries', () => {
    const headers = { 'x-should-retry': 'false' };
    expect(classify({ status: 503, headers, body: '' }).retry).toEqual({ helps: false, afterMs: null });
    expect(classify({ status: 503, body: '' }).retry).toEqual({ helps: true, afterMs: null });
    expect(classify({ status: 401, headers: { 'x-should-retry': 'true' }, body: '' }).retry.helps).toBe(
      false,
    );
  });

  it('never throws, and is no different the second time', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(classify({ status: 500, body: circle }).reason).toBe('gateway_error');
    const replies = fc.record({
      provider: fc.constantFrom('openai', 'anthropic', 'gemini', 'bedrock', 'custom', 'nobody', '__proto__'),
      status: fc.oneof(fc.integer({ min: 100, max: 599 }), fc.double()),
      headers: fc.dictionary(fc.string(), fc.string()),
      body: fc.oneof(fc.json(), fc.string(), fc.uint8Array(), fc.object()),
    });
    fc.assert(
      fc.property(replies, (reply) => {
        expect(classify(reply)).toEqual(classify(reply));
      }),
      { numRuns: amount(3_000, 300) },
    );
  });
});

describe('the library', () => {
  it('does nothing when it is imported, as ES module and by require', async () => {
    const looked = `
      // Node opens standard error for this module of its own.
      process.getBuiltinModule('node:assert');
      const open = process.getActiveResourcesInfo();
      const before = { env: JSON.stringify(process.env), names: Object.getOwnPropertyNames(globalThis).join(), listens: process.eventNames() };
      const told = () => console.log(JSON.stringify({
        env: JSON.stringify(process.env) === before.env,
        globals: Object.getOwnPropertyNames(globalThis).join() === before.names,
        handles: process.getActiveResourcesInfo().filter((name) => name !== 'CloseReq' && !open.includes(name)),
        listeners: process.eventNames().filter((name) => !before.listens.includes(name)).map(String),
      }));`;
    const nothing = { env: true, globals: true, handles: [], listeners: [] };
    const module = await run('a.mjs', `${looked} await import('modelpulse'); told();`);
    expect(JSON.parse(module)).toEqual(nothing);
    const common = await run('a.cjs', `${looked} require('modelpulse').classify({ status: 429 }); told();`);
    expect(JSON.parse(common)).toEqual(nothing);
  });

  it.each(
    blocksOf('docs/library.md')
      .filter(({ language }) => language === 'js')
      .map(({ note, text }) => [note, text]),
  )('does what its page shows: %s', async (note, text) => {
    const moved = text.replaceAll('http://127.0.0.1:8000/v1', `${simulator.url}/v1`);
    const [shown] = blocksOf('docs/library.md').filter(
      (block) => block.language === 'text' && block.note === note,
    );
    expect(await run('page.mjs', moved)).toBe(shown!.text);
  });

  it.each(
    some(
      [
        ['nodenext', 'NodeNext', 'a.mts'],
        ['bundler', 'ESNext', 'a.ts'],
        ['node16', 'Node16', 'a.mts'],
        ['nodenext', 'NodeNext', 'a.cts'],
      ],
      2,
    ),
  )('has types with moduleResolution %s (%s, %s)', async (moduleResolution, module, file) => {
    mkdirSync(`${folder.path}/${moduleResolution}-${file}`, { recursive: true });
    const inside = `${moduleResolution}-${file}`;
    folder.write(
      `${inside}/${file}`,
      `import { classify, createMonitor, createProber, type Classification, type Monitor } from 'modelpulse';
       const found: Classification = classify({ status: 429, headers: new Map([['a', 'b']]), body: 'x' });
       const helps: boolean = found.retry.helps;
       // @ts-expect-error there is no such reason
       if (found.reason === 'bored') throw new Error(String(helps));
       export const start = async (): Promise<Monitor> => createMonitor({ models: [{ model: 'x', base_url: 'http://x' }] });
       export const prober = createProber();\n`,
    );
    folder.write(
      `${inside}/tsconfig.json`,
      JSON.stringify({
        compilerOptions: {
          ...{ module, moduleResolution, target: 'ES2022', lib: ['ES2023', 'DOM'], types: [] },
          ...{ strict: true, noEmit: true, skipLibCheck: false, preserveSymlinks: true },
        },
        files: [file],
      }),
    );
    const tsc = [resolve('node_modules/typescript/bin/tsc'), '-p', `${folder.path}/${inside}`];
    expect(await node(...tsc)).toBe('');
  });

  it('leaves nothing behind of a temporary history', async () => {
    const here = readdirSync(folder.path);
    const text = `import { createMonitor } from 'modelpulse'; import { readdirSync } from 'node:fs'; import { tmpdir } from 'node:os';
      process.env.TMPDIR = ${JSON.stringify(folder.path)};
      const monitor = await createMonitor({ models: [] });
      console.log(readdirSync(tmpdir()).filter((name) => name.startsWith('modelpulse-')).length);
      console.log(await monitor.stop(), await monitor.stop());
      console.log(await createMonitor({ models: [{ modle: 'x' }] }).catch((error) => error.name));`;
    expect(await run('left.mjs', text)).toBe('1\ntrue true\nConfigError\n');
    expect(readdirSync(folder.path)).toEqual([...here, 'left.mjs'].sort());
  });
});
