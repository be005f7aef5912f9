import type { Interval } from '../../../src/domain/state.js';
import type { Past } from '../../../src/store/history.js';
import type { Retention } from '../../../src/store/horizons.js';
import type { Store } from '../../../src/store/port.js';
import type { Series } from '../../../src/store/series-buckets.js';

export interface OpenOptions {
  readonly retention?: () => Retention;
}

/** Where one store is: it can be opened again. */
export interface StorePlace {
  /** Path of the file, or URL of the schema. */
  readonly at: string;
  open(options?: OpenOptions): Promise<Store>;
  series(past: Past, window: Interval, stepMs: number): Promise<Series>;
}

/** A kind of store, which keeps the contract. What it made is gone after each test. */
export interface StoreKind {
  somewhere(): Promise<StorePlace>;
  /** A store somewhere of its own. */
  fresh(options?: OpenOptions): Promise<Store>;
}
