import { readFileSync } from 'node:fs';
import { capabilities } from '../../../src/checker/ask/dialects.js';
import { importedFrom, type Imported } from '../../../src/cli/foreign/imported.js';
import type { Tool } from '../../../src/cli/foreign/tools.js';
import { loadConfig, type LoadedConfig } from '../../../src/config/read/load.js';

export const folder = 'test/fixtures/foreign';

/** Files of a tool in the folder of fixtures, and the name of what is expected of them. */
export const fixtures: readonly (readonly [name: string, tool: Tool, files: readonly string[]])[] = [
  ['litellm', 'litellm', ['litellm.yaml']],
  ['gatus', 'gatus', ['gatus.yaml']],
  ['uptime-kuma', 'uptime-kuma', ['uptime-kuma.json']],
  ['uptime-kuma-rows', 'uptime-kuma', ['uptime-kuma-rows.json']],
  ['blackbox', 'blackbox', ['blackbox.yml', 'prometheus.yml']],
  ['openrouter', 'openrouter', ['openrouter.json']],
];

export function imported(tool: Tool, files: readonly string[]): Promise<Imported> {
  return importedFrom(tool, files, null);
}

/** The written registry as the loader reads it, with all its variables set to `value`. */
export function loaded(path: string, value: string | null): Promise<LoadedConfig> {
  const names = [...readFileSync(path, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  const environment = value === null ? {} : Object.fromEntries(names.map((name) => [name, value]));
  return loadConfig(path, environment, capabilities);
}
