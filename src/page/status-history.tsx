import { eventAnchor } from './status-events.js';
import type { ComponentChildren, VNode } from 'preact';
import { dayMs } from '../domain/period.js';
import { isoSeconds } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { Icon } from './icons.js';
import { longestName } from './status-components.js';
import type { StatusAnnouncement, StatusIncident, StatusMaintenance, StatusPageView } from './status-view.js';
import type { StatusWords } from './status-words.js';

/** Days of incidents on the page. */
export const listedDays = 14;
/** Entries of those days, so that a flapping model cannot fill the page. */
const mostListed = 100;
/** Models named in one entry of a maintenance. */
const mostNamed = 10;

interface Parts {
  readonly view: StatusPageView;
  readonly words: StatusWords;
}

/** A text whose placeholders are filled with elements. */
function Filled(props: {
  readonly text: string;
  readonly values: Readonly<Record<string, ComponentChildren>>;
}): VNode {
  const parts = props.text.split(/\{(\w{1,20})\}/);
  // Split by one group: every other part is a name.
  return <>{parts.map((part, index) => (index % 2 === 1 ? (props.values[part] ?? '') : part))}</>;
}

function At({ time, text }: { readonly time: number; readonly text: string }): VNode {
  return <time datetime={isoSeconds(time)}>{text}</time>;
}

function namesOf(ids: readonly string[], { components }: StatusPageView): readonly string[] {
  const wanted = new Set(ids);
  return components.filter(({ id }) => wanted.has(id)).map(({ name }) => cut(name, longestName));
}

function Names({ ids, view, words }: Parts & { readonly ids: readonly string[] }): VNode {
  const names = namesOf(ids, view);
  const rest = names.length - mostNamed;
  const shown = rest > 0 ? [...names.slice(0, mostNamed), `+${rest}`] : names;
  return (
    <b dir="auto">
      <Foreign text={names.length === 0 ? words.messages.models : words.list(shown)} />
    </b>
  );
}

/** Minutes alone where both times are of one day. */
function range(from: number, to: number, words: StatusWords): { from: string; to: string } {
  const text = words.day(from) === words.day(to) ? words.minute : words.dayMinute;
  return { from: text(from), to: text(to) };
}

function IncidentEntry({ incident, view, words }: Parts & { readonly incident: StatusIncident }): VNode {
  const { id, openedAt, closedAt, lastedMs, component, reason } = incident;
  const end = closedAt ?? view.now;
  const { from, to } = range(openedAt, end, words);
  return (
    <dd id={eventAnchor('incident', id)}>
      <Icon of={closedAt === null ? 'u' : 'h'} also={closedAt === null ? 'c-u' : 'c-h'} />
      <Filled
        text={closedAt === null ? words.messages.downSince : words.messages.wasDown}
        values={{
          name: <Names ids={[component]} view={view} words={words} />,
          from: <At time={openedAt} text={from} />,
          to: <At time={end} text={to} />,
        }}
      />
      {reason !== null && (
        <span class="mut" lang="en">
          {' ('}
          <Foreign text={reason} />)
        </span>
      )}
      <span class="n mut">{words.span(lastedMs)}</span>
    </dd>
  );
}

function MaintenanceEntry(props: Parts & { readonly maintenance: StatusMaintenance }): VNode {
  const { maintenance, view, words } = props;
  const { from, to, reason, components } = maintenance;
  const { messages } = words;
  const state = from > view.now ? 'planned' : to > view.now ? 'now' : 'past';
  const texts = {
    planned: messages.maintenancePlanned,
    now: messages.maintenanceNow,
    past: messages.maintenancePast,
  };
  const short = range(from, to, words);
  // What is to come is told with its day.
  const told = state === 'past' ? short : { from: words.dayMinute(from), to: words.dayMinute(to) };
  return (
    <>
      <span class="m">
        <Icon of="m" />
      </span>
      <Filled
        text={texts[state]}
        values={{
          names: <Names ids={components} view={view} words={words} />,
          from: <At time={from} text={told.from} />,
          to: <At time={to} text={told.to} />,
        }}
      />
      {reason !== null && (
        <span class="mut" dir="auto">
          {' ('}
          <Foreign text={reason} />)
        </span>
      )}
    </>
  );
}

/** Maintenance that is under way or planned; null without any. */
export function PlannedMaintenance({ view, words }: Parts): VNode | null {
  const ahead = view.maintenances.filter(({ to }) => to > view.now).sort((a, b) => a.from - b.from);
  if (ahead.length === 0) return null;
  return (
    <section aria-labelledby="planned">
      <h2 id="planned">{words.messages.planned}</h2>
      <ul class="log">
        {ahead.map((maintenance) => (
          <li id={eventAnchor('maintenance', maintenance.id)}>
            <MaintenanceEntry maintenance={maintenance} view={view} words={words} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Incidents and past maintenance of the last days, by days of the page's time zone. */
export function PastDays({ view, words }: Parts): VNode {
  const { messages, count } = words;
  const since = view.now - listedDays * dayMs;
  const entries = [
    ...view.incidents
      .filter(({ closedAt }) => closedAt === null || closedAt > since)
      .map((incident) => ({
        at: incident.openedAt,
        entry: <IncidentEntry incident={incident} view={view} words={words} />,
      })),
    ...view.maintenances
      .filter(({ to }) => to <= view.now && to > since)
      .map((maintenance) => ({
        at: maintenance.from,
        entry: (
          <dd id={eventAnchor('maintenance', maintenance.id)}>
            <MaintenanceEntry maintenance={maintenance} view={view} words={words} />
          </dd>
        ),
      })),
  ].sort((a, b) => b.at - a.at);
  const listed = entries.slice(0, mostListed);
  const days = new Map<string, VNode[]>();
  for (const { at, entry } of listed) {
    const day = words.day(at);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return (
    <section aria-labelledby="past">
      <h2 id="past">{count(messages.past, listedDays)}</h2>
      {entries.length === 0 ? (
        <p class="mut">{count(messages.noIncident, listedDays)}</p>
      ) : (
        <dl class="log">
          {[...days].map(([day, some]) => (
            <>
              <dt>{day}</dt>
              {some}
            </>
          ))}
        </dl>
      )}
      {entries.length > listed.length && (
        <p class="mut more">{count(messages.more, entries.length - listed.length)}</p>
      )}
    </section>
  );
}

/** Announcements in force at the time of the view. */
export function currentAnnouncements({ announcements, now }: StatusPageView): readonly StatusAnnouncement[] {
  return announcements.filter(({ from, to }) => from <= now && (to === null || to > now));
}

export function Announcements({ view, words }: Parts): VNode | null {
  const current = currentAnnouncements(view);
  if (current.length === 0) return null;
  return (
    <section aria-label={words.messages.announcements}>
      {current.map(({ title, text }) => (
        <article class="ann" dir="auto">
          <h2>
            <Foreign text={title} />
          </h2>
          {text
            .split(/\n[ \t]*\n/)
            .filter((paragraph) => paragraph.trim() !== '')
            .map((paragraph) => (
              <p>
                <Foreign text={paragraph} />
              </p>
            ))}
        </article>
      ))}
    </section>
  );
}
