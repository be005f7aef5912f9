import { hourMs } from '../domain/period.js';
import type { RecordedResult } from '../domain/result.js';
import type { Interval, State, StateDurations } from '../domain/state.js';
import type { AcknowledgementForm } from './acknowledgement.js';
import { spanOf, type IncidentLine } from './incident-line.js';
import type { NoteForm } from './incident-notes.js';
import type { StoryParts } from './incident-story.js';
import type { ToldMessage } from './incident-told.js';
import type { VendorSideView } from './vendor-line.js';

/** What one incident used of the error budget of the month in which it began. */
export interface BudgetShare {
  /** Such as `November`. */
  readonly month: string;
  /** Of its budget so far, 1 is all of it: the time down, as in the report. */
  readonly used: number;
  readonly budgetMs: number;
}

export interface IncidentView extends StoryParts {
  readonly now: number;
  /** Where its provider is named; the host for an address of the operator's own. */
  readonly provider: string;
  readonly registered: boolean;
  readonly strip: { readonly window: Interval; readonly told: readonly (Interval & { state: State })[] };
  /** A page of its checks, newest first. */
  readonly checks: {
    readonly results: readonly RecordedResult[];
    /** Null on the first page. */
    readonly before: number | null;
    readonly next: number | null;
  };
  /** Incidents of others with the same reason or provider at the same time. */
  readonly neighbours: readonly IncidentLine[];
  /** True when there may be more of them. */
  readonly neighboursCut: boolean;
  /** ms per state from its start to its end, as the figures count them; null for a model that left the registry. */
  readonly durations: StateDurations | null;
  /** Null without an objective or without known time. */
  readonly budget: BudgetShare | null;
  readonly form: NoteForm;
  /** Messages about it, oldest first. */
  readonly toldTo: readonly ToldMessage[];
  readonly care: AcknowledgementForm;
  /** Null where no status page of the vendor is read. */
  readonly vendor?: VendorSideView | null;
}

/** Until its recovery, its model's end in the registry, or now. */
export function lengthOf({ incident, endedAt, now }: IncidentView): Interval {
  return spanOf(incident, endedAt ?? now);
}

/** The window of the strip: an hour before and after. */
export function stripWindow(incident: Interval, now: number): Interval {
  return {
    from: incident.from - hourMs,
    to: Math.min(Math.max(incident.to + hourMs, incident.from + 1), now),
  };
}
