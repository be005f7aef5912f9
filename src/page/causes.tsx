import type { VNode } from 'preact';
import { plural, Since } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel, Icon, stateLetters, stateWords } from './icons.js';
import type { Cause } from './overview-view.js';
import { Action, reasonWords, Words } from './reason-words.js';

const modelAddress = (id: string): string => `/models/${encodeURIComponent(id)}`;

/** Names of up to three models; more are a number with the list behind it. */
const namedModels = 3;
const listedModels = 100;

function CauseModels({ models }: { readonly models: readonly string[] }): VNode {
  const links = models.slice(0, listedModels).map((id, index) => (
    <>
      {index > 0 && ', '}
      <a href={modelAddress(id)}>
        <bdi>
          <Foreign text={cut(id, 60)} />
        </bdi>
      </a>
    </>
  ));
  if (models.length <= namedModels) return <>{links}</>;
  return (
    <details>
      <summary>{plural(models.length)}</summary>
      {links}
      {models.length > listedModels && ` and ${models.length - listedModels} more`}
    </details>
  );
}

function CauseItem({ cause, now }: { readonly cause: Cause; readonly now: number }): VNode {
  const letter = stateLetters[cause.state];
  return (
    <li>
      <span class="by">
        <BlameLabel blame={cause.blame} />
        <small>
          <Foreign text={cut(cause.provider, 60)} />
        </small>
      </span>
      <span class="say">
        <span class={letter}>
          <Icon of={letter} />
          <span class="vh">{`${stateWords[cause.state]}: `}</span>
        </span>
        <Words text={reasonWords[cause.reason].sentence} provider={cause.provider} />{' '}
        <Action reason={cause.reason} provider={cause.provider} />
      </span>
      <span class="of">
        <CauseModels models={cause.models} />
      </span>
      <Since time={cause.since} now={now} />
    </li>
  );
}

/** Causes shown whole; the filter leads to the rest. */
const mostCauses = 50;

/** Who has to act: each cause once. */
export function Causes({
  causes,
  now,
}: {
  readonly causes: readonly Cause[];
  readonly now: number;
}): VNode | null {
  if (causes.length === 0) return null;
  const waits = causes.filter(({ blame }) => blame === 'provider').length;
  const yours = causes.length - waits;
  const parts = [
    yours > 0 ? `${plural(yours, 'cause')} ${yours === 1 ? 'needs' : 'need'} you` : null,
    waits > 0 ? `${plural(waits, 'cause')} ${waits === 1 ? 'waits' : 'wait'} for a provider` : null,
  ].filter((part) => part !== null);
  return (
    <section aria-labelledby="act">
      <h2 id="act">
        Who has to act <small>{parts.join(', ')}</small>
      </h2>
      <ul class="causes">
        {causes.slice(0, mostCauses).map((cause) => (
          <CauseItem cause={cause} now={now} />
        ))}
      </ul>
      {causes.length > mostCauses && <p class="more mut">{`and ${causes.length - mostCauses} more below`}</p>}
    </section>
  );
}
