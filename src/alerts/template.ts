import { anyInstance, bridged } from './rule-group.js';

/** Template expression that runs `query` for the model of the alert, at any instance; `query` gets the matchers for the model. */
function series(query: (matchers: string) => string): string {
  const text = query('job=%[1]q,model=%[2]q').replaceAll('"', '\\"');
  return `query (printf "${text}" .Labels.job .Labels.model)`;
}

/** Template that pipes the first series of `query` into `pipeline`; `not known now` without a series. */
function ofModel(query: (matchers: string) => string, pipeline: string): string {
  return `{{ with ${series(query)} }}{{ . | first | ${pipeline} }}{{ else }}not known now{{ end }}`;
}

/**
 * Value of a label of `modelpulse_model_info`, looked back 5 min: neither a missed scrape nor a move to another instance may change
 * the labels, which would start another alert. `none` for an absent label: Prometheus keeps the unexpanded template in ALERTS for an empty value.
 */
export function modelLabel(name: string): string {
  const found = series((matchers) => {
    const info = `modelpulse_model_info{${matchers}}`;
    return `${info} or on () last_over_time(${info}[5m])`;
  });
  return `{{ with ${found} }}{{ or (. | first | label "${name}") "none" }}{{ else }}none{{ end }}`;
}

/** Sentence with the reason of the first series of `metric` for the model. */
export function reasonOf(metric: string): string {
  return `Reason: ${ofModel((matchers) => `${metric}{${matchers}}`, 'label "reason"')}.`;
}

/** The newest of what instances have exposed in two minutes. */
function newestTime(metric: string, matchers: string): string {
  return anyInstance(bridged(`${metric}{${matchers}}`));
}

/** Time of a timestamp metric of the model, to the second. */
function timeOf(metric: string): string {
  return ofModel((matchers) => `floor(${newestTime(metric, matchers)})`, 'value | humanizeTimestamp');
}

/** Start of the model's present state. */
export const sinceState = timeOf('modelpulse_state_since_timestamp_seconds');

/** Start of the model's open incident. A maintenance window restarts the state, not the incident. */
export const sinceIncident = timeOf('modelpulse_incident_start_timestamp_seconds');

/** Detail of the first of the consecutive failures. */
export const incidentDetail = ofModel(
  (matchers) => `last_over_time(modelpulse_incident_detail_info{${matchers}}[5m])`,
  'label "detail"',
);

/** Path of the page of the model. Ids hold no spaces, for which `urlquery` has another sign than paths. */
export const modelPath = '/models/{{ $labels.model | urlquery }}';

/** Start of the model's open incident as the parameter of its path; nothing where it is not known, which leads to the newest. */
const openedParameter = `{{ with ${series((matchers) => newestTime('modelpulse_incident_start_timestamp_seconds', matchers))} }}?opened={{ . | first | value | printf "%.3f" }}{{ end }}`;

/**
 * Path that leads to the page of the incident. A rule knows no number of it; the start also leads there once it is over and
 * another one has begun. An annotation may change: it is no part of what makes an alert the same one.
 */
export const incidentPath = `${modelPath}/incident${openedParameter}`;

/** Names of the status pages on which a vendor tells of an incident now. */
export const vendorsThatTell =
  'These vendors tell of an incident now: {{ range query "max by (page) (modelpulse_vendor_incident_open) == 1" }}{{ .Labels.page }} {{ else }}none{{ end }}';
