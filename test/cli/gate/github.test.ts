import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { githubLog, githubSummary } from '../../../src/cli/gate/github.js';
import { rowText } from '../../../src/cli/gate/row-text.js';
import type { GateRow } from '../../../src/cli/gate/gate.js';
import { plainText } from '../../../src/domain/plain-text.js';
import { row, terms } from './rows.js';

const place = { file: 'config/a,b:c.yaml', line: 7 };
const logOf = (rows: readonly GateRow[], at: typeof place | null = place, table = 'TABLE'): string[] =>
  githubLog(rows, terms, table, () => at)
    .replace(/\n$/, '')
    .split('\n');

/** What the toolkit of GitHub writes for the same annotation. */
async function byToolkit(level: 'error' | 'warning', message: string, title: string): Promise<string> {
  const core = await import('@actions/core');
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    core[level](message, { title, file: place.file, startLine: place.line });
    return String(write.mock.calls[0]?.[0]).replace(/\r?\n$/, '');
  } finally {
    write.mockRestore();
  }
}

/** Parts of a command, in the order of the toolkit. */
function sorted(command: string): unknown {
  const [, name, properties = '', message] = /^::(\w+) (.*?)::(.*)$/.exec(command) ?? [];
  return { name, properties: properties.split(',').sort(), message };
}

describe('log for GitHub Actions', () => {
  it('has an annotation for each model that is not healthy, as the toolkit writes it', async () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 20 }), 40);
    for (const text of ['50% of a: b, c', '::error::x', '##[error]x', ...texts]) {
      const bad = row(`m-${text}`, 'quota_exhausted', text);
      const odd = row('odd', 'slow', text);
      const [first = '', second = '', ...rest] = logOf([row('fine', 'ok'), bad, odd]).slice(3);
      expect(rest).toEqual([]);
      const title = plainText(`m-${text} is unhealthy`);
      expect(sorted(first)).toEqual(sorted(await byToolkit('error', rowText(bad), title)));
      expect(sorted(second)).toEqual(sorted(await byToolkit('warning', rowText(odd), 'odd is degraded')));
    }
  });

  it('keeps the runner from reading commands in the table', () => {
    const lines = logOf([row('m', 'ok')], null, '::error::from the provider\n##[add-path]/tmp');
    const token = lines[0]?.replace('::stop-commands::', '');
    expect(token).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines.slice(1)).toEqual(['::error::from the provider', '##[add-path]/tmp', `::${token}::`]);
  });

  it('says of a model that was not checked that it fails', () => {
    const late = row('late', 'internal_error', 'not checked within the time of --timeout', { ended: false });
    expect(logOf([late], null).at(-1)).toBe(
      '::error title=late is not checked::not checked within the time of --timeout',
    );
  });
});

describe('summary of a job', () => {
  it('is a table, the failing models first, in which no text means anything', () => {
    const hostile = '| [x](javascript:1) <img src=x onerror=1> `a` **b** @team\n## c \u0000';
    const summary = githubSummary([row('fine', 'ok'), row('bad', 'quota_exhausted', hostile)], terms);
    const [title, , head, , first = '', second] = summary.split('\n');
    expect(title).toBe('### modelpulse: 1 of 2 models fail');
    expect(head).toBe('| Model | Outcome | Reason | Who acts | Time | Detail |');
    expect(first).toMatch(/^\| bad \| ❌ unhealthy \| quota_exhausted \| account \| 1\.25 s \| /);
    expect(first.match(/\|/g)).toHaveLength(7);
    expect(first).not.toMatch(/[<>`*@[\]]/);
    expect(second).toMatch(/^\| fine \| ✅ healthy \| ok \|  \| 1\.25 s \|  \|$/);
  });

  it('stays below the limit of GitHub', () => {
    const many = Array.from({ length: 8_000 }, (_, index) =>
      row(`m${index}`, 'server_error', '|'.repeat(300)),
    );
    const summary = githubSummary(many, terms);
    expect(Buffer.byteLength(summary)).toBeLessThan(1_024 * 1_024);
    expect(summary).toMatch(/\d+ more are in the log\./);
  });
});
