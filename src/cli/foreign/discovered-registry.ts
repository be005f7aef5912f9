import type { Discovered } from './discovered.js';
import { draftingOf } from './imported.js';
import { draftListed } from './listed-drafts.js';
import type { ListedModel } from './listed-models.js';
import { createReferences } from './references.js';
import { registryText, type RegistryText } from './registry-text.js';

/** A registry of discovered models. */
export function registryOf(
  { api, provider, baseUrl, list }: Discovered,
  models: readonly ListedModel[],
  { address, key }: { readonly address: string; readonly key: string | null },
): { readonly made: RegistryText; readonly notes: readonly string[] } {
  const references = createReferences([address, ...models.map(({ name }) => name)]);
  const notes: string[] = [];
  const drafting = draftingOf({ message: ({ message }) => `${address}: ${message}` }, references, notes);
  const drafted = draftListed({ ...list, models }, { provider, baseUrl, key }, drafting);
  const made = registryText(
    drafted,
    [`The models that ${address} serves (${api}), by \`modelpulse discover\`.`],
    references,
  );
  for (const { draft, why } of made.refused)
    drafting.note(draft.path, `${draft.name} is no model that modelpulse takes: ${why}`);
  return { made, notes };
}
