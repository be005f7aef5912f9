import type { VNode } from 'preact';
import { At } from './figures.js';

/** A message about an incident to one channel. */
export interface ToldMessage {
  readonly channel: string;
  /** Such as `slack`; null for a channel that the configuration has no longer. */
  readonly kind: string | null;
  readonly state: 'pending' | 'sent' | 'superseded' | 'dead';
  /** Unix ms: its end, or while it waits its beginning. */
  readonly at: number;
  readonly attempts: number;
  /** What it tells, such as `resolved`. */
  readonly what: string;
}

const words: Readonly<Record<ToldMessage['state'], string>> = {
  sent: 'Told',
  pending: 'Still to tell',
  superseded: 'A newer message replaced the one to',
  dead: 'Gave up telling',
};

/** Who was told of an incident, oldest first. */
export function ToldSection(props: {
  readonly told: readonly ToldMessage[];
  readonly now: number;
}): VNode | null {
  const { told, now } = props;
  if (told.length === 0) return null;
  return (
    <section aria-labelledby="told">
      <h2 id="told">Who was told</h2>
      <ol class="story">
        {told.map(({ channel, kind, state, at, attempts, what }) => (
          <li>
            <At time={at} now={now} precision="second" />
            <span>
              {`${words[state]} `}
              <b>{channel}</b>
              {`${kind === null ? '' : ` (${kind})`}: ${what}`}
              {attempts > 1 && <span class="mut">{`, ${attempts} attempts`}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
