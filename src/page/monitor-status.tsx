import type { VNode } from 'preact';
import type { Interval, State } from '../domain/state.js';
import { At, span } from './figures.js';
import { Foreign } from './foreign-text.js';
import { Icon, stateLetters } from './icons.js';
import { warningsOf, type MonitorView } from './monitor-view.js';

/** Bytes as `12.4 MB`. */
export function bytesText(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  let value = bytes / 1_000;
  let unit: (typeof units)[number] = 'kB';
  for (const next of units) {
    unit = next;
    if (value < 1_000) break;
    if (next !== 'TB') value /= 1_000;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

function Part(props: {
  readonly name: string;
  readonly state: State;
  readonly children: (VNode | string | null | false)[];
}): VNode {
  const letter = stateLetters[props.state];
  return (
    <>
      <dt>
        <span class={`s ${letter}`}>
          <Icon of={letter} />
          {props.name}
        </span>
      </dt>
      <dd>{props.children}</dd>
    </>
  );
}

/** What is worst; null while the monitor does its work. */
function failureOf(monitor: MonitorView): string | null {
  if (monitor.reaches === false) return 'Monitor is blind';
  if (monitor.store.failure !== null) return 'History is not being written';
  return monitor.scheduler.live ? null : 'Checks stand still';
}

function Summary({ monitor }: { readonly monitor: MonitorView }): VNode {
  const warnings = warningsOf(monitor);
  if (warnings === 0) return <>Monitor is well</>;
  const failure = failureOf(monitor);
  // What the sentence says is one of them.
  const more = failure === null ? warnings : warnings - 1;
  return (
    <>
      {failure ?? 'Monitor has'}{' '}
      {more > 0 && (
        <span class="d">
          <Icon of="d" />
          {`${more} ${failure === null ? '' : 'more '}${more === 1 ? 'warning' : 'warnings'}`}
        </span>
      )}
    </>
  );
}

/** Most warnings that are shown whole. */
const mostWarnings = 10;

/** The health of the monitor itself, folded. */
export function MonitorStatus(props: {
  readonly monitor: MonitorView;
  readonly now: number;
  readonly grafanaUrl: string | null;
}): VNode {
  const { monitor, now, grafanaUrl } = props;
  const { scheduler, store, configuration, reaches } = monitor;
  const notes = [...configuration.refused, ...configuration.warnings];
  return (
    <details class="mon" data-part="monitor">
      <summary>
        <Icon of="monitor" />
        <Summary monitor={monitor} />
      </summary>
      <dl>
        <Part name="Scheduler" state={scheduler.live ? 'healthy' : 'unhealthy'}>
          {[
            scheduler.live ? 'Checks run on time. ' : 'No check has begun for 15 s and more. ',
            `${scheduler.inFlight} are running, ${scheduler.queued} wait. `,
            `${scheduler.missed === 0 ? 'None' : scheduler.missed} missed.`,
          ]}
        </Part>
        <Part name="Store" state={store.failure === null ? 'healthy' : 'degraded'}>
          {[
            store.failure === null ? 'Written at once' : 'Not written',
            store.bytes === null ? '' : `; ${bytesText(store.bytes)}`,
            store.waiting === 0
              ? '; nothing waits.'
              : `; ${store.waiting} ${store.waiting === 1 ? 'result waits' : 'results wait'}, the oldest for ${span(store.oldestWaitingMs)}.`,
          ]}
        </Part>
        <Part name="Configuration" state={notes.length === 0 ? 'healthy' : 'degraded'}>
          {[
            'In force since ',
            <At time={configuration.inForceSince} now={now} />,
            configuration.refused.length > 0 ? '. The newest one is refused' : '',
            '.',
            notes.length > 0 && (
              <ul>
                {notes.slice(0, mostWarnings).map((note) => (
                  <li>
                    <Foreign text={note} />
                  </li>
                ))}
                {notes.length > mostWarnings && (
                  <li>{`and ${notes.length - mostWarnings} more; see the log`}</li>
                )}
              </ul>
            ),
          ]}
        </Part>
        <Part name="Connectivity" state={reaches === false ? 'unknown' : 'healthy'}>
          {[
            reaches === null
              ? 'No failure has made it necessary to look.'
              : reaches
                ? 'The monitor reaches others.'
                : 'The monitor reaches nobody: failures say nothing about a model.',
          ]}
        </Part>
        {grafanaUrl !== null && (
          <>
            <dt>Dashboard</dt>
            <dd>
              <a href={grafanaUrl}>Grafana</a>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

/** Tells, for a day after the start, that nobody watched before. */
export function AbsenceBanner(props: { readonly absence: Interval; readonly now: number }): VNode {
  const { absence, now } = props;
  const { from, to } = absence;
  return (
    <section class="now q" aria-labelledby="absent">
      <div class="big">
        <Icon of="q" />
      </div>
      <div>
        <h2 id="absent">{`modelpulse was not running for ${span(to - from)}. That time is unknown.`}</h2>
        <p class="mut">
          From <At time={from} now={now} /> to <At time={to} now={now} /> UTC. Shown for a day after the
          start.
        </p>
      </div>
    </section>
  );
}

/** What overshadows everything else on the page; null when the monitor is well. */
export function MonitorBanner(props: {
  readonly monitor: MonitorView;
  readonly models: number;
}): VNode | null {
  const { monitor, models } = props;
  const all = models === 1 ? 'The model is' : `All ${models} models are`;
  if (monitor.reaches === false) {
    return (
      <section class="now q" aria-labelledby="blind" role="status">
        <div class="big">
          <Icon of="q" />
        </div>
        <div>
          <h2 id="blind">{`The monitor can reach nobody. ${all} becoming unknown, not down.`}</h2>
          <p class="do">
            <span class="who">
              <Icon of="monitor" />
              Monitor
            </span>{' '}
            <b>Look at this host</b>: its network, proxy and firewall. Nothing below says anything about a
            provider.
          </p>
          <p class="mut">
            Open incidents stay open: silence neither opens nor closes one. This time counts in no uptime, and
            lowers coverage.
          </p>
        </div>
      </section>
    );
  }
  if (monitor.store.failure === null) return null;
  return (
    <section class="now d" aria-labelledby="unwritten" role="status">
      <div class="big">
        <Icon of="d" />
      </div>
      <div>
        <h2 id="unwritten">History is not being written. Checks go on.</h2>
        <p class="do">
          <span class="who">
            <Icon of="monitor" />
            Monitor
          </span>{' '}
          <b>Look at the disk</b>: what waits is written by itself. Do not restart before: what waits would be
          lost.
        </p>
        <pre>
          <Foreign text={monitor.store.failure} />
        </pre>
      </div>
    </section>
  );
}
