import type { VNode } from 'preact';
import type { VendorIncident } from '../domain/vendor.js';
import type { VendorPageState, VendorWord } from '../domain/vendor-word.js';
import { At, span } from './figures.js';
import { cut, Foreign } from './foreign-text.js';

const longestTitle = 200;

/** What a vendor says, small: `The vendor says: elevated errors since 12:03`. */
export function VendorSays({ word, now }: { readonly word: VendorWord; readonly now: number }): VNode {
  return (
    <span class="mut">
      {'The vendor says: '}
      <a href={word.link} rel="noreferrer nofollow noopener">
        <bdi>
          <Foreign text={cut(word.title, longestTitle)} />
        </bdi>
      </a>
      {' since '}
      <At time={word.since} now={now} />
    </span>
  );
}

/** What the vendor of a model says now, or that nobody knows it; null where its page tells of nothing. */
export function VendorLine(props: {
  readonly word: VendorWord | null;
  readonly page: VendorPageState | null;
  readonly now: number;
}): VNode | null {
  const { word, page, now } = props;
  if (word !== null)
    return (
      <p class="do">
        <VendorSays word={word} now={now} />
      </p>
    );
  if (page?.isUp !== false) return null;
  return (
    <p class="mut">
      {'What the vendor says is unknown: '}
      <a href={page.link} rel="noreferrer nofollow noopener">
        its status page
      </a>
      {' cannot be read.'}
    </p>
  );
}

/** What the vendor says of the time of an incident. */
export interface VendorSideView {
  readonly page: string;
  readonly link: string | null;
  readonly isUp: boolean | null;
  /** ms; positive where the monitor was earlier. */
  readonly leadMs: number | null;
  readonly incidents: readonly VendorIncident[];
}

/** `Seen here 4 min before it began by the vendor's account`. */
export function leadText(leadMs: number): string {
  if (Math.abs(leadMs) < 1_000) return 'at the same time as here';
  return leadMs > 0
    ? `seen here ${span(leadMs)} before the vendor's own beginning`
    : `seen here ${span(-leadMs)} after the vendor's own beginning`;
}

const mostShown = 20;

/** The incidents of the vendor at the time of one of ours. */
export function VendorSection(props: {
  readonly side: VendorSideView | null;
  readonly day: number;
}): VNode | null {
  const { side, day } = props;
  if (side === null) return null;
  const { page, link, isUp, leadMs, incidents } = side;
  return (
    <section aria-labelledby="vendor">
      <h2 id="vendor">
        What the vendor says <small>{page}</small>
      </h2>
      {incidents.length === 0 ? (
        <p class="mut">
          {isUp === true
            ? 'Its status page tells of no incident at this time'
            : 'What it says is unknown: its status page cannot be read'}
          {link !== null && (
            <>
              {' ('}
              <a href={link} rel="noreferrer nofollow noopener">
                page
              </a>
              )
            </>
          )}
          .
        </p>
      ) : (
        <ol class="story">
          {incidents.slice(0, mostShown).map(({ startedAt, resolvedAt, title, impact, link: own }) => {
            const address = own ?? link;
            const words = <Foreign text={cut(title, longestTitle)} />;
            return (
              <li>
                <At time={startedAt} now={day} precision="second" />
                <span>
                  <bdi>
                    {address === null ? (
                      words
                    ) : (
                      <a href={address} rel="noreferrer nofollow noopener">
                        {words}
                      </a>
                    )}
                  </bdi>
                  {impact === 'none' ? '' : ` (${impact})`}
                  {resolvedAt === null ? (
                    ', no end yet'
                  ) : (
                    <>
                      {', until '}
                      <At time={resolvedAt} now={day} precision="second" />
                    </>
                  )}
                </span>
              </li>
            );
          })}
        </ol>
      )}
      {leadMs !== null && <p class="mut">{`${leadText(leadMs).replace(/^s/, 'S').replace(/^a/, 'A')}.`}</p>}
    </section>
  );
}
