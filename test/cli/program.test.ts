import { describe, expect, it } from '@jest/globals';
import { createProgram } from '../../src/cli/program.js';

const namesOf = async (...words: string[]): Promise<string[]> =>
  (await createProgram(() => undefined, words)).commands.map((command) => command.name());

describe('the program', () => {
  it('loads the command that is named, under its name, wherever options stand', async () => {
    const all = await namesOf();
    expect(all).toHaveLength(20);
    for (const name of all) {
      expect(await namesOf(name)).toEqual([name]);
      expect(await namesOf('--config', 'run', name, '--json', 'check')).toEqual([name]);
      expect(await namesOf('-crun', '--log-level=warn', name, '--help')).toEqual([name]);
    }
  });

  it('has all commands for its help, and for a word that is no command', async () => {
    const all = await namesOf();
    for (const words of [['--help'], ['help', 'run'], ['stauts'], ['toString'], ['--json', 'status']]) {
      expect(await namesOf(...words)).toEqual(all);
    }
  });
});
