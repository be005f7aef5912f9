import type { Incident } from './incident.js';
import type { StateReason } from './reason.js';
import type { RecordedResult } from './result.js';
import type { State } from './state.js';
import type { VersionChange } from './version.js';

export const eventKinds = ['result', 'state', 'version'] as const;

/** A change published to subscribers once it is recorded. */
export type ModelEvent =
  | { readonly kind: 'result'; readonly model: string; readonly result: RecordedResult }
  | {
      readonly kind: 'state';
      readonly model: string;
      readonly state: State;
      readonly was: State;
      /** Unix ms; may be in the past, since a change is dated to its first result. */
      readonly since: number;
      readonly reason: StateReason | null;
      /** Name of the probe that decides; absent for the model's own. */
      readonly probe?: string;
      /** The open incident, or the one that this change closed. */
      readonly incident: Pick<Incident, 'openedAt' | 'closedAt'> | null;
    }
  | {
      readonly kind: 'version';
      readonly model: string;
      /** Unix ms of the first result with the new version. */
      readonly slot: number;
      readonly change: VersionChange;
    };
