import { closestName } from '../config/read/closest-name.js';
import { UsageError } from './failure.js';
import { plainText } from '../domain/plain-text.js';

const mostNamed = 10;

/** The model with this id. Throws a UsageError with the closest id, or else with the known ids. */
export function modelWithId<Model extends { readonly id: string }>(
  id: string,
  models: readonly Model[],
): Model {
  const found = models.find((model) => model.id === id);
  if (found !== undefined) return found;
  const known = [...new Set(models.map((model) => model.id))];
  throw new UsageError(`no model ${plainText(id)} is known; ${advice(id, known)}`);
}

function advice(id: string, known: readonly string[]): string {
  const closest = closestName(id, known);
  if (closest !== null) return `did you mean ${plainText(closest)}?`;
  if (known.length === 0) return 'there are no models yet';
  const more = known.length - mostNamed;
  // Each by itself: an unterminated escape sequence in one would remove the others.
  const named = known.slice(0, mostNamed).map(plainText).join(', ');
  return `there is ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
