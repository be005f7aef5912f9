import { downBlames, type DownTime } from '../domain/down-time.js';
import { downTimeText } from './down-time-text.js';

/** Time down by blame, the longest first, such as `provider 1h 2m, account 30s`; null for none. */
export function blamesText(down: DownTime): string | null {
  const parts = downBlames
    .filter((blame) => down[blame] > 0)
    .sort((a, b) => down[b] - down[a])
    .map((blame) => `${blame === 'none' ? 'nobody' : blame} ${downTimeText(down[blame])}`);
  return parts.join(', ') || null;
}
