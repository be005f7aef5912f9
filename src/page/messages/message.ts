import type { State } from '../../domain/state.js';

/** Forms of a text by the plural category of `{n}` (Intl.PluralRules); `other` stands for a category without a form. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** Texts of the public pages in one language. `{name}` is a placeholder. */
export interface Messages {
  readonly states: Readonly<Record<State, string>>;
  /** The heading. */
  readonly down: Forms;
  readonly degraded: Forms;
  /** Of a page with one model. */
  readonly onlyDown: string;
  readonly onlyDegraded: string;
  readonly allUp: Forms;
  readonly noneDown: string;
  readonly noneKnown: string;
  readonly noModels: string;
  /** Parts of the line below it. */
  readonly countHealthy: Forms;
  readonly countDegraded: Forms;
  readonly countUnhealthy: Forms;
  readonly countUnknown: Forms;
  readonly countMaintenance: Forms;
  readonly asOf: string;
  readonly model: string;
  readonly models: string;
  readonly others: string;
  readonly days: Forms;
  readonly today: string;
  readonly uptime: string;
  readonly uptimeOf: string;
  readonly watched: string;
  readonly latency: string;
  /** What a bar says. */
  readonly barHealthy: string;
  readonly barDown: Forms;
  readonly barDegraded: Forms;
  readonly barUnknown: Forms;
  readonly barMaintenance: Forms;
  readonly barPending: string;
  /** The key to the bars. */
  readonly key: string;
  readonly keyUnhealthy: string;
  readonly keyUnknown: string;
  readonly keyMaintenance: string;
  /** What happened. */
  readonly past: Forms;
  readonly downSince: string;
  readonly wasDown: string;
  readonly noIncident: Forms;
  readonly more: Forms;
  readonly planned: string;
  readonly maintenanceNow: string;
  readonly maintenancePlanned: string;
  readonly maintenancePast: string;
  readonly announcements: string;
  /** How it is measured. */
  readonly how: string;
  readonly howChecked: string;
  readonly howCounted: string;
  readonly howDays: string;
  readonly embed: string;
  readonly embedText: string;
  /** Around the page. */
  readonly skip: string;
  readonly feeds: string;
  readonly theme: string;
  readonly themeAuto: string;
  readonly themeLight: string;
  readonly themeDark: string;
  readonly zone: string;
  readonly by: string;
  /** Refusals. */
  readonly passwordTitle: string;
  readonly passwordText: string;
  readonly missingTitle: string;
  readonly missingText: string;
  readonly failedTitle: string;
  readonly failedText: string;
  readonly back: string;
}
