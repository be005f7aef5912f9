import type { VNode } from 'preact';
import {
  deadlinesOf,
  deadlineText,
  urgencyOf,
  type Deadline,
  type DeadlineSource,
} from '../domain/deadline.js';
import { asSentence, isoSeconds } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import type { ModelPageView } from './model-view.js';

const mostShown = 20;

const sourceWords: Readonly<Record<DeadlineSource, string>> = {
  configuration: 'as configured',
  token: 'as the token says',
  file: 'as its file says',
  list: 'as its vendor has published',
  connection: 'as seen at the last connection',
  reply: 'as a reply said',
};

function End({ deadline, now }: { readonly deadline: Deadline; readonly now: number }): VNode {
  const { at, source, url } = deadline;
  const urgency = urgencyOf(deadline, now);
  const told = sourceWords[source];
  return (
    <li>
      <time datetime={isoSeconds(at)} class={urgency === 'urgent' || urgency === 'over' ? 'c-u' : undefined}>
        {asSentence(deadlineText(deadline, now))}
      </time>{' '}
      <span class="mut">
        {url === null ? (
          told
        ) : (
          <a href={url} rel="noreferrer">
            {told}
          </a>
        )}
      </span>
    </li>
  );
}

/** What ends soon, and what is odd and changes no state; nothing where there is neither. */
export function ModelEnds({ page }: { readonly page: ModelPageView }): VNode | null {
  const { view, now } = page;
  // The certificate of the endpoint stands beside its version.
  const ends = deadlinesOf(view).filter(({ kind }) => kind !== 'certificate');
  const { notes } = view;
  if (ends.length === 0 && notes.length === 0) return null;
  return (
    <>
      {ends.length > 0 && (
        <section aria-labelledby="ends">
          <h2 id="ends">What ends</h2>
          <ul class="reported">
            {ends.slice(0, mostShown).map((deadline) => (
              <End deadline={deadline} now={now} />
            ))}
          </ul>
        </section>
      )}
      {notes.length > 0 && (
        <section aria-labelledby="notes">
          <h2 id="notes">Notes</h2>
          <ul class="reported">
            {notes.map(({ text }) => (
              <li>
                <bdi>
                  <Foreign text={cut(text, 500)} />
                </bdi>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
