import { isList, isObject } from '../../domain/json.js';
import type { Model } from '../../domain/model.js';

/** What an account has left. */
export interface Amount {
  readonly amount: number;
  readonly currency: string;
}

/** How a provider tells the balance of the account of a key. */
interface BalanceApi {
  readonly providers: readonly string[];
  readonly host: RegExp;
  /** Addresses to ask, one after the other until one answers; `base` is that of the model, without a trailing slash. */
  readonly addresses: (base: string) => readonly string[];
  readonly read: (payload: Readonly<Record<string, unknown>>, host: string) => readonly Amount[];
}

const mostAmount = 1e12;
/** Accounts have one or two currencies. */
const mostAmounts = 4;

function amountIn(value: unknown): number | null {
  const text = typeof value === 'string' && /^-?\d{1,13}(?:\.\d{1,18})?$/.test(value) ? Number(value) : value;
  return typeof text === 'number' && Number.isFinite(text) && Math.abs(text) <= mostAmount ? text : null;
}

const single = (amount: number | null, currency: string): readonly Amount[] =>
  amount === null ? [] : [{ amount, currency }];

/** What of two sums is left; null where one is not told. */
const difference = (all: number | null, used: number | null): number | null =>
  all === null || used === null ? null : all - used;

const dataOf = (payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  isObject(payload.data) ? payload.data : {};

const chinese = (host: string): string => (host.endsWith('.cn') ? 'CNY' : 'USD');

/** Sources: the references of the providers; see test/fixtures/balances.json. */
export const balanceApis: readonly BalanceApi[] = [
  {
    providers: ['openrouter'],
    host: /(?:^|\.)openrouter\.ai$/,
    // The credits are for management keys; a usual key tells its own limit, where it has one.
    addresses: (base) => [`${base}/credits`, `${base}/key`],
    read(payload) {
      const { total_credits: bought, total_usage: used, limit_remaining: left } = dataOf(payload);
      return single(difference(amountIn(bought), amountIn(used)) ?? amountIn(left), 'USD');
    },
  },
  {
    providers: ['deepseek'],
    host: /(?:^|\.)deepseek\.com$/,
    addresses: (base) => [`${base.replace(/\/(?:v1|beta)$/, '')}/user/balance`],
    read({ balance_infos: infos }) {
      if (!isList(infos)) return [];
      return infos.slice(0, mostAmounts).flatMap((info) => {
        if (!isObject(info)) return [];
        const { currency, total_balance: total } = info;
        return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)
          ? single(amountIn(total), currency)
          : [];
      });
    },
  },
  {
    providers: ['moonshot'],
    host: /(?:^|\.)moonshot\.(?:ai|cn)$/,
    addresses: (base) => [`${base}/users/me/balance`],
    read: (payload, host) => single(amountIn(dataOf(payload).available_balance), chinese(host)),
  },
];

/** The API of the balance for a model; null where its provider has none that is known. */
export function balanceApiFor({
  provider,
  endpoint,
}: Pick<Model, 'provider' | 'endpoint'>): BalanceApi | null {
  const hostname = URL.canParse(endpoint.baseUrl) ? new URL(endpoint.baseUrl).hostname : '';
  return (
    balanceApis.find(({ providers, host }) => providers.includes(provider) || host.test(hostname)) ?? null
  );
}
