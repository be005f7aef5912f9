/** What is left on the account of an API key, as the provider told it. */
export interface Balance {
  /** Position of the key, from 1. */
  readonly key: number;
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Unix ms. */
  readonly at: number;
  /** Id of the model that asks for it: of those with this key the one with the highest `warn_below`, else the first. */
  readonly askedBy: string;
}
