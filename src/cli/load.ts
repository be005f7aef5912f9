import { existsSync } from 'node:fs';
import { capabilities } from '../checker/ask/dialects.js';
import { ConfigError, loadConfig, type LoadedConfig } from '../config/read/load.js';

/** Loads the configuration a command was called with. */
export async function loadFor(path: string): Promise<LoadedConfig> {
  try {
    return await loadConfig(path, process.env, capabilities);
  } catch (error) {
    if (!(error instanceof ConfigError) || existsSync(path)) throw error;
    const hint = 'name another with --config or MODELPULSE_CONFIG; "modelpulse demo" runs without one';
    throw new ConfigError(
      error.problems.map((problem) => `${problem}; ${hint}`),
      error.files,
    );
  }
}
