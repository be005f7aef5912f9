import { createHash } from 'node:crypto';
import { subjectOf, type Model } from '../domain/model.js';

function readable(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

/**
 * Identity of what is checked, as the database keeps it. Where the address has a secret, 32 bits of a digest stand for it: they tell a
 * change, and are too few to try secrets against.
 */
export function storedSubjectOf(model: Model): string {
  const { endpoint, referredSecrets = [] } = model;
  const { baseUrl } = endpoint;
  const texts = [baseUrl, readable(baseUrl)];
  if (!referredSecrets.some((secret) => texts.some((text) => text.includes(secret)))) return subjectOf(model);
  const digest = createHash('sha256').update(baseUrl).digest('hex').slice(0, 8);
  return subjectOf({ ...model, endpoint: { ...endpoint, baseUrl: `${new URL(baseUrl).origin}/#${digest}` } });
}
