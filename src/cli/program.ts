import type { Command } from 'commander';
import { programWith, runCommandLine, type Commands } from './command-line.js';

const commands: Commands = {
  run: async () => (await import('./commands/run.js')).runCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  validate: async () => (await import('./commands/config.js')).validateCommand,
  config: async () => (await import('./commands/config.js')).configCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  history: async () => (await import('./commands/history.js')).historyCommand,
  incidents: async () => (await import('./commands/incidents.js')).incidentsCommand,
  report: async () => (await import('./commands/report.js')).reportCommand,
  rules: async () => (await import('./commands/rules.js')).rulesCommand,
  pause: async () => (await import('./commands/control.js')).pauseCommand,
  resume: async () => (await import('./commands/control.js')).resumeCommand,
  acknowledge: async () => (await import('./commands/acknowledge.js')).acknowledgeCommand,
  unacknowledge: async () => (await import('./commands/acknowledge.js')).unacknowledgeCommand,
  exclude: async () => (await import('./commands/exclude.js')).excludeCommand,
  notify: async () => (await import('./commands/notify.js')).notifyCommand,
  reload: async () => (await import('./commands/control.js')).reloadCommand,
  backup: async () => (await import('./commands/backup.js')).backupCommand,
  export: async () => (await import('./commands/export.js')).exportCommand,
  import: async () => (await import('./commands/import.js')).importCommand,
  copy: async () => (await import('./commands/copy.js')).copyCommand,
  rebuild: async () => (await import('./commands/rebuild.js')).rebuildCommand,
  explain: async () => (await import('./commands/explain.js')).explainCommand,
  'import-config': async () => (await import('./commands/import-config.js')).importConfigCommand,
  discover: async () => (await import('./commands/discover.js')).discoverCommand,
  mcp: async () => (await import('./commands/mcp.js')).mcpCommand,
  init: async () => (await import('./commands/init.js')).initCommand,
  schema: async () => (await import('./commands/config.js')).schemaCommand,
  simulate: async () => (await import('./commands/simulate.js')).simulateCommand,
  demo: async () => (await import('./commands/demo.js')).demoCommand,
};

/** The program with all commands, or, where the words are a command line, with the command that they name. */
export const createProgram = (
  done: (code: number) => void,
  words: readonly string[] = [],
): Promise<Command> => programWith(commands, done, words);

/** Runs one command and sets the exit code of the process. */
export const main = (argv: readonly string[]): Promise<void> => runCommandLine(commands, argv);
