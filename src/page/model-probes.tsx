import type { VNode } from 'preact';
import { probeNameOf, modelIdOf } from '../domain/probes.js';
import { shownState, type ProbeView } from '../domain/view.js';
import { At } from './figures.js';
import { Foreign } from './foreign-text.js';
import { Icon, stateLetters, stateWords } from './icons.js';
import type { ModelPageView } from './model-view.js';
import { reasonWords } from './reason-words.js';

function Probe({ of: { name, view }, now }: { readonly of: ProbeView; readonly now: number }): VNode {
  const { state, since, reason } = shownState(view, now);
  const letter = stateLetters[state];
  return (
    <>
      <dt>
        <a href={`/models/${encodeURIComponent(view.model.id)}`}>{name}</a>
      </dt>
      <dd>
        <span class={`s ${letter}`}>
          <Icon of={letter} />
          {stateWords[state]}
        </span>
        {' since '}
        <At time={since} now={now} />
        {reason !== null && state !== 'healthy' && `: ${reasonWords[reason].label}`}
      </dd>
    </>
  );
}

/** The probes of a model beside its own; on the page of a probe the way to its model. */
export function ModelProbes({ page }: { readonly page: ModelPageView }): VNode | null {
  const { view, now } = page;
  const { id, probeOf } = view.model;
  if (probeOf === undefined && view.probes.length === 0) return null;
  return (
    <section aria-labelledby="probes">
      <h2 id="probes">Probes</h2>
      {probeOf === undefined ? (
        <dl class="facts">
          {view.probes.map((one) => (
            <Probe of={one} now={now} />
          ))}
        </dl>
      ) : (
        <p>
          {`The probe ${probeNameOf(id) ?? ''} of `}
          <a href={`/models/${encodeURIComponent(modelIdOf(id))}`}>
            <bdi>
              <Foreign text={modelIdOf(id)} />
            </bdi>
          </a>
          .
        </p>
      )}
    </section>
  );
}
