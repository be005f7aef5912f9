import { existsSync } from 'node:fs';
import { capabilities } from '../checker/ask/dialects.js';
import { createJq } from '../checker/verdict/jq.js';
import { findListedPrices, noPrices } from '../config/model/listed-prices.js';
import { ConfigError, loadConfig, type LoadedConfig } from '../config/read/load.js';

/** Loads the configuration of a command; resolves with `before`, an earlier load of it, if no content has changed. Those that count costs want the list of prices. */
export async function loadFor(
  path: string,
  before: LoadedConfig | null = null,
  withPrices = false,
): Promise<LoadedConfig> {
  // Its process starts with the first program.
  const jq = createJq();
  const prices = withPrices ? findListedPrices : noPrices;
  try {
    return await loadConfig(path, process.env, capabilities, jq.problemIn, before, prices);
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
