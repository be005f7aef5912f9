/** What two series of one model have in common, whatever else a scrape adds to them. */
export const sameModel = 'on (job, instance, model)';

/**
 * The value of `selector` over one or two missed scrapes: a failed scrape ends every series at once, and an alert would
 * end with it. Short enough that a model that left is forgotten.
 */
export function bridged(selector: string): string {
  return `last_over_time(${selector}[2m])`;
}

/** True when a check ended after the present state had begun, so that the state stands on more than its first result. */
export const checkedSinceItBegan = `${bridged('modelpulse_last_check_timestamp_seconds')} > ${bridged('modelpulse_state_since_timestamp_seconds')}`;

/** A matcher for the models of these ids, or for all others. */
export function modelMatcher(operator: '=~' | '!~', ids: readonly string[]): string {
  const pattern = ids.map((id) => id.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  return `model${operator}${JSON.stringify(pattern)}`;
}
