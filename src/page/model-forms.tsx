import type { ComponentChildren, VNode } from 'preact';
import { minuteMs } from '../domain/period.js';
import { At, FromTo, plural, timeText } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { GrafanaButton } from './grafana-link.js';
import type { ModelForm, ModelPageView, RefusedForm } from './model-view.js';
import { modelAddress } from './page-address.js';
import { ReadsOnly, type Frame } from './shell.js';

/** Why a form was refused; behind what was pressed. */
function Refusal({
  refused,
  form,
}: {
  readonly refused: RefusedForm | null;
  readonly form: ModelForm;
}): VNode | null {
  if (refused?.form !== form) return null;
  return (
    <output class="wrong" id={`wrong-${form}`}>
      <Foreign text={cut(refused.message, 600)} />
    </output>
  );
}

function ActionForm(props: {
  readonly page: ModelPageView;
  readonly form: 'check' | 'pause' | 'resume';
  readonly text: string;
  readonly main?: boolean;
}): VNode {
  const { page, form, text, main = false } = props;
  return (
    <form method="post" action={`${modelAddress(page.view.model.id)}/${form}`}>
      <button class={main ? 'go' : undefined}>{text}</button>
      <Refusal refused={page.refused} form={form} />
    </form>
  );
}

interface Parts {
  readonly page: ModelPageView;
  readonly frame: Frame;
}

/** What can be done with the model. Checks do not run while it is paused. */
export function ModelActions({ page, frame }: Parts): VNode {
  const { pausedBy, model } = page.view;
  const grafana = (
    <GrafanaButton dashboard={frame.grafanaUrl} view={{ model: model.id, window: page.query.window }} />
  );
  if (!frame.mayChange)
    return (
      <div class="acts">
        <ReadsOnly />
        {grafana}
      </div>
    );
  return (
    <div class="acts">
      {pausedBy === null && <ActionForm page={page} form="check" text="Check now" main />}
      {pausedBy === null && <ActionForm page={page} form="pause" text="Pause" />}
      {pausedBy === 'operator' && <ActionForm page={page} form="resume" text="Resume" main />}
      <a class="btn" href="#exclude">
        Exclude time
      </a>
      <a class="btn" href="#note">
        Add a note
      </a>
      {grafana}
    </div>
  );
}

/** A folded form; open where it was refused. Browsers unfold what holds the target of an address. */
function Folded(props: {
  readonly id: string;
  readonly summary: string;
  readonly open: boolean;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <details class="tab" open={props.open}>
      <summary>{props.summary}</summary>
      <div id={props.id}>{props.children}</div>
    </details>
  );
}

const typedIn = (refused: RefusedForm | null, form: ModelForm, name: string): string | null =>
  refused?.form === form ? (refused.typed.get(name) ?? '') : null;

function NoteForm({ page }: { readonly page: ModelPageView }): VNode {
  const { past, view, refused } = page;
  const incidents = past?.incidents ?? [];
  if (incidents.length === 0)
    return (
      <Folded id="note" summary="A note to an incident" open={refused?.form === 'note'}>
        <p class="mut">There is no incident in the last year to add a note to.</p>
        <Refusal refused={refused} form="note" />
      </Folded>
    );
  const chosen = typedIn(refused, 'note', 'incident') ?? String(incidents[0]?.id ?? '');
  return (
    <Folded id="note" summary="A note to an incident" open={refused?.form === 'note'}>
      <form class="form" method="post" action={`${modelAddress(view.model.id)}/notes#note`}>
        <label class="field">
          Incident
          <select name="incident">
            {incidents.map(({ id, openedAt, closedAt }) => (
              <option value={String(id)} selected={String(id) === chosen}>
                {`#${id}, ${timeText(openedAt, 0)} UTC, ${closedAt === null ? 'open' : 'closed'}`}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Your name
          <input
            name="author"
            maxLength={200}
            autocomplete="name"
            dir="auto"
            value={typedIn(refused, 'note', 'author') ?? ''}
          />
        </label>
        <label class="field">
          What is known
          <textarea
            name="text"
            rows={3}
            maxLength={2_000}
            required
            dir="auto"
            aria-describedby={refused?.form === 'note' ? 'wrong-note' : undefined}
            value={typedIn(refused, 'note', 'text') ?? ''}
          />
        </label>
        <button>Add the note</button>
        <Refusal refused={refused} form="note" />
      </form>
    </Folded>
  );
}

/** A time as `datetime-local` takes it, in UTC. */
const localTime = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

function ExclusionForm({ page }: { readonly page: ModelPageView }): VNode {
  const { view, row, now, refused } = page;
  const down = row.state === 'unhealthy' || row.state === 'degraded';
  const from = typedIn(refused, 'exclusion', 'from') ?? localTime(down ? row.since : now - 60 * minuteMs);
  const to = typedIn(refused, 'exclusion', 'to') ?? localTime(now);
  const described = refused?.form === 'exclusion' ? 'wrong-exclusion' : undefined;
  return (
    <Folded id="exclude" summary="Exclude time from the figures" open={refused?.form === 'exclusion'}>
      <form class="form" method="post" action={`${modelAddress(view.model.id)}/exclusions#exclude`}>
        <label class="field">
          From (UTC)
          <input type="datetime-local" name="from" required value={from} aria-describedby={described} />
        </label>
        <label class="field">
          To (UTC), which may be ahead
          <input type="datetime-local" name="to" required value={to} aria-describedby={described} />
        </label>
        <label class="field">
          Why
          <input
            name="reason"
            maxLength={2_000}
            required
            dir="auto"
            value={typedIn(refused, 'exclusion', 'reason') ?? ''}
          />
        </label>
        <p class="mut">
          It counts as maintenance in every figure. Results stay as they are, and it can be taken back.
        </p>
        <button>Exclude it</button>
        <Refusal refused={refused} form="exclusion" />
      </form>
    </Folded>
  );
}

/** Exclusions that are listed; of a model there may be a thousand. */
const mostExclusions = 50;

function Exclusions({ page, frame }: Parts): VNode | null {
  const { view, now, refused } = page;
  const { model } = view;
  const exclusions = page.exclusions ?? [];
  if (exclusions.length === 0 && refused?.form !== 'include') return null;
  const newest = exclusions.slice(-mostExclusions).reverse();
  return (
    <Folded
      id="exclusions"
      summary={`Time excluded so far: ${exclusions.length}`}
      open={refused?.form === 'include'}
    >
      <Refusal refused={refused} form="include" />
      <ul class="inc">
        {newest.map(({ id, from, to, reason, createdAt }) => (
          <li>
            <span class="n mut">{`#${id}`}</span>
            <span>
              <span dir="auto">
                <Foreign text={cut(reason, 500)} />
              </span>
              <small class="quote">
                {'made '}
                <At time={createdAt} now={now} />
              </small>
            </span>
            <span class="n">
              <FromTo from={from} to={to} now={now} />
            </span>
            <div class="n">
              {frame.mayChange && (
                <form method="post" action={`${modelAddress(model.id)}/exclusions/${id}/delete#exclusions`}>
                  <button>
                    Take back
                    <span class="vh">{` exclusion ${id}`}</span>
                  </button>
                </form>
              )}
            </div>
          </li>
        ))}
      </ul>
      {exclusions.length > mostExclusions && (
        <p class="mut">{`The newest ${mostExclusions} of ${plural(exclusions.length, 'exclusion')} are listed; the API lists all.`}</p>
      )}
    </Folded>
  );
}

/** Forms, what was excluded, and the configuration. */
export function ModelForms({ page, frame }: Parts): VNode | null {
  if (!frame.mayChange) {
    if ((page.exclusions ?? []).length === 0) return null;
    return (
      <section aria-labelledby="add">
        <h2 id="add">Exclusions</h2>
        <Exclusions page={page} frame={frame} />
      </section>
    );
  }
  return (
    <section aria-labelledby="add">
      <h2 id="add">Notes, exclusions, configuration</h2>
      <NoteForm page={page} />
      <ExclusionForm page={page} />
      <Exclusions page={page} frame={frame} />
      {page.configuration !== null && (
        <Folded id="configuration" summary="Configuration in force, secrets masked" open={false}>
          <pre class="yaml" tabIndex={0}>
            <Foreign text={cut(page.configuration, 60_000)} />
          </pre>
        </Folded>
      )}
    </section>
  );
}
