import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import type { Model, Price } from '../../domain/model.js';

/** Where a model is, and its name there: what a price is found by. */
interface Asked {
  readonly baseUrl: string;
  readonly modelName: string;
}

/** Prices of models in their order; null for those that the list does not have. Rejects where the list cannot be read. */
export type FindPrices = (asked: readonly Asked[]) => Promise<readonly (Price | null)[]>;

/**
 * The program of a process that ends with its answer: the list takes more than ten megabytes once it is loaded, of which a registry needs a
 * few numbers, and a thread would leave them behind. It is data of the package, which fetches nothing. A price that depends on the time of the
 * day counts as the highest of the day, one with tiers as its lowest tier, for checks are short.
 */
const source = `
const { calcPrice, findProvider } = require(process.argv[1]);
const now = Date.now();
const plain = (price) => (typeof price === 'object' && price !== null ? price.base : price);
const at = ({ baseUrl, modelName }, timestamp) =>
  calcPrice({}, modelName, { providerApiUrl: baseUrl + '/', timestamp });
const priceOf = (asked) => {
  const found = at(asked, new Date(now));
  if (found === null) return null;
  const hours = Array.isArray(found.model.prices) ? Array.from({ length: 24 }, (_, hour) => hour) : [0];
  const prices = hours.map((hour) => at(asked, new Date(now + hour * 3_600_000))?.model_price ?? {});
  const most = (name) =>
    prices.map((price) => plain(price[name])).filter(Number.isFinite).reduce((a, b) => Math.max(a, b), -1);
  const [input, output, requests] = ['input_mtok', 'output_mtok', 'requests_kcount'].map(most);
  if (input < 0 && output < 0) return null;
  return {
    inputPerMillion: Math.max(0, input),
    outputPerMillion: Math.max(0, output),
    perRequest: Math.max(0, requests) / 1_000,
    currency: 'USD',
    source: 'list',
  };
};
const known = new Map();
const isListed = (baseUrl) => {
  if (!known.has(baseUrl)) known.set(baseUrl, findProvider({ providerApiUrl: baseUrl + '/' }) !== undefined);
  return known.get(baseUrl);
};
const safely = (asked) => {
  try {
    return isListed(asked.baseUrl) ? priceOf(asked) : null;
  } catch {
    return null;
  }
};
const asked = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(asked.map(safely)));
`;

const longestMs = 20_000;
const mostBytes = 64 * 2 ** 20;

/** Reads prices from the list of @pydantic/genai-prices. */
export const findListedPrices: FindPrices = (asked) =>
  new Promise((resolve, reject) => {
    const path = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
    // Without the environment, in which there are secrets.
    const options = { env: {}, timeout: longestMs, maxBuffer: mostBytes, windowsHide: true };
    const child = execFile(process.execPath, ['-e', source, path], options, (error, text) => {
      // Written by the program above.
      if (error === null) resolve(JSON.parse(text) as readonly (Price | null)[]);
      else
        reject(
          new Error(`the list of prices cannot be read: ${error.code ?? error.message}`, { cause: error }),
        );
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(JSON.stringify(asked));
  });

/** A list that has none. */
export const noPrices: FindPrices = (asked) => Promise.resolve(asked.map(() => null));

/** True for a model whose price the list may have: a list of models costs nothing, and no provider is at an IP address or in the own network. */
function needsPrice({ price = null, probe, modelName, endpoint }: Model): boolean {
  if (price !== null || probe === 'models' || modelName === '') return false;
  // An address may lack a secret.
  if (!URL.canParse(endpoint.baseUrl)) return false;
  const { hostname } = new URL(endpoint.baseUrl);
  return hostname.includes('.') && isIP(hostname) === 0;
}

const keyOf = ({ endpoint, modelName }: Model): string => JSON.stringify([endpoint.baseUrl, modelName]);

/** The models, those without a price of their own with that which the list had for the same address and name before. */
export function withKnownPrices(models: readonly Model[], before: readonly Model[]): readonly Model[] {
  const known = new Map(
    before.flatMap((model) => (model.price?.source === 'list' ? [[keyOf(model), model.price] as const] : [])),
  );
  return models.map((model) => {
    const price = needsPrice(model) ? known.get(keyOf(model)) : undefined;
    return price === undefined ? model : { ...model, price };
  });
}

/** The models, those without a price of their own with that of the list; each address and name is looked up once. */
export async function withListedPrices(
  models: readonly Model[],
  find: FindPrices,
): Promise<readonly Model[]> {
  const asked = new Map<string, Asked>();
  for (const model of models.filter(needsPrice))
    asked.set(keyOf(model), { baseUrl: model.endpoint.baseUrl, modelName: model.modelName });
  if (asked.size === 0) return models;
  const found = await find([...asked.values()]);
  const prices = new Map([...asked.keys()].map((key, index) => [key, found[index] ?? null]));
  return models.map((model) => {
    const price = needsPrice(model) ? (prices.get(keyOf(model)) ?? null) : null;
    return price === null ? model : { ...model, price };
  });
}
