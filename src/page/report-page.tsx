import type { VNode } from 'preact';
import { monthText } from './calendar-month.js';
import { plural } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { BlameLabel } from './icons.js';
import { incidentAddress } from './page-address.js';
import { reasonWords } from './reason-words.js';
import { neighboursOf, periodsOf, reportAddress, reportFile, type ReportQuery } from './report-query.js';
import type { ReportedIncident, ReportSheet } from './report-sheet.js';
import { ReportTable } from './report-table.js';
import { operatorPage, type Frame } from './shell.js';

function Periods({ query }: { readonly query: ReportQuery }): VNode {
  const { months, quarters } = periodsOf(query);
  const { before, after } = neighboursOf(query);
  const link = (one: ReportQuery): VNode => (
    <a
      href={reportAddress(one)}
      {...(one.window === query.window ? ({ 'aria-current': 'true' } as const) : {})}
    >
      {one.name}
    </a>
  );
  return (
    <>
      <nav class="chips" aria-label="Period">
        {months.map(link)}
        {quarters.map(link)}
      </nav>
      <form class="tools" aria-label="Another period" action="/report">
        <label>
          {'Month '}
          <input type="month" name="month" placeholder="2026-11" value={monthText(query.first)} required />
        </label>
        <label>
          {'Time zone '}
          <input name="timezone" value={query.timezone} maxlength={64} autocomplete="off" />
        </label>
        <button>Show</button>
        <span class="zoom">
          <a href={reportAddress(before)} rel="prev">{`← ${before.name}`}</a>
          {after !== null && <a href={reportAddress(after)} rel="next">{`${after.name} →`}</a>}
        </span>
      </form>
    </>
  );
}

function Reported({ incident }: { readonly incident: ReportedIncident }): VNode {
  const { id, model, from, to, lasted, reason, blame, checksFailed, detail, excluded, notes } = incident;
  return (
    <li>
      <p>
        <a href={incidentAddress(id)}>{`#${id}`}</a>{' '}
        <b>
          <bdi>
            <Foreign text={cut(model, 80)} />
          </bdi>
        </b>
        {` ${from} to ${to}, ${lasted}`}
        {incident.counted !== null && `, ${incident.counted} of it counted`}
        {`: ${reasonWords[reason].label.toLowerCase()}, ${plural(checksFailed, 'check')} failed `}
        {blame !== null && <BlameLabel blame={blame} />}
        {detail !== null && detail !== '' && (
          <q dir="auto" class="mut">
            <Foreign text={cut(detail, 200)} />
          </q>
        )}
      </p>
      {excluded.slice(0, 20).map((one) => (
        <p class="under">
          {`Excluded ${one.from} to ${one.to}: `}
          <bdi>
            <Foreign text={cut(one.reason, 500)} />
          </bdi>
        </p>
      ))}
      {notes.map(({ at, author, text }) => (
        <p class="under">
          {`${at} `}
          {author === null ? (
            'Note'
          ) : (
            <b>
              <bdi>
                <Foreign text={cut(author, 200)} />
              </bdi>
            </b>
          )}
          {': '}
          <bdi class="lines">
            <Foreign text={cut(text, 2_000)} />
          </bdi>
        </p>
      ))}
    </li>
  );
}

function Incidents({ sheet, query }: { readonly sheet: ReportSheet; readonly query: ReportQuery }): VNode {
  const { incidents, more } = sheet;
  return (
    <section aria-labelledby="incidents">
      <h2 id="incidents">
        Incidents <small>{String(incidents.length + more)}</small>
      </h2>
      {incidents.length === 0 ? (
        <p class="mut">No incident in this time.</p>
      ) : (
        <ol class="reported">
          {incidents.map((incident) => (
            <Reported incident={incident} />
          ))}
        </ol>
      )}
      {more > 0 && (
        <p class="more">
          {`${more} more are not shown here: `}
          <a href={reportFile(query, 'md')}>the Markdown file</a> has all of them.
        </p>
      )}
    </section>
  );
}

/** What is the same of several models is said once. */
function byText(doubts: ReportSheet['doubts']): readonly (readonly [string, readonly string[]])[] {
  const models = new Map<string, string[]>();
  for (const { model, text } of doubts) {
    const known = models.get(text);
    if (known === undefined) models.set(text, [model]);
    else known.push(model);
  }
  return [...models];
}

function Said({ said }: { readonly said: ReportSheet['doubts'] }): VNode {
  return (
    <ul class="reported">
      {byText(said).map(([text, models]) => (
        <li>
          {models.map((model, index) => (
            <>
              {index > 0 && ', '}
              <b>
                <bdi>
                  <Foreign text={cut(model, 80)} />
                </bdi>
              </b>
            </>
          ))}
          {`: ${text}.`}
        </li>
      ))}
    </ul>
  );
}

function Ends({ sheet }: { readonly sheet: ReportSheet }): VNode | null {
  if (sheet.ends.length === 0) return null;
  return (
    <section aria-labelledby="ends">
      <h2 id="ends">What ends</h2>
      <Said said={sheet.ends} />
    </section>
  );
}

function Doubts({ sheet }: { readonly sheet: ReportSheet }): VNode {
  return (
    <section aria-labelledby="sure">
      <h2 id="sure">How sure</h2>
      {sheet.doubts.length === 0 ? (
        <p class="mut">Every model was watched for at least 99% of the time.</p>
      ) : (
        <Said said={sheet.doubts} />
      )}
      <h2 class="gap">How it is counted</h2>
      <ul class="prose reported">
        {sheet.explanations.map((text) => (
          <li>{text}</li>
        ))}
      </ul>
    </section>
  );
}

/** The whole page. */
export function reportPage(frame: Frame, query: ReportQuery, sheet: ReportSheet): string {
  const { title, from, to, timezone, goesOnTo, verdict, rows } = sheet;
  return operatorPage({
    frame,
    title: `${title} · modelpulse`,
    icon: rows.some(({ met }) => met === false) ? 'degraded' : 'healthy',
    section: 'report',
    children: (
      <>
        <section class="hero" aria-labelledby="head">
          <div>
            <h1 id="head">{`Service levels, ${query.name}`}</h1>
            <p class="mut">{`From ${from} to ${to}, ${timezone}.`}</p>
          </div>
          <div class="acts">
            <a class="btn" href={reportFile(query, 'csv')}>
              CSV
            </a>
            <a class="btn" href={reportFile(query, 'md')}>
              Markdown
            </a>
          </div>
          <Periods query={query} />
        </section>
        <section aria-labelledby="figures">
          <h2 id="figures">{verdict}</h2>
          {goesOnTo !== null && (
            <p>
              <b>{`This time is not over: it ends ${goesOnTo}, and figures may change.`}</b>
            </p>
          )}
          {rows.some(({ partly }) => partly) && <p class="mut">≈ watched for less than 95 %</p>}
          {rows.length === 0 ? <p class="mut">No model was followed.</p> : <ReportTable sheet={sheet} />}
        </section>
        <Incidents sheet={sheet} query={query} />
        <Ends sheet={sheet} />
        <Doubts sheet={sheet} />
      </>
    ),
  });
}
