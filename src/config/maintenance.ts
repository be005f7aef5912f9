import picomatch from 'picomatch';
import type { MaintenanceRule } from './settings.js';

/** True when one of the rule's patterns covers the model; `*` stands for any run of characters. */
export function matchesModel(rule: Pick<MaintenanceRule, 'models'>, id: string): boolean {
  return picomatch.isMatch(id, [...rule.models], { dot: true });
}
