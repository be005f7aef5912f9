import { describe, expect, it } from '@jest/globals';
import { reportFailure, UsageError } from '../../src/cli/failure.js';
import { modelWithId } from '../../src/cli/known-model.js';
import { jsonText } from '../../src/cli/terminal.js';
import { ConfigError } from '../../src/config/read/load.js';
import { StoreError } from '../../src/store/store-error.js';

const hostile = 'evil\u001b]0;owned\u0007\u001b[31m\u009b2J\u202e';

function told(error: unknown): { code: number; text: string } {
  let text = '';
  const code = reportFailure(error, (more) => (text += more));
  return { code, text };
}

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('failure', () => {
  it.each<[string, unknown, number]>([
    ['of usage', new UsageError(hostile), 2],
    ['of the store', new StoreError('unknown_model', hostile), 1],
    ['of the configuration', new ConfigError([hostile], []), 2],
    ['to listen', Object.assign(new Error(hostile), { code: 'EADDRINUSE' }), 1],
    ['of the program', new TypeError(hostile), 1],
    ['that is no error', hostile, 1],
  ])('%s prints only plain text to the terminal', (_name, error, expected) => {
    const { code, text } = told(error);
    expect(code).toBe(expected);
    expect(text).toContain('evil');
    expect(text).not.toContain('owned');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('of the program prints its stack trace', () => {
    expect(told(new TypeError('no')).text).toMatch(/^TypeError: no\n {4}at /);
  });

  it('lists the known models, even if an id contains control characters', () => {
    const models = ['a\u001b]0;never closed', 'b\u001b[31m', 'c'].map((id) => ({ id }));
    expect(told(thrownBy(() => modelWithId('nosuch\u001b]', models)))).toEqual({
      code: 2,
      text: 'no model nosuch is known; there is a, b, c\n',
    });
    expect(told(thrownBy(() => modelWithId('mixtrl', [{ id: 'mixtral\u001b' }])))).toEqual({
      code: 2,
      text: 'no model mixtrl is known; did you mean mixtral?\n',
    });
  });
});

describe('JSON output', () => {
  it('contains the same data, in printable characters only', () => {
    const value = [{ [hostile]: 'ü \u{e0041} \u007f', nothing: null }];
    const text = jsonText(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toContain('\\u009b2J\\u202e');
    expect(text).toContain('ü');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
