import type { VNode } from 'preact';
import { isInForce, type Acknowledgement } from '../domain/incident.js';
import { dayMs, hourMs } from '../domain/period.js';
import { At, timeText } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { incidentAddress } from './page-address.js';
import { ReadsOnly } from './shell.js';

/** What was typed into the form, and why it was refused. */
export interface AcknowledgementForm {
  readonly by: string;
  readonly note: string;
  readonly problem: string | null;
}

export const emptyAcknowledgement: AcknowledgementForm = { by: '', note: '', problem: null };

/** A mark in lists: who cares for the incident; nothing once that is over. */
export function AcknowledgedTag(props: {
  readonly acknowledged: Acknowledgement | null;
  readonly now: number;
}): VNode | null {
  const { acknowledged, now } = props;
  if (acknowledged === null || !isInForce(acknowledged, now)) return null;
  const { by, until } = acknowledged;
  return (
    <span class="mut tag care">
      {'acknowledged by '}
      <bdi>
        <Foreign text={cut(by, 60)} />
      </bdi>
      {until !== null && ` until ${timeText(until, now)}`}
    </span>
  );
}

function Known(props: { readonly acknowledged: Acknowledgement; readonly now: number }): VNode {
  const { acknowledged, now } = props;
  const { by, at, until, note } = acknowledged;
  const isOver = !isInForce(acknowledged, now);
  return (
    <p>
      {until === null ? 'Acknowledged by ' : isOver ? 'Was snoozed by ' : 'Snoozed by '}
      <b>
        <bdi>
          <Foreign text={cut(by, 200)} />
        </bdi>
      </b>
      {', '}
      <At time={at} now={now} />
      {until !== null && (
        <>
          {', until '}
          <At time={until} now={now} />
        </>
      )}
      {isOver ? '. Reminders go on.' : '. Reminders rest; the end is still told.'}
      {note !== null && (
        <>
          {' '}
          <q dir="auto" class="lines plain">
            <Foreign text={cut(note, 2_000)} />
          </q>
        </>
      )}
    </p>
  );
}

const morning = 9 * hourMs;

/** Nine o'clock UTC of the next day. */
const tomorrow = (now: number): string =>
  new Date((Math.floor(now / dayMs) + 1) * dayMs + morning).toISOString();

function AddAcknowledgement(props: {
  readonly incident: number;
  readonly form: AcknowledgementForm;
  readonly now: number;
  readonly isKnown: boolean;
}): VNode {
  const { incident, form, now, isKnown } = props;
  const { by, note, problem } = form;
  const wrong =
    problem === null ? {} : ({ 'aria-invalid': true, 'aria-describedby': 'ack-problem' } as const);
  return (
    <details class="tab" open={problem !== null}>
      <summary>{isKnown ? 'Acknowledge or snooze again' : 'Acknowledge or snooze'}</summary>
      <form class="form" id="acknowledge" method="post" action={`${incidentAddress(incident)}/acknowledge`}>
        {problem !== null && (
          <p id="ack-problem" role="alert" class="bad">
            <b>Not acknowledged:</b> <Foreign text={problem} />
          </p>
        )}
        <label class="field">
          Your name{' '}
          <input name="by" maxlength={200} autocomplete="name" dir="auto" required value={by} {...wrong} />
        </label>
        <label class="field">
          Note, which may be empty <input name="note" maxlength={2_000} dir="auto" value={note} />
        </label>
        <p class="acts">
          <button>Acknowledge</button>
          <button name="until" value="1h">
            Snooze for 1 h
          </button>
          <button name="until" value="4h">
            Snooze for 4 h
          </button>
          <button name="until" value={tomorrow(now)}>
            Snooze until tomorrow, 09:00 UTC
          </button>
        </p>
      </form>
    </details>
  );
}

/** Who cares for an open incident, and the forms that say so. */
export function AcknowledgementSection(props: {
  readonly incident: number;
  readonly acknowledged: Acknowledgement | null;
  readonly form: AcknowledgementForm;
  readonly now: number;
  readonly mayChange: boolean;
}): VNode {
  const { incident, acknowledged, form, now, mayChange } = props;
  const isKnown = isInForce(acknowledged, now);
  return (
    <section aria-labelledby="care">
      <h2 id="care">Acknowledgement</h2>
      {acknowledged === null ? (
        <p class="mut">Nobody has acknowledged it: reminders are sent as configured.</p>
      ) : (
        <Known acknowledged={acknowledged} now={now} />
      )}
      {mayChange && isKnown && (
        <form class="more" method="post" action={`${incidentAddress(incident)}/acknowledge/delete`}>
          <button>Take back</button>
        </form>
      )}
      {mayChange ? (
        <AddAcknowledgement incident={incident} form={form} now={now} isKnown={isKnown} />
      ) : (
        <ReadsOnly />
      )}
    </section>
  );
}
