import { keysOf } from '../domain/table.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';

/** The choice of series of each model. */
export interface ShownSeries {
  /** Windows of uptime and coverage. */
  readonly windows: readonly UptimeWindow[];
  /** Uptime and coverage of the provider alone as well, told apart by the label `scope`. */
  readonly providerUptime: boolean;
  readonly histograms: boolean;
}

export const usualSeries: ShownSeries = {
  windows: keysOf(uptimeWindows),
  providerUptime: false,
  histograms: true,
};
