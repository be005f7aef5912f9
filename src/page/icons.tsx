import type { VNode } from 'preact';
import type { Blame } from '../domain/reason.js';
import type { State } from '../domain/state.js';

/** Letters of the states in classes and symbols. */
export const stateLetters = {
  healthy: 'h',
  degraded: 'd',
  unhealthy: 'u',
  unknown: 'q',
  maintenance: 'm',
} as const satisfies Record<State, string>;

export const stateWords = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  unhealthy: 'Unhealthy',
  unknown: 'Unknown',
  maintenance: 'Maintenance',
} as const satisfies Record<State, string>;

export const blameWords = {
  provider: 'Provider',
  account: 'Account',
  config: 'Config',
  network: 'Network',
  monitor: 'Monitor',
} as const satisfies Record<Blame, string>;

type Letter = (typeof stateLetters)[State];

/** Filled shapes have a class k for what is cut out of them, outlines a class l. */
const shapes: Readonly<Record<Letter | Blame, VNode>> = {
  h: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path class="k" d="M4.9 8.3 7 10.4l4.1-4.5" />
    </>
  ),
  d: (
    <>
      <path d="M8 1c.5 0 .9.2 1.2.7l6 11c.5.9-.1 2-1.2 2H2c-1.1 0-1.7-1.1-1.2-2l6-11C7.1 1.2 7.5 1 8 1z" />
      <path class="k" d="M8 5.5v4m0 2.5v.01" />
    </>
  ),
  u: (
    <>
      <path d="M5.1.8h5.8l4.3 4.3v5.8l-4.3 4.3H5.1L.8 10.9V5.1z" />
      <path class="k" d="m5.5 5.5 5 5m0-5-5 5" />
    </>
  ),
  q: (
    <>
      <circle class="l" cx="8" cy="8" r="6.7" stroke-dasharray="2.6 1.6" />
      <path class="l" d="M6.2 6.4a1.9 1.9 0 1 1 2.7 1.6c-.6.3-.9.7-.9 1.3m0 2.2v.01" />
    </>
  ),
  m: <path class="l" d="M8 1.2 14.8 8 8 14.8 1.2 8zM6.5 6.2v3.6m3-3.6v3.6" />,
  provider: <path class="l" d="M2.5 2.5h11v4.3h-11zm0 6.7h11v4.3h-11zM5 4.7h.01M5 11.4h.01" />,
  account: (
    <>
      <circle class="l" cx="4.9" cy="8" r="2.9" />
      <path class="l" d="M7.8 8h6.7v2.6M11.7 8v2.1" />
    </>
  ),
  config: (
    <>
      <path class="l" d="M1.5 5h7m4 0h2m-13 6h2m4 0h7" />
      <circle class="l" cx="10.5" cy="5" r="1.9" />
      <circle class="l" cx="5.5" cy="11" r="1.9" />
    </>
  ),
  network: (
    <>
      <circle class="l" cx="3.4" cy="8" r="1.9" />
      <circle class="l" cx="12.6" cy="8" r="1.9" />
      <path class="l" d="M5.3 8h1.5m2.4 0h1.5m-2-3.5-1.4 7" />
    </>
  ),
  monitor: <path class="l" d="M1 8.5h3.2l1.8-5 3.3 9 2-4H15" />,
};

/** The symbols of a document; `Icon` refers to them. */
export function Sprite(): VNode {
  return (
    <svg class="sprite" width="0" height="0" aria-hidden="true">
      {Object.entries(shapes).map(([name, shape]) => (
        <symbol id={`i-${name}`} viewBox="0 0 16 16">
          {shape}
        </symbol>
      ))}
    </svg>
  );
}

export function Icon({ of, also = '' }: { readonly of: Letter | Blame; readonly also?: string }): VNode {
  return (
    <svg class={also === '' ? 'i' : `i ${also}`} aria-hidden="true">
      <use href={`#i-${of}`} />
    </svg>
  );
}

/** A state as silhouette, word and colour. */
export function StateLabel({ state }: { readonly state: State }): VNode {
  const letter = stateLetters[state];
  return (
    <span class={`s ${letter}`}>
      <Icon of={letter} />
      {stateWords[state]}
    </span>
  );
}

/** Who has to act, as a glyph and a word. */
export function BlameLabel({ blame }: { readonly blame: Blame }): VNode {
  return (
    <span class="who">
      <Icon of={blame} />
      {blameWords[blame]}
    </span>
  );
}
