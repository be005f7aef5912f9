import type { Model } from '../domain/model.js';
import { modelMatcher } from './maintenance.js';
import { pageAtHost, pageNamed, type PageAtHost } from './model/vendor-pages.js';
import type { Problem } from './read/problem.js';
import type { VendorEntry } from './schema/vendor-schema.js';
import type { VendorPage, VendorSettings } from './vendor-settings.js';

type Section = Exclude<VendorEntry, boolean>;

const whole: Section = { enabled: true, every: 120_000, pages: [] };

/** Names that two pages have. */
export function vendorProblems(entry: VendorEntry | undefined): Problem[] {
  if (entry === undefined || typeof entry === 'boolean') return [];
  const names = entry.pages.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: ['pages', index, 'name'], message: `is the name of another page too` }],
  );
}

/** The pages that models belong to, each with its models; null where they are not to be read. */
export function vendorSettingsOf(
  entry: VendorEntry | undefined,
  models: readonly Model[],
  way: VendorSettings['way'],
): VendorSettings | null {
  if (entry === undefined || entry === false) return null;
  const { enabled, every, pages, providers } = entry === true ? whole : entry;
  if (!enabled) return null;
  const own = pages.map((page) => ({
    page: { ...page, link: page.link ?? new URL(page.url).origin } satisfies PageAtHost,
    takes: page.models.length === 0 ? () => false : modelMatcher(page),
    providers: page.providers,
  }));
  const named = (name: string): PageAtHost | null =>
    own.find(({ page }) => page.name === name)?.page ?? pageNamed(name);
  const isRead = ({ name }: PageAtHost): boolean =>
    providers === undefined || providers.some((one) => name === one || name.startsWith(`${one}-`));

  const pageOf = (model: Model): PageAtHost | null => {
    if (model.vendorStatus === false) return null;
    if (model.vendorStatus !== undefined) return named(model.vendorStatus);
    const chosen =
      own.find(({ takes }) => takes(model.id)) ?? own.find((each) => each.providers.includes(model.provider));
    if (chosen !== undefined) return chosen.page;
    const { baseUrl } = model.endpoint;
    const known = URL.canParse(baseUrl) ? pageAtHost(new URL(baseUrl).hostname) : null;
    if (known === null) return null;
    const replaced = own.find(({ page }) => page.name === known.name);
    if (replaced !== undefined) return replaced.page;
    return isRead(known) ? known : null;
  };

  const read = new Map<string, VendorPage & { readonly models: string[] }>();
  for (const model of models) {
    const page = pageOf(model);
    if (page === null) continue;
    const { name, url, format, link, only, ignore } = page;
    const known = read.get(name);
    if (known === undefined) read.set(name, { name, url, format, link, only, ignore, models: [model.id] });
    else known.models.push(model.id);
  }
  return { everyMs: every, way, pages: [...read.values()] };
}

/** Models that name a page which there is not. */
export function unknownVendorPages(
  entry: VendorEntry | undefined,
  models: readonly Pick<Model, 'id' | 'vendorStatus'>[],
): string[] {
  const own = new Set(typeof entry === 'object' ? entry.pages.map(({ name }) => name) : []);
  return models.flatMap(({ id, vendorStatus }) =>
    typeof vendorStatus === 'string' && !own.has(vendorStatus) && pageNamed(vendorStatus) === null
      ? [`no page ${vendorStatus}, which the model ${id} names`]
      : [],
  );
}
