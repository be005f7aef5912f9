import picomatch from 'picomatch';
import type { MaintenanceRule } from './settings.js';

/**
 * Says of an id whether one of the rule's patterns covers the model; `*` stands for any run of characters. Patterns are
 * compiled here, which costs a hundred times what an answer does: make it once per rule.
 */
export function modelMatcher({ models }: Pick<MaintenanceRule, 'models'>): (id: string) => boolean {
  return picomatch([...models], { dot: true });
}
