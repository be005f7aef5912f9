import { capabilities } from '../checker/dialects.js';
import { loadConfig, type LoadedConfig } from '../config/load.js';

/** Loads the configuration a command was called with. */
export function loadFor(path: string): Promise<LoadedConfig> {
  return loadConfig(path, process.env, capabilities);
}
