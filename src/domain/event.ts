import type { Incident } from './incident.js';
import type { StateReason } from './reason.js';
import type { RecordedResult } from './result.js';
import type { State } from './state.js';
import type { VersionChange } from './version.js';

/** Something others may want to hear of at once; told when it was recorded. */
export type ModelEvent =
  | { readonly kind: 'result'; readonly model: string; readonly result: RecordedResult }
  | {
      readonly kind: 'state';
      readonly model: string;
      readonly state: State;
      readonly was: State;
      /** Unix ms; may lie back, since a change is dated to its first proof. */
      readonly since: number;
      readonly reason: StateReason | null;
      /** The one that is open, or that this change closed. */
      readonly incident: Pick<Incident, 'openedAt' | 'closedAt'> | null;
    }
  | {
      readonly kind: 'version';
      readonly model: string;
      /** Unix ms of the result that showed it. */
      readonly slot: number;
      readonly change: VersionChange;
    };
