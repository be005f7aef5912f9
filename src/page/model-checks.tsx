import type { VNode } from 'preact';
import { streams } from '../domain/view.js';
import { CheckTable } from './check-table.js';
import { modelQueryAddress, type ModelQuery } from './model-query.js';
import type { ChecksPage, ModelPageView } from './model-view.js';

const checksAddress = (id: string, query: ModelQuery, changes: Partial<ModelQuery> = {}): string =>
  modelQueryAddress(id, { ...query, before: null, ...changes }, 'checks');

function ChecksTable({ page, checks }: { readonly page: ModelPageView; readonly checks: ChecksPage }): VNode {
  const { query, view, now } = page;
  const { id, endpoint } = view.model;
  const columns = { firstToken: streams(view.model), key: endpoint.apiKeys.length > 1 };
  return (
    <>
      {checks.items.length === 0 ? (
        <p class="mut">
          {query.checks === 'all' ? 'No result is stored yet.' : 'No result that is not healthy is stored.'}
        </p>
      ) : (
        <CheckTable results={checks.items} labelledBy="checks" now={now} columns={columns} />
      )}
      <p class="more">
        {query.before !== null && <a href={checksAddress(id, query)}>Newest checks</a>}
        {query.before !== null && checks.before !== null && ' · '}
        {checks.before !== null && (
          <a href={checksAddress(id, query, { before: checks.before })}>Older checks</a>
        )}
      </p>
    </>
  );
}

/** Results, newest first, a page at a time. */
export function ModelChecks({ page }: { readonly page: ModelPageView }): VNode {
  const { query, view, checks } = page;
  const { id } = view.model;
  const current = (is: boolean) => (is ? ({ 'aria-current': 'true' } as const) : {});
  return (
    <section aria-labelledby="checks">
      <div class="bar-head">
        <h2 id="checks">{query.before === null ? 'Recent checks' : 'Older checks'}</h2>
        <nav class="zoom" aria-label="Which checks">
          <a href={checksAddress(id, query, { checks: 'all' })} {...current(query.checks === 'all')}>
            All
          </a>
          <a
            href={checksAddress(id, query, { checks: 'not-healthy' })}
            {...current(query.checks === 'not-healthy')}
          >
            Not healthy
          </a>
          <a href={`/api/v1/models/${encodeURIComponent(id)}/checks?format=csv`}>CSV</a>
        </nav>
      </div>
      {checks === null ? (
        <p class="mut">The results cannot be read now; load the page again in a moment.</p>
      ) : (
        <ChecksTable page={page} checks={checks} />
      )}
    </section>
  );
}
