import type { Endpoint } from '../domain/model.js';
import type { VendorScope } from '../domain/vendor.js';

/** Formats of status pages. */
export const vendorFormats = ['statuspage', 'instatus', 'better_stack', 'google_cloud', 'feed'] as const;
export type VendorFormat = (typeof vendorFormats)[number];

/** A status page of a vendor, and the models that it speaks of. */
export interface VendorPage extends VendorScope {
  /** Its key in the history and in metrics. */
  readonly name: string;
  readonly url: string;
  readonly format: VendorFormat;
  /** Address for people. */
  readonly link: string;
  /** Ids. */
  readonly models: readonly string[];
}

/** How the status pages of vendors are read. */
export interface VendorSettings {
  readonly everyMs: number;
  /** The operator's proxy and authorities, as of checks. */
  readonly way: Pick<Endpoint, 'tls' | 'proxy'>;
  /** Those that models belong to; others are not read. */
  readonly pages: readonly VendorPage[];
}

/** Finds the name of the page of a model; null for one without. */
export function vendorPages(settings: VendorSettings | null): (model: string) => string | null {
  const byModel = new Map<string, string>();
  for (const { name, models } of settings?.pages ?? []) for (const model of models) byModel.set(model, name);
  return (model) => byModel.get(model) ?? null;
}
