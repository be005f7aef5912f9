import type { Note } from '../domain/incident.js';
import type { Blame, Reason } from '../domain/reason.js';

/** A report as the page shows it: every figure is the text that the command writes. Times in the report's zone. */
export interface ReportSheet {
  /** `Service levels, 2026-10` */
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
  /** End of the window where it is not over; null else. */
  readonly goesOnTo: string | null;
  /** How many objectives were met, as a sentence. */
  readonly verdict: string;
  /** Names of the figures of a row. */
  readonly heads: readonly string[];
  readonly rows: readonly ReportRow[];
  /** Sums over the rows in the places of `heads`; null where there is no sum. */
  readonly totals: readonly (string | null)[];
  readonly incidents: readonly ReportedIncident[];
  /** Incidents that the page leaves out; the files have all of them. */
  readonly more: number;
  /** Models in all; the totals are those of all. */
  readonly models: number;
  /** What of the window was not watched. */
  readonly doubts: readonly { readonly model: string; readonly text: string }[];
  /** What ends soon, the models in the order of the rows. */
  readonly ends: readonly { readonly model: string; readonly text: string }[];
  /** How the figures are counted. */
  readonly explanations: readonly string[];
}

export interface ReportRow {
  readonly model: string;
  /** False where the model missed its objective. */
  readonly met: boolean | null;
  /** Null where there is nothing to say. */
  readonly cells: readonly (string | null)[];
  /** True where the figures rest on less than 95 % of the time. */
  readonly partly: boolean;
}

export interface ReportedIncident {
  readonly id: number;
  readonly model: string;
  readonly from: string;
  readonly to: string;
  readonly lasted: string;
  /** Time within the window that counts, where it is not all of it. */
  readonly counted: string | null;
  readonly reason: Reason;
  readonly blame: Blame | null;
  readonly checksFailed: number;
  readonly detail: string | null;
  readonly excluded: readonly { readonly from: string; readonly to: string; readonly reason: string }[];
  readonly notes: readonly (Omit<Note, 'at'> & { readonly at: string })[];
}
