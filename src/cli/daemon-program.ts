import { namesCommand, runCommandLine, type Commands } from './command-line.js';

const commands: Commands = { run: async () => (await import('./commands/run.js')).runCommand };

/** Runs the daemon if the command line names it, and resolves with false if it names another command. */
export async function main(argv: readonly string[]): Promise<boolean> {
  if (!namesCommand('run', argv.slice(2))) return false;
  await runCommandLine(commands, argv);
  return true;
}
