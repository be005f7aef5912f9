import type { VNode } from 'preact';
import type { Interval } from '../domain/state.js';

/** What the dashboard shall show. */
export interface GrafanaView {
  readonly model: string;
  readonly window: Interval;
}

/** The dashboard with its variable `model` and its times, in Unix ms. */
function addressOf(dashboard: string, { model, window }: GrafanaView): string {
  const parameters = new URLSearchParams({
    'var-model': model,
    from: String(window.from),
    to: String(window.to),
  });
  return `${dashboard}?${parameters.toString()}`;
}

/** A link to the dashboard as a button; nothing where none is configured. */
export function GrafanaButton(props: {
  readonly dashboard: string | null;
  readonly view: GrafanaView;
}): VNode | null {
  const { dashboard, view } = props;
  if (dashboard === null) return null;
  return (
    <a class="btn" href={addressOf(dashboard, view)}>
      Grafana
    </a>
  );
}
