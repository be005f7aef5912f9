import { resolve } from 'node:path';
import { capabilities } from '../checker/ask/dialects.js';
import { createJq } from '../checker/verdict/jq.js';
import { findListedPrices, noPrices } from '../config/model/listed-prices.js';
import { loadConfig, type Environment, type LoadedConfig } from '../config/read/load.js';
import { isObject } from '../domain/json.js';

/** Name that messages have in the place of a file. */
const inMemory = 'configuration';

/** Loads a configuration from a file, or from an object as a file would have it. Throws ConfigError. */
export async function loadFrom(
  config: string | Readonly<Record<string, unknown>>,
  env: Environment,
  { before = null, withPrices = false }: { before?: LoadedConfig | null; withPrices?: boolean } = {},
): Promise<LoadedConfig> {
  const jq = createJq();
  const path = typeof config === 'string' ? config : inMemory;
  const texts =
    typeof config === 'string'
      ? new Map<string, string>()
      : new Map([[resolve(inMemory), JSON.stringify(config)]]);
  const prices = withPrices ? findListedPrices : noPrices;
  try {
    return await loadConfig(path, env, capabilities, jq.problemIn, before, prices, texts);
  } finally {
    jq.close();
  }
}

/** Entries of models with ids: those without one are named by their place. */
export const withIds = (models: readonly unknown[]): readonly unknown[] =>
  models.map((model, index) =>
    isObject(model) && model.id === undefined && model.endpoint_configuration === undefined
      ? { id: models.length === 1 ? 'model' : `model-${index + 1}`, ...model }
      : model,
  );
