import { LiveMark } from './shell.js';
import type { VNode } from 'preact';
import type { State } from '../domain/state.js';
import { cut, Foreign } from './foreign-text.js';
import { Icon, stateLetters, stateWords } from './icons.js';
import type { MonitorView } from './monitor-view.js';

const example = `models:
  - id: gpt
    provider: openai
    model: gpt-4o-mini
    api_key: '\${OPENAI_API_KEY}'`;

function Part({ name, state }: { readonly name: string; readonly state: State }): VNode {
  const letter = stateLetters[state];
  return (
    <span class={`s ${letter}`}>
      <Icon of={letter} />
      {name}
      <span class="vh">{`: ${stateWords[state]}`}</span>
    </span>
  );
}

/** Problems of the configuration that are shown; the log has all. */
const mostNotes = 10;
const longestNote = 500;

/** The overview of a configuration without a model: what to do. */
export function FirstRun(props: { readonly monitor: MonitorView; readonly now: number }): VNode {
  const { monitor, now } = props;
  const { scheduler, store, configuration, reaches } = monitor;
  const notes = [...configuration.refused, ...configuration.warnings];
  const parts: readonly (readonly [string, State])[] = [
    ['Scheduler', scheduler.live ? 'healthy' : 'unhealthy'],
    ['Store', store.failure === null ? 'healthy' : 'degraded'],
    ['Configuration: 0 models', notes.length === 0 ? 'healthy' : 'degraded'],
    ['Connectivity', reaches === false ? 'unknown' : 'healthy'],
  ];
  return (
    <section class="empty" aria-labelledby="head">
      <h1 id="head">No model is watched yet.</h1>
      <p>
        Write one into the configuration file, such as <code>config/modelpulse.yaml</code>. The file is read
        again by itself, and the model appears here.
      </p>
      {/* Reached by the keyboard, since a narrow screen has to scroll it. */}
      <pre tabindex={0} role="region" aria-label="Example of a model">
        {example}
      </pre>
      <p class="mut">
        <code>docs/providers.md</code> has a model of every provider to copy. <code>modelpulse validate</code>{' '}
        says what is wrong with a file before it counts. <code>modelpulse demo</code> shows this page with
        simulated models, without a key.
      </p>
      <p>
        {parts.map(([name, state]) => (
          <>
            <Part name={name} state={state} />{' '}
          </>
        ))}
      </p>
      <LiveMark now={now} address="/" />
      {notes.length > 0 && (
        <ul>
          {notes.slice(0, mostNotes).map((note) => (
            <li>
              <Foreign text={cut(note, longestNote)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
