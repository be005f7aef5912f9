export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Labels every series of the family carries; `label_*` stands for the labels of the configuration. */
  readonly labels: readonly string[];
  readonly help: string;
}

type Row = readonly [type: Family['type'], labels: string, help: string];

const modelRows = {
  model_info: [
    'gauge',
    'model provider model_name hosting_type label_*',
    'Provider and name of the model, with its configured labels; always 1.',
  ],
  model_status_info: [
    'gauge',
    'model reason blame',
    'Reason and blame of the newest conclusive result; absent if it was ok.',
  ],
  model_unknown_info: [
    'gauge',
    'model reason blame',
    'Reason and blame of an unknown state; absent in other states.',
  ],
  model_version_changes_total: [
    'counter',
    'model',
    'Number of replies with a different model name than the previous reply, or with a build that did not occur recently.',
  ],
  budget_tokens_used_ratio: [
    'gauge',
    'model',
    'Share of the daily token budget that is used; only for models with a budget.',
  ],
  model_up: [
    'gauge',
    'model',
    '1 while healthy or degraded, 0 while unhealthy; absent while unknown or in maintenance.',
  ],
  model_state: ['gauge', 'model state', '1 for the present state of the model, 0 for the others.'],
  checks_total: ['counter', 'model', 'Results of checks outside maintenance.'],
  check_failures_total: ['counter', 'model', 'Results with outcome unhealthy outside maintenance.'],
  check_results_total: [
    'counter',
    'model outcome reason',
    'Results of checks outside maintenance by outcome and reason.',
  ],
  check_duration_seconds: [
    'histogram',
    'model',
    'Duration of checks from the call to the last byte, since start.',
  ],
  time_to_first_token_seconds: [
    'histogram',
    'model',
    'Time to the first chunk with text or reasoning, since start; streaming models only.',
  ],
  tokens_per_second: [
    'histogram',
    'model',
    'Tokens per second after the first, of streamed answers with at least 16 tokens, since start; absent before the first one.',
  ],
  stream_gap_seconds: [
    'histogram',
    'model',
    'Longest time between two chunks with text or reasoning of an answer, since start; streaming models only.',
  ],
  check_phase_seconds: ['gauge', 'model phase', 'Duration of each phase of the newest check.'],
  last_check_timestamp_seconds: ['gauge', 'model', 'Slot of the newest result.'],
  last_success_timestamp_seconds: ['gauge', 'model', 'Slot of the newest healthy or degraded result.'],
  next_check_due_timestamp_seconds: ['gauge', 'model', 'Slot of the next check.'],
  state_since_timestamp_seconds: ['gauge', 'model', 'Start of the present state.'],
  incident_start_timestamp_seconds: [
    'gauge',
    'model',
    'Start of the open incident, which maintenance does not end; absent without an incident.',
  ],
  incident_detail_info: [
    'gauge',
    'model detail',
    'Detail of the first of the present failures in a row, cut to 160 characters; only while the model is unhealthy.',
  ],
  exclusion_end_timestamp_seconds: [
    'gauge',
    'model',
    'End of the latest exclusion by an operator that has started; absent without one.',
  ],
  consecutive_failures: ['gauge', 'model', 'Failures in a row up to the newest result.'],
  uptime_ratio: [
    'gauge',
    'model window',
    'Share of the known time in which the model was healthy or degraded; absent if less than 1 % is known.',
  ],
  coverage_ratio: [
    'gauge',
    'model window',
    'Share of the window, excluding maintenance, in which the state was known.',
  ],
  slo_objective_ratio: ['gauge', 'model', 'Uptime objective; only for models with an slo.'],
  tokens_total: ['counter', 'model type', 'Tokens that checks used.'],
  ratelimit_remaining: [
    'gauge',
    'model kind',
    'Remaining rate limit of the provider, from the newest reply.',
  ],
  ratelimit_remaining_ratio: [
    'gauge',
    'model kind',
    'Remaining share of the rate limit of the provider, from the newest reply that told both; absent once the limit is reset.',
  ],
  cost_total: [
    'counter',
    'model currency',
    'Cost of recorded checks, in units of the currency; only where a price is known.',
  ],
  budget_cost_used_ratio: [
    'gauge',
    'model',
    'Share of `budget.usd_per_month` that is used in this UTC month; only for models with such a budget.',
  ],
  account_balance: [
    'gauge',
    'model key currency',
    'Balance of the account of an API key; only with `balance`, at one model of those with the key.',
  ],
  account_balance_warn_below: [
    'gauge',
    'model',
    'Amount below which the balance is too low; only where it is configured.',
  ],
  api_key_healthy: [
    'gauge',
    'model key',
    '1 if the API key at this position (from 1) worked at its last use; only for models with several keys.',
  ],
  tls_certificate_expiry_timestamp_seconds: [
    'gauge',
    'model',
    "Expiry of the certificate of the model's endpoint.",
  ],
  expiry_timestamp_seconds: [
    'gauge',
    'model kind',
    'End of what the model needs, the soonest of each kind: key, client_certificate, retirement, sunset; only where it is known.',
  ],
} as const satisfies Record<string, Row>;

const monitorRows = {
  scheduler_checks_missed_total: ['counter', 'cause', 'Slots that ended without a result.'],
  checks_stalled_total: [
    'counter',
    '',
    'Checks without latency, because the monitor itself was paused for over 250 ms during the check.',
  ],
  scheduler_delay_seconds: ['histogram', '', 'Time from the slot to the start of its check.'],
  checks_in_flight: ['gauge', '', 'Checks that are running.'],
  checks_queued: ['gauge', '', 'Checks that wait for others to end, because of a limit of concurrency.'],
  store_write_seconds: ['histogram', '', 'Duration of writes to the store.'],
  store_errors_total: ['counter', '', 'Failed operations of the store.'],
  store_dropped_results_total: [
    'counter',
    '',
    'Results dropped before they were written, because too many waited.',
  ],
  store_refused_results_total: [
    'counter',
    '',
    'Results, or other records of a model, that the store refused because of their content.',
  ],
  store_files_lost_total: [
    'counter',
    '',
    'Databases that were damaged, deleted or replaced while in use, and for which a new one was started, since start.',
  ],
  store_pending_results: ['gauge', '', 'Results that are not written yet.'],
  store_oldest_pending_seconds: [
    'gauge',
    '',
    'Waiting time of the oldest result that is not written; 0 if none waits.',
  ],
  store_size_bytes: ['gauge', '', 'Size of the store on disk.'],
  connection_retries_total: [
    'counter',
    '',
    'Requests sent again on a new connection, because the idle connection they used was closed.',
  ],
  log_dropped_total: [
    'counter',
    '',
    'Log lines dropped because the reader of the log stopped reading or its disk was full.',
  ],
  clock_doubted: [
    'gauge',
    '',
    '1 while the wall clock is in doubt and not used, because it was set by over an hour or is not between 2000 and 2100.',
  ],
  connectivity_up: [
    'gauge',
    '',
    '1 while a connectivity target, or else a host of the models, can be reached, 0 while none can or the resolver finds no names; absent while unknown.',
  ],
  config_last_reload_successful: ['gauge', '', '1 if the latest load of the configuration succeeded.'],
  config_last_reload_success_timestamp_seconds: [
    'gauge',
    '',
    'Time at which the configuration in force was loaded.',
  ],
  build_info: ['gauge', 'version node_version', 'Version of modelpulse and of Node.js; always 1.'],
  instances: [
    'gauge',
    '',
    'Instances that were seen within the last 15 s, this one included; only with PostgreSQL, and absent while unknown.',
  ],
  instances_disagree: [
    'gauge',
    '',
    '1 while these instances have different models, else 0; only with PostgreSQL, and absent while unknown.',
  ],
  shards_owned: ['gauge', '', 'Shards, of 256, whose models this instance checks; only with PostgreSQL.'],
  lease_renewals_failed_total: [
    'counter',
    '',
    'Renewals of the leases of shards that failed since the start; only with PostgreSQL.',
  ],
  fenced_writes_total: [
    'counter',
    '',
    'Writes that were refused because another instance has taken over their models; only with PostgreSQL.',
  ],
  notifications_sent_total: [
    'counter',
    'channel',
    'Messages that receivers have taken since the start; only with notifications, as the others of them.',
  ],
  notifications_failed_total: [
    'counter',
    'channel',
    'Attempts to send a message that failed since the start.',
  ],
  notifications_given_up_total: [
    'counter',
    'channel',
    'Messages that were given up after their last attempt since the start.',
  ],
  notifications_held_back_total: [
    'counter',
    'channel cause',
    'Changes that were not told at their time since the start, but are summed up in a later message.',
  ],
  notifications_pending: ['gauge', 'channel', 'Messages that are not delivered yet.'],
  notifications_oldest_pending_seconds: [
    'gauge',
    'channel',
    'Age of the oldest message that is not delivered yet; 0 for none.',
  ],
  vendor_status_up: [
    'gauge',
    'page',
    '1 if the status page of a vendor was read at the last attempt; only with vendor_status, as the other one, and at the instance that reads it.',
  ],
  vendor_incident_open: [
    'gauge',
    'page',
    '1 while the vendor tells of an incident that concerns models; absent while its page cannot be read.',
  ],
  otlp_pushes_total: [
    'counter',
    'result',
    'Pushes of the metrics by OTLP since the start: ok, partial, failed, or skipped because the one before still ran; only with otlp.',
  ],
} as const satisfies Record<string, Row>;

export type ModelFamilyName = keyof typeof modelRows;
export type MonitorFamilyName = keyof typeof monitorRows;

function familyOf(name: string, [type, labels, help]: Row): Family {
  return { name: `modelpulse_${name}`, type, labels: labels.split(' ').filter(Boolean), help };
}

export function modelFamily(name: ModelFamilyName): Family {
  return familyOf(name, modelRows[name]);
}

export function monitorFamily(name: MonitorFamilyName): Family {
  return familyOf(name, monitorRows[name]);
}

/** Every family that modelpulse itself exposes, in the order of the exposition. */
export function catalogue(): Family[] {
  return Object.entries({ ...modelRows, ...monitorRows }).map(([name, row]) => familyOf(name, row));
}
