import { afterAll, describe, expect, it } from '@jest/globals';
import { createJq, JqSyntaxError } from '../../../src/checker/verdict/jq.js';
import { createTimeLimit } from '../../../src/checker/transport/time-limit.js';
import { systemClock } from '../../../src/domain/clock.js';

const jq = createJq();
afterAll(() => jq.close());

const reply = JSON.stringify({ choices: [{ message: { content: 'New Delhi' } }], parts: ['New', 'Delhi'] });

describe('jq program', () => {
  it.each([
    ['.choices[0].message.content', 'New Delhi'],
    ['.parts | join(" ")', 'New Delhi'],
    ['.parts[] # the first of several', 'New'],
    ['def first_part: .parts[0]; first_part', 'New'],
    ['.parts | length', 2],
    ['.nothing', null],
    ['empty', null],
    ['.parts', {}],
    ['range(infinite)', 0],
    ['-1', -1],
  ])('%s returns %j', async (program, found) => {
    expect(await jq.run(program, reply)).toEqual(found);
  });

  it.each([
    ['.choices[0', /syntax error.*line 1, column \d+/],
    ['.parts.text', /Cannot index array with/],
    ['error("no such thing")', /no such thing/],
    ['import "a" as a; .', /syntax error|module/],
    ['[range(1e9)] | length', /out of memory|not done/],
    ['def forever: forever; forever', /not done within 1000 ms/],
  ])('%s is rejected with an error message', async (program, problem) => {
    await expect(jq.run(program, reply)).rejects.toThrow(problem);
    expect(await jq.run('.parts[1]', reply)).toBe('Delhi');
  });

  it.each(['.a[', '.a | nosuch', 'import "a" as a; .', '}'])('%s does not compile', async (program) => {
    expect(await jq.problemIn(program)).toMatch(/^jq: /);
    await expect(jq.run(program, reply)).rejects.toThrow(JqSyntaxError);
  });

  it.each(['.a', 'error("x")', '.a.b.c # a comment', 'def forever: forever; forever', '[range(1e9)]'])(
    '%s compiles without being run',
    async (program) => {
      expect(await jq.problemIn(program)).toBeNull();
    },
  );

  it('that fails on its input is not a syntax error', async () => {
    await expect(jq.run('.parts.text', reply)).rejects.not.toThrow(JqSyntaxError);
  });

  it('has no access to the environment or to files', async () => {
    process.env.JQ_TEST_SECRET = 'sk-hidden-0123456789';
    expect(await jq.run('$ENV | tostring', reply)).not.toContain('sk-hidden');
    await expect(jq.run('include "/etc/passwd"; .', reply)).rejects.toThrow();
  });

  it('rejects lists nested too deeply, and remains usable', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    await expect(jq.run('.', deep)).rejects.toThrow(/depth limit/);
    expect(await jq.run('.parts[1]', reply)).toBe('Delhi');
  });

  it.each([
    ['"x"*4000000', 1_048_576],
    ['{a: ("x"*4000000)}', {}],
    ['"x"*4000000 | debug | stderr', 1_048_576],
    ['"x"*4000000 | halt_error', /^jq: error \(at .*\): x{300}$|x{300}/],
    ['error("x"*4000000)', /x{300}/],
    ['error({a: ("x"*4000000)})', /out of memory|"a":"x{200}/],
    ['module {a: 1}; "x"*4000000', /./],
  ])('cuts the output of %s', async (program, expected) => {
    const run = jq.run(program, reply);
    if (expected instanceof RegExp) {
      const error: unknown = await run.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: expect.stringMatching(expected) as unknown });
      expect((error as Error).message.length).toBeLessThan(500);
    } else if (typeof expected === 'number') expect(await run).toHaveLength(expected);
    else expect(await run).toEqual(expected);
    expect(await jq.run('.parts[1]', reply)).toBe('Delhi');
  });

  it('waits for the previous run', async () => {
    const found = await Promise.all([1, 2, 3].map((n) => jq.run(`. + ${n}`, '10')));
    expect(found).toEqual([11, 12, 13]);
  });

  it('is not run for a check whose time is over, so that later runs do not wait', async () => {
    const over = createTimeLimit({ clock: systemClock, timeoutMs: 60_000, signal: AbortSignal.abort() });
    const late = Array.from({ length: 3 }, () => jq.run('def forever: forever; forever', reply, over));
    for (const one of late) await expect(one).rejects.toThrow('jq: its turn came too late');
    expect(await jq.run('.parts[1]', reply)).toBe('Delhi');
  });

  it('runs after the current slow run, before the queued runs of another host', async () => {
    const order: string[] = [];
    const slow = Array.from({ length: 4 }, () =>
      jq.run('[range(300000)] | length', reply, undefined, 'slow.example.com').then(() => order.push('slow')),
    );
    const quick = jq.run('.parts[1]', reply, undefined, 'quick.example.com').then(() => order.push('quick'));
    await Promise.all([...slow, quick]);
    expect(order.indexOf('quick')).toBe(1);
  });
});
