import type { VNode } from 'preact';
import { span } from './figures.js';
import { cut, Foreign, foreignText } from './foreign-text.js';
import { stateWords } from './icons.js';
import { ModelChecks } from './model-checks.js';
import { ModelCost } from './model-cost.js';
import { ModelFacts } from './model-facts.js';
import { ModelFigures } from './model-figures.js';
import { ModelActions, ModelForms } from './model-forms.js';
import { ModelIncidents } from './model-incidents.js';
import { ModelMonths } from './model-months.js';
import { ModelPanel } from './model-panel.js';
import { modelQueryAddress } from './model-query.js';
import { ModelTimeline } from './model-timeline.js';
import type { ModelPageView } from './model-view.js';
import { LiveMark, operatorPage, type Frame } from './shell.js';
import { VendorLine } from './vendor-line.js';

const mostLabels = 20;

function LabelLinks({ labels }: { readonly labels: Readonly<Record<string, string>> }): VNode {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}:${value}`);
  return (
    <>
      {pairs.slice(0, mostLabels).map((pair, index) => (
        <>
          {index === 0 ? ' · ' : ' '}
          <a href={`/?${new URLSearchParams({ label: pair }).toString()}`}>
            <bdi>
              <Foreign text={cut(pair, 80)} />
            </bdi>
          </a>
        </>
      ))}
      {pairs.length > mostLabels && ` and ${pairs.length - mostLabels} more`}
    </>
  );
}

function scheduleText({ view }: ModelPageView): string {
  const { schedule, probe } = view.model;
  const times =
    schedule.kind === 'every'
      ? `every ${span(schedule.everyMs)}`
      : `cron ${cut(schedule.expression, 100)} (${schedule.timezone})`;
  return `${times} by ${probe}`;
}

function Head({ page, frame }: { readonly page: ModelPageView; readonly frame: Frame }): VNode {
  const { view, row } = page;
  return (
    <section class="mhead" aria-labelledby="head">
      <div>
        <h1 id="head">
          <bdi>
            <Foreign text={view.model.id} />
          </bdi>
        </h1>
        <p class="mut">
          <bdi>
            <Foreign text={cut(row.provider, 200)} />
          </bdi>
          {' · '}
          <bdi class="mono">
            <Foreign text={cut(view.model.modelName, 300)} />
          </bdi>
          {` · ${scheduleText(page)}`}
          <LabelLinks labels={view.model.labels} />
        </p>
      </div>
      <ModelActions page={page} frame={frame} />
    </section>
  );
}

/** The whole page. */
export function modelPage(frame: Frame, page: ModelPageView): string {
  const { view, row, query, now } = page;
  const { id } = view.model;
  return operatorPage({
    frame,
    title: `${stateWords[row.state]} · ${foreignText(id)}`,
    icon: row.state,
    section: 'models',
    children: (
      <>
        <div class="bar-head">
          <nav class="crumb" aria-label="Where you are">
            <a href="/">Models</a> /
          </nav>
          <LiveMark now={now} address={modelQueryAddress(id, query, 'head')} muted />
        </div>
        <Head page={page} frame={frame} />
        <ModelPanel page={page} />
        <VendorLine word={row.vendor} page={page.vendor ?? null} now={now} />
        <ModelFigures page={page} />
        <ModelTimeline page={page} />
        <div class="two">
          <ModelChecks page={page} />
          <ModelFacts page={page} />
        </div>
        <ModelIncidents page={page} />
        <ModelMonths page={page} />
        <div class="two even">
          <ModelCost page={page} />
          <ModelForms page={page} frame={frame} />
        </div>
      </>
    ),
  });
}
