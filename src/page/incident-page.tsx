import type { VNode } from 'preact';
import type { RecordedResult } from '../domain/result.js';
import { AcknowledgementSection } from './acknowledgement.js';
import { CheckTable } from './check-table.js';
import { At, FromTo, plural } from './figures.js';
import { cut, Foreign, foreignText } from './foreign-text.js';
import { GrafanaButton } from './grafana-link.js';
import { Icon, stateLetters } from './icons.js';
import { Figures, When } from './incident-figures.js';
import { IncidentTable } from './incident-line.js';
import { NoteSection } from './incident-notes.js';
import { storyOf, type StoryEvent } from './incident-story.js';
import { ToldSection } from './incident-told.js';
import type { IncidentView } from './incident-view.js';
import { incidentAddress, modelAddress } from './page-address.js';
import { Action, reasonWords, Words } from './reason-words.js';
import { operatorPage, type Frame } from './shell.js';
import { StateStrip } from './state-strip.js';
import { VendorSection } from './vendor-line.js';

function StoryLine({ event, day }: { readonly event: StoryEvent; readonly day: number }): VNode {
  const { at, state, what, rest, said } = event;
  return (
    <li>
      <At time={at} now={day} precision="second" />
      <span>
        {state === null ? (
          <span class="mut" aria-hidden="true">
            {'✎ '}
          </span>
        ) : (
          <span class={stateLetters[state]}>
            <Icon of={stateLetters[state]} />
          </span>
        )}
        <b>
          <bdi>
            <Foreign text={cut(what, 200)} />
          </bdi>
        </b>
        {rest}
        {said !== null && said !== '' && (
          <>
            {state === null ? ': ' : ' '}
            <q dir="auto" class={state === null ? 'lines plain' : 'mut'}>
              <Foreign text={cut(said, 400)} />
            </q>
          </>
        )}
      </span>
    </li>
  );
}

/** States and story. */
function Course({ view }: { readonly view: IncidentView }): VNode {
  const { strip, incident } = view;
  return (
    <section aria-labelledby="course">
      <div class="bar-head">
        <h2 id="course">From an hour before to an hour after</h2>
      </div>
      <StateStrip told={strip.told} window={strip.window} now={incident.openedAt} />
      <ol class="story">
        {storyOf(view).map((event) => (
          <StoryLine event={event} day={incident.openedAt} />
        ))}
      </ol>
    </section>
  );
}

const mostProof = 6;

/** The results that proved it, and those that proved its end. */
function Proof(props: {
  readonly id: string;
  readonly heading: string;
  readonly results: readonly RecordedResult[];
  readonly day: number;
}): VNode | null {
  const { id, heading, results, day } = props;
  if (results.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      <CheckTable results={results} labelledBy={id} now={day} />
    </section>
  );
}

function Checks({ view }: { readonly view: IncidentView }): VNode {
  const { checks, incident } = view;
  const { results, before, next } = checks;
  const address = incidentAddress(incident.id);
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">
        Checks of this time <small>newest first{results.length > 0 && next !== null && ', in pages'}</small>
      </h2>
      {results.length === 0 ? (
        <p class="mut">No result of this time is kept.</p>
      ) : (
        <details class="tab" open={before !== null || results.length <= 12}>
          <summary>{`${plural(results.length, 'check')}${next === null && before === null ? '' : ' on this page'}`}</summary>
          <CheckTable results={results} labelledBy="checks" now={incident.openedAt} />
        </details>
      )}
      {(before !== null || next !== null) && (
        <nav class="more pager" aria-label="More checks">
          {before !== null && <a href={`${address}#checks`}>Newest checks</a>}
          {next !== null && (
            <a rel="next" href={`${address}?before=${next}#checks`}>
              Earlier checks
            </a>
          )}
        </nav>
      )}
    </section>
  );
}

function Exclusions({ view }: { readonly view: IncidentView }): VNode | null {
  const { incident } = view;
  if (incident.exclusions.length === 0) return null;
  return (
    <section aria-labelledby="excluded">
      <h2 id="excluded">Excluded from the figures</h2>
      <ol class="story">
        {incident.exclusions.slice(0, 100).map(({ from, to, reason }) => (
          <li>
            <span class="mut">
              <FromTo from={from} to={to} now={incident.openedAt} />
            </span>
            <bdi class="lines">
              <Foreign text={cut(reason, 2_000)} />
            </bdi>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Neighbours({ view }: { readonly view: IncidentView }): VNode | null {
  const { neighbours, now } = view;
  if (neighbours.length === 0) return null;
  return (
    <section aria-labelledby="same">
      <h2 id="same">
        At the same time <small>with the same reason or provider</small>
      </h2>
      <IncidentTable lines={neighbours} labelledBy="same" now={now} />
    </section>
  );
}

function titleOf({ incident }: Pick<IncidentView, 'incident'>): string {
  return `Incident ${incident.id}: ${reasonWords[incident.reason].label}`;
}

/** The whole page. */
export function incidentPage(frame: Frame, view: IncidentView): string {
  const { incident, provider, registered, endedAt, results, closing, confirm } = view;
  const { id, model, reason, closedAt } = incident;
  // The heading has the day of the incident: times of that day do without it.
  const day = incident.openedAt;
  const open = closedAt === null && endedAt === null;
  const failed = results.slice(0, Math.min(confirm?.failures ?? 1, mostProof));
  const opened = failed[0]?.slot === incident.openedAt ? failed : [];
  return operatorPage({
    frame,
    title: `${titleOf(view)} · ${foreignText(cut(model, 60))}`,
    icon: open ? 'unhealthy' : 'healthy',
    section: 'incidents',
    children: (
      <>
        <nav class="crumb" aria-label="Where you are">
          <a href="/incidents">Incidents</a>
          {' / '}
          <a href={modelAddress(model)}>
            <bdi>
              <Foreign text={cut(model, 80)} />
            </bdi>
          </a>
          {' /'}
        </nav>
        <section class="mhead" aria-labelledby="head">
          <div>
            <h1 id="head">{titleOf(view)}</h1>
            <When view={view} />
          </div>
          <div class="acts">
            {frame.mayChange && open && (
              <a class="btn" href="#acknowledge">
                Acknowledge
              </a>
            )}
            {frame.mayChange && (
              <a class="btn" href="#note">
                Add a note
              </a>
            )}
            {frame.mayChange && registered && (
              <a class="btn" href={`${modelAddress(model)}#exclude`}>
                Exclude its time
              </a>
            )}
            <a class="btn" href={`/api/v1/incidents/${id}`}>
              JSON
            </a>
            <GrafanaButton dashboard={frame.grafanaUrl} view={{ model, window: view.strip.window }} />
          </div>
        </section>
        <p class="do">
          <Words text={reasonWords[reason].sentence} provider={provider} />{' '}
          {open && <Action reason={reason} provider={provider} />}
        </p>
        <Figures view={view} />
        {open && (
          <AcknowledgementSection
            incident={id}
            acknowledged={incident.acknowledged}
            form={view.care}
            now={view.now}
            mayChange={frame.mayChange}
          />
        )}
        <VendorSection side={view.vendor ?? null} day={day} />
        <Course view={view} />
        <NoteSection
          incident={id}
          notes={incident.notes}
          form={view.form}
          now={day}
          mayChange={frame.mayChange}
        />
        <ToldSection told={view.toldTo} now={day} />
        <Exclusions view={view} />
        <Proof id="opened" heading="What opened it" results={opened} day={day} />
        <Proof
          id="closed"
          heading="What closed it"
          results={closing.slice(0, Math.min(confirm?.successes ?? 1, mostProof))}
          day={day}
        />
        <Checks view={view} />
        <Neighbours view={view} />
      </>
    ),
  });
}
