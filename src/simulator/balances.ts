/** A balance in the format of a provider; a key with `low` in it has little left. */
interface SimulatedBalance {
  readonly path: RegExp;
  readonly payload: (left: number) => object;
}

const [plenty, little] = [25.5, 0.75] as const;

export const balances: readonly SimulatedBalance[] = [
  { path: /\/credits$/, payload: (left) => ({ data: { total_credits: 100, total_usage: 100 - left } }) },
  {
    path: /\/user\/balance$/,
    payload: (left) => ({
      is_available: left > 0,
      balance_infos: [
        {
          currency: 'CNY',
          total_balance: left.toFixed(2),
          granted_balance: '0.00',
          topped_up_balance: left.toFixed(2),
        },
      ],
    }),
  },
  {
    path: /\/users\/me\/balance$/,
    payload: (left) => ({ code: 0, data: { available_balance: left, cash_balance: left }, status: true }),
  },
];

/** The reply to a question for the balance of the account of the key. */
export function balanceAt(path: string, apiKey: string): object {
  const found = balances.find((each) => each.path.test(path));
  return found?.payload(apiKey.includes('low') ? little : plenty) ?? {};
}
