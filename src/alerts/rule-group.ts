import type { Blame } from '../domain/reason.js';

/** A series that other rules read. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** Fires while its expression finds something. */
export interface AlertRule {
  /** `model` where the series of the expression carry the label `model`. */
  readonly about: 'model' | 'monitor';
  readonly alert: string;
  readonly expr: string;
  /** How long the expression must hold, as Prometheus writes durations. */
  readonly for?: string;
  readonly labels: {
    readonly severity: 'critical' | 'warning' | 'none';
    /** Left out where the series of the expression bring it. */
    readonly blame?: Blame;
    readonly window?: string;
  };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly detail?: string;
    readonly since?: string;
  };
}

/** Rules that Prometheus evaluates one after the other, so that an alert may read what the group has just recorded. */
export interface RuleGroup {
  readonly name: string;
  /** Left out for Prometheus' own `evaluation_interval`. */
  readonly interval?: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}
