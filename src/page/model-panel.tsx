import type { ComponentChildren, VNode } from 'preact';
import type { State } from '../domain/state.js';
import { acknowledgedAt } from '../domain/view.js';
import { AcknowledgedTag } from './acknowledgement.js';
import { At, plural, span, timeText } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel, Icon, stateLetters, stateWords } from './icons.js';
import type { PastIncident } from './model-past.js';
import type { ModelPageView } from './model-view.js';
import { Action, reasonWords, Words } from './reason-words.js';

const longestText = 2_000;

/** `Next check in 44 s.` */
function nextCheck({ row, now, view }: ModelPageView): string {
  if (view.pausedBy !== null) return 'No check is planned.';
  if (row.nextDue === null) return 'No check is planned.';
  return row.nextDue <= now ? 'The next check is due now.' : `Next check in ${span(row.nextDue - now)}.`;
}

/** Why nothing is expected of the model now: who paused it, or what was planned. */
function Pause({ page }: { readonly page: ModelPageView }): VNode | null {
  switch (page.view.pausedBy) {
    case 'configuration':
      return (
        <>
          Paused in the configuration: remove <code>pause</code> there.
        </>
      );
    case 'operator':
      return <>Paused by hand, here or with the API. It stays so over restarts until it is resumed.</>;
    case null:
      return null;
  }
}

function keysText(keys: readonly (boolean | null)[]): string | null {
  if (keys.length === 0) return null;
  const refused = keys.filter((healthy) => healthy === false).length;
  if (refused > 0) return `${refused} of ${plural(keys.length, 'key')} were refused at their last use.`;
  return keys.every((healthy) => healthy === true)
    ? `${keys.length === 2 ? 'Both keys' : `All ${keys.length} keys`} were accepted at their last use.`
    : null;
}

/** What speaks for or against other causes. */
function evidence({ view, neighbours, reaches, row }: ModelPageView): string[] {
  const { others, healthy } = neighbours;
  return [
    ...(row.state === 'unhealthy' && others > 0
      ? [
          others === 1
            ? `The other model at this address is ${healthy === 1 ? 'healthy' : 'not healthy'}.`
            : `${healthy} of ${others} other models at this address are healthy.`,
        ]
      : []),
    ...[keysText(view.keys)].filter((text) => text !== null),
    ...(reaches === null
      ? []
      : [reaches ? 'The monitor reaches other hosts.' : 'The monitor reaches no other host.']),
  ];
}

function OpenIncident({
  incident,
  page,
}: {
  readonly incident: PastIncident;
  readonly page: ModelPageView;
}): VNode {
  const { now, view } = page;
  return (
    <>
      <a href={`/incidents/${incident.id}`}>{`Incident ${incident.id}`}</a>
      {' opened at '}
      <At time={incident.openedAt} now={now} precision="second" />
      {`, ${plural(incident.checksFailed, 'check')} failed`}
      {view.lastSuccess !== null && (
        <>
          {', last right answer at '}
          <At time={view.lastSuccess} now={now} precision="second" />
        </>
      )}
      {acknowledgedAt(view, now) !== null && (
        <>
          {', '}
          <AcknowledgedTag acknowledged={view.acknowledged} now={now} />
        </>
      )}
      {'. '}
    </>
  );
}

export function NoteQuote(props: {
  readonly note: { readonly at: number; readonly author: string | null; readonly text: string };
  readonly now: number;
}): VNode {
  const { note, now } = props;
  return (
    <blockquote>
      <p dir="auto">
        <Foreign text={cut(note.text, longestText)} />
      </p>
      <footer>
        {note.author !== null && (
          <>
            <bdi>
              <Foreign text={cut(note.author, 200)} />
            </bdi>
            {', '}
          </>
        )}
        <At time={note.at} now={now} />
      </footer>
    </blockquote>
  );
}

/** `Unhealthy for 38 min.` */
function lasting(state: State, since: number, now: number): string {
  return `${stateWords[state]} for ${span(Math.max(0, now - since))}.`;
}

function Panel(props: {
  readonly letter: 'h' | 'd' | 'u' | 'q' | 'm';
  readonly head: ComponentChildren;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <section class={`now ${props.letter}`} aria-labelledby="now" data-part="now">
      <div class="big">
        <Icon of={props.letter} />
      </div>
      <div>
        <h2 id="now">{props.head}</h2>
        {props.children}
      </div>
    </section>
  );
}

/** Of a model that is well one line; a warning is the second. */
function WellPanel({ page }: { readonly page: ModelPageView }): VNode {
  const { row, now } = page;
  return (
    <p class="well" data-part="now">
      <span class="s h">
        <Icon of="h" />
        {lasting(row.state, row.since, now)}
      </span>
      {` ${nextCheck(page)}`}
      {row.warning !== null && (
        <>
          {' '}
          <span class="s d">
            <Icon of="d" />
            {`${row.warning}.`}
          </span>
        </>
      )}
    </p>
  );
}

function MaintenancePanel({ page }: { readonly page: ModelPageView }): VNode {
  const { row, now } = page;
  const covering = page.exclusions?.find(({ from, to }) => from <= now && now < to);
  const until = row.maintenanceUntil;
  return (
    <Panel
      letter="m"
      head={until === null ? 'In maintenance.' : `In maintenance until ${timeText(until, now)} UTC.`}
    >
      <p class="do">{`Checks continue and are listed, but open no incident and do not count. ${nextCheck(page)}`}</p>
      {covering !== undefined && (
        <pre dir="auto">
          <Foreign text={cut(covering.reason, longestText)} />
        </pre>
      )}
    </Panel>
  );
}

/** What is the matter, who has to act, and what to do. */
export function ModelPanel({ page }: { readonly page: ModelPageView }): VNode {
  const { row, now, past, view } = page;
  const { state, reason, blame, provider } = row;
  if (state === 'healthy') return <WellPanel page={page} />;
  if (state === 'maintenance') return <MaintenancePanel page={page} />;
  const incident =
    state === 'unhealthy' ? past?.incidents.find(({ closedAt }) => closedAt === null) : undefined;
  const note = incident?.notes.at(-1);
  const detail = reason === 'paused' || reason === 'not_yet' ? null : row.detail;
  const rest = reason === 'paused' || reason === 'not_yet' ? [] : evidence(page);
  return (
    <Panel
      letter={stateLetters[state]}
      head={
        <>
          {lasting(state, row.since, now)}
          {row.probe !== null && ` Its probe ${row.probe} decides.`}
          {reason !== null && reason !== 'paused' && (
            <>
              {' '}
              <Words text={reasonWords[reason].sentence} provider={provider} />
            </>
          )}
        </>
      }
    >
      <p class="do">
        {blame !== null && <BlameLabel blame={blame} />}
        {reason === 'paused' ? (
          <Pause page={page} />
        ) : (
          reason !== null && <Action reason={reason} provider={provider} />
        )}
        {` ${nextCheck(page)}`}
      </p>
      {detail !== null && detail !== '' && (
        <pre dir="auto">
          <Foreign text={cut(detail, longestText)} />
        </pre>
      )}
      {(incident !== undefined || rest.length > 0) && (
        <p class="mut">
          {incident !== undefined && <OpenIncident incident={incident} page={page} />}
          {incident === undefined && view.lastSuccess !== null && (
            <>
              {'Last right answer at '}
              <At time={view.lastSuccess} now={now} precision="second" />
              {'. '}
            </>
          )}
          {rest.join(' ')}
        </p>
      )}
      {note !== undefined && <NoteQuote note={note} now={now} />}
    </Panel>
  );
}
