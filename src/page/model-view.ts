import type { Exclusion } from '../domain/exclusion.js';
import type { RecordedResult } from '../domain/result.js';
import type { ModelView } from '../domain/view.js';
import type { ModelPast } from './model-past.js';
import type { ModelQuery } from './model-query.js';
import type { VendorPageState } from '../domain/vendor-word.js';
import type { Row } from './overview-view.js';

/** The forms of the page. */
export const modelForms = ['check', 'pause', 'resume', 'note', 'exclusion', 'include'] as const;
export type ModelForm = (typeof modelForms)[number];

/** Why a form was refused, and what was typed into it. */
export interface RefusedForm {
  readonly form: ModelForm;
  readonly message: string;
  readonly typed: ReadonlyMap<string, string>;
}

/** One page of results, newest first. */
export interface ChecksPage {
  readonly items: readonly RecordedResult[];
  /** Slot before which there are more; null on the last page. */
  readonly before: number | null;
}

/** Other models at the same address. */
export interface Neighbours {
  readonly others: number;
  readonly healthy: number;
}

/** Everything that the page of a model shows. Times in Unix ms. */
export interface ModelPageView {
  readonly now: number;
  readonly query: ModelQuery;
  readonly view: ModelView;
  readonly row: Row;
  /** Null while it cannot be read. */
  readonly past: ModelPast | null;
  /** Null while they cannot be read. */
  readonly checks: ChecksPage | null;
  /** Sorted by start; null while they cannot be read. */
  readonly exclusions: readonly Exclusion[] | null;
  readonly neighbours: Neighbours;
  /** Whether the monitor reaches others; null without a way to tell. */
  readonly reaches: boolean | null;
  /** YAML with secrets masked. */
  readonly configuration: string | null;
  readonly refused: RefusedForm | null;
  /** The status page of its vendor; null where none is read. */
  readonly vendor?: VendorPageState | null;
}
