import type { Draft, Drafted, Drafting } from './drafting.js';
import { leftOut, type ListedModel, type ModelList } from './listed-models.js';
import { probeOf } from './model-use.js';

/** Where the models of a list are asked. */
export interface ListPlace {
  readonly provider: string;
  /** Null for the address that the provider has by itself. */
  readonly baseUrl: string | null;
  /** Name of the variable of the key; null without one. */
  readonly key: string | null;
}

/** The entry of a listed model; null where modelpulse cannot ask it. */
function draftOf(model: ListedModel, index: number, place: ListPlace, drafting: Drafting): Draft | null {
  const path = ['data', index];
  const { name, use, guess, other, remark } = model;
  if (use === null) {
    drafting.note(
      path,
      `${name} is for ${other ?? 'something'}, which modelpulse cannot ask${guess ? ' (a guess by the name)' : ''}`,
    );
    return null;
  }
  const key = place.key === null ? undefined : drafting.references.variable(place.key, drafting.placeOf([]));
  return {
    name,
    path,
    comments: [
      ...(guess ? [`probe ${use} is a guess by the name.`] : []),
      ...(remark === null ? [] : [remark]),
    ],
    entry: {
      provider: place.provider,
      ...(place.baseUrl !== null && { base_url: place.baseUrl }),
      model: name,
      api_key: key,
      probe: probeOf(use),
    },
  };
}

/** The models of a list as entries of a registry. */
export function draftListed(list: ModelList, place: ListPlace, drafting: Drafting): Drafted {
  const left = leftOut(list);
  if (left !== null) drafting.note([], left);
  return { models: list.models.flatMap((model, index) => draftOf(model, index, place, drafting) ?? []) };
}
