import type { VNode } from 'preact';
import { At, FromTo, lastedSpan, plural, timeText } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel, Icon } from './icons.js';
import type { PastIncident } from './model-past.js';
import type { ModelPageView } from './model-view.js';
import { reasonWords, Words } from './reason-words.js';

function Incident({
  incident,
  page,
}: {
  readonly incident: PastIncident;
  readonly page: ModelPageView;
}): VNode {
  const { now, row } = page;
  const { id, openedAt, closedAt, reason, blame, checksFailed, notes, exclusions } = incident;
  return (
    <li>
      <span class="n mut">{`#${id}`}</span>
      <span>
        <a href={`/incidents/${id}`}>
          <b>
            <Words text={reasonWords[reason].sentence} provider={row.provider} />
          </b>
        </a>{' '}
        {blame !== null && <BlameLabel blame={blame} />}
        <small>
          {`${plural(checksFailed, 'check')} failed`}
          {exclusions.length > 0 && `; ${plural(exclusions.length, 'exclusion')} in this time`}
        </small>
        {notes.slice(-3).map(({ at, author, text }) => (
          <small class="quote">
            <b>
              <bdi>{author === null ? 'Note' : <Foreign text={cut(author, 80)} />}</bdi>
            </b>
            {`, ${timeText(at, now)}: `}
            <span dir="auto">
              <Foreign text={cut(text, 500)} />
            </span>
          </small>
        ))}
        {notes.length > 3 && <small>{`${notes.length - 3} older notes`}</small>}
      </span>
      <span class="n">
        {closedAt === null ? (
          <At time={openedAt} now={now} />
        ) : (
          <FromTo from={openedAt} to={closedAt} now={now} />
        )}
      </span>
      <span class="n">
        {closedAt === null ? (
          <span class="s u">
            <Icon of="u" />
            {`open, ${lastedSpan(Math.max(0, now - openedAt))}`}
          </span>
        ) : (
          lastedSpan(closedAt - openedAt)
        )}
      </span>
    </li>
  );
}

/** The newest incidents with their notes. */
export function ModelIncidents({ page }: { readonly page: ModelPageView }): VNode | null {
  const { past, view } = page;
  if (past === null) return null;
  return (
    <section aria-labelledby="inc">
      <div class="bar-head">
        <h2 id="inc">Incidents</h2>
        {past.incidents.length > 0 && (
          <nav class="zoom" aria-label="More incidents">
            <a href={`/incidents?model=${encodeURIComponent(view.model.id)}`}>All</a>
          </nav>
        )}
      </div>
      {past.incidents.length === 0 ? (
        <p class="mut">None in the last year.</p>
      ) : (
        <ul class="inc">
          {past.incidents.map((incident) => (
            <Incident incident={incident} page={page} />
          ))}
        </ul>
      )}
    </section>
  );
}
