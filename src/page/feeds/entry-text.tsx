import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { isoSeconds } from '../figures.js';
import type { FeedEntry } from './feed-entries.js';

/** `27 Nov 2026, 10:42 CET` in a zone. */
export type Clock = (unixMs: number) => string;

export function clockIn(timezone: string): Clock {
  const options = {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  const format = new Intl.DateTimeFormat('en-GB', {
    ...options,
    hourCycle: 'h23',
    timeZone: timezone,
    timeZoneName: 'short',
  });
  return (unixMs) => format.format(unixMs);
}

/** Paragraphs of a text; a single line end is one of a line. */
function Paragraphs({ lead, text }: { readonly lead: VNode | null; readonly text: string }): VNode {
  return (
    <>
      {text.split(/\n{2,}/).map((paragraph, index) => (
        <p>
          {index === 0 && lead}
          {paragraph.split('\n').map((line, row) => (row === 0 ? line : [<br />, line]))}
        </p>
      ))}
    </>
  );
}

/** An entry as HTML; all text in it is escaped. */
export function entryHtml({ messages }: FeedEntry, clock: Clock): string {
  return renderToString(
    <>
      {messages.map(({ at, text }) => {
        const lead =
          at === null ? null : (
            <>
              <time datetime={isoSeconds(at)}>{clock(at)}</time>
              {': '}
            </>
          );
        return <Paragraphs lead={lead} text={text} />;
      })}
    </>,
  );
}

/** The same without marks. */
export function entryPlain({ messages }: FeedEntry, clock: Clock): string {
  return messages.map(({ at, text }) => (at === null ? text : `${clock(at)}: ${text}`)).join('\n\n');
}
