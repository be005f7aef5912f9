import { describe, expect, it } from '@jest/globals';
import { createProgram } from '../../src/cli/program.js';

const namesOf = async (...words: string[]): Promise<string[]> =>
  (await createProgram(() => undefined, words)).commands.map((command) => command.name());

describe('command loader', () => {
  it('loads only the given command, wherever options are placed', async () => {
    const all = await namesOf();
    expect(all).toHaveLength(29);
    for (const name of all) {
      expect(await namesOf(name)).toEqual([name]);
      expect(await namesOf('--config', 'run', name, '--json', 'check')).toEqual([name]);
      expect(await namesOf('-crun', '--log-level=warn', name, '--help')).toEqual([name]);
    }
  });

  it('loads all commands for the help, and for an unknown command', async () => {
    const all = await namesOf();
    for (const words of [['--help'], ['help', 'run'], ['stauts'], ['toString'], ['--json', 'status']]) {
      expect(await namesOf(...words)).toEqual(all);
    }
  });
});
