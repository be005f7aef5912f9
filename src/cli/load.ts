import { existsSync } from 'node:fs';
import { capabilities } from '../checker/ask/dialects.js';
import { createJq } from '../checker/verdict/jq.js';
import { ConfigError, loadConfig, type LoadedConfig } from '../config/read/load.js';

/** Loads the configuration a command was called with. */
export async function loadFor(path: string): Promise<LoadedConfig> {
  // Starts with the first program there is.
  const jq = createJq();
  try {
    return await loadConfig(path, process.env, capabilities, jq.problemIn);
  } catch (error) {
    if (!(error instanceof ConfigError) || existsSync(path)) throw error;
    const hint = 'name another with --config or MODELPULSE_CONFIG; "modelpulse demo" runs without one';
    throw new ConfigError(
      error.problems.map((problem) => `${problem}; ${hint}`),
      error.files,
    );
  } finally {
    jq.close();
  }
}
