import type { Model } from '../domain/model.js';
import { opaqueId } from '../http/pages/opaque-id.js';
import type { Store } from '../store/port.js';

/** Digests of the API keys of a model with several keys, by position. */
export type KeyDigests = (model: Model) => readonly string[];

/** Digests with the secret of the store, which nobody can try out without the database. Rejects with StoreError. */
export async function createKeyDigests(
  store: Pick<Store, 'secret'>,
  models: readonly Model[],
): Promise<KeyDigests> {
  if (models.every(({ endpoint }) => endpoint.apiKeys.length < 2)) return () => [];
  const secret = await store.secret();
  return ({ endpoint }) => endpoint.apiKeys.map((key) => opaqueId(secret, 'api key', key));
}
