import type { VNode } from 'preact';
import type { Note } from '../domain/incident.js';
import { At } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { incidentAddress } from './page-address.js';
import { ReadsOnly } from './shell.js';

/** What was typed into the form, and why it was refused. */
export interface NoteForm {
  readonly author: string;
  readonly text: string;
  readonly problem: string | null;
}

export const emptyNote: NoteForm = { author: '', text: '', problem: null };

/** The notes of an incident, oldest first. */
function Notes({ notes, now }: { readonly notes: readonly Note[]; readonly now: number }): VNode {
  if (notes.length === 0) return <p class="mut">No note yet.</p>;
  return (
    <ol class="story notes">
      {notes.map(({ at, author, text }) => (
        <li>
          <At time={at} now={now} />
          <span dir="auto">
            {author !== null && (
              <>
                <b>
                  <bdi>
                    <Foreign text={cut(author, 200)} />
                  </bdi>
                </b>{' '}
              </>
            )}
            <bdi class="lines">
              <Foreign text={cut(text, 2_000)} />
            </bdi>
          </span>
        </li>
      ))}
    </ol>
  );
}

function AddNote({ incident, form }: { readonly incident: number; readonly form: NoteForm }): VNode {
  const { author, text, problem } = form;
  const wrong = problem === null ? {} : ({ 'aria-invalid': true, 'aria-describedby': 'problem' } as const);
  return (
    <details class="tab" open={problem !== null}>
      <summary>Add a note</summary>
      <form class="form" id="note" method="post" action={`${incidentAddress(incident)}/notes`}>
        {problem !== null && (
          <p id="problem" role="alert" class="bad">
            <b>Not added:</b> {problem}
          </p>
        )}
        <label class="field">
          Your name <input name="author" maxlength={200} autocomplete="name" value={author} />
        </label>
        <label class="field">
          What is known{' '}
          <textarea name="text" rows={3} maxlength={2_000} required {...wrong}>
            {text}
          </textarea>
        </label>
        <button>Add the note</button>
      </form>
    </details>
  );
}

/** Notes and the form that adds one. */
export function NoteSection(props: {
  readonly incident: number;
  readonly notes: readonly Note[];
  readonly form: NoteForm;
  readonly now: number;
  readonly mayChange: boolean;
}): VNode {
  const { incident, notes, form, now, mayChange } = props;
  return (
    <section aria-labelledby="notes">
      <h2 id="notes">
        Notes <small>{notes.length > 0 && String(notes.length)}</small>
      </h2>
      <Notes notes={notes} now={now} />
      {mayChange ? <AddNote incident={incident} form={form} /> : <ReadsOnly />}
    </section>
  );
}
