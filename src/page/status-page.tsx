import type { ComponentChildren, VNode } from 'preact';
import { states, type State } from '../domain/state.js';
import { tableOf } from '../domain/table.js';
import { isoSeconds } from './figures.js';
import { Foreign, foreignText } from './foreign-text.js';
import { Icon, stateLetters } from './icons.js';
import { documentText, type AssetUrls } from './shell.js';
import { Components, StatusLegend, statusRow, type StatusRows } from './status-components.js';
import { Announcements, PastDays, PlannedMaintenance } from './status-history.js';
import type { EmbeddedPart, StatusLook } from './status-look.js';
import type { StatusPageView } from './status-view.js';
import type { StatusWords } from './status-words.js';

interface Parts {
  readonly view: StatusPageView;
  readonly look: StatusLook;
  readonly words: StatusWords;
}

type Tally = Readonly<Record<State, number>>;

const tallyOf = ({ components }: StatusPageView): Tally =>
  tableOf(states, (state) => components.filter((each) => each.state === state).length);

/** The state that decides the colour of the page. */
export function worstState(view: StatusPageView): State {
  const tally = tallyOf(view);
  return (
    (['unhealthy', 'degraded', 'unknown', 'maintenance'] as const).find((state) => tally[state] > 0) ??
    'healthy'
  );
}

/** The sentence at the top. */
export function statusSentence(view: StatusPageView, { messages, count }: StatusWords): string {
  const total = view.components.length;
  const tally = tallyOf(view);
  const of = { total: String(total) };
  if (total === 0) return messages.noModels;
  if (total === 1 && tally.unhealthy > 0) return messages.onlyDown;
  if (total === 1 && tally.degraded > 0) return messages.onlyDegraded;
  if (tally.unhealthy > 0) return count(messages.down, tally.unhealthy, of);
  if (tally.degraded > 0) return count(messages.degraded, tally.degraded, of);
  if (tally.healthy === total) return count(messages.allUp, total);
  return tally.unknown === total ? messages.noneKnown : messages.noneDown;
}

/** How many are in each state, but for the one of the sentence. */
function restOf(view: StatusPageView, { messages, count, list }: StatusWords): string | null {
  const tally = tallyOf(view);
  const forms = {
    unhealthy: messages.countUnhealthy,
    degraded: messages.countDegraded,
    unknown: messages.countUnknown,
    maintenance: messages.countMaintenance,
    healthy: messages.countHealthy,
  };
  const said = tally.unhealthy > 0 ? 'unhealthy' : tally.degraded > 0 ? 'degraded' : null;
  const parts = (['degraded', 'unknown', 'maintenance', 'healthy'] as const).filter(
    (state) => state !== said && tally[state] > 0,
  );
  const alone = said === null && parts.length === 1 && (tally.healthy > 0 || tally.unknown > 0);
  return alone || parts.length === 0 ? null : list(parts.map((state) => count(forms[state], tally[state])));
}

function Banner({ view, words }: Parts): VNode {
  const letter = stateLetters[worstState(view)];
  const rest = restOf(view, words);
  const [before = '', after = ''] = words.messages.asOf.split('{time}');
  return (
    <section class={`now ${letter}`} aria-labelledby="head">
      <div class="big">
        <Icon of={letter} />
      </div>
      <div>
        <h1 id="head">{statusSentence(view, words)}</h1>
        <p class="mut">
          {rest !== null && `${rest} · `}
          {before}
          <time datetime={isoSeconds(view.now)} data-as-of="">
            {words.full(view.now)}
          </time>
          {after}
        </p>
      </div>
    </section>
  );
}

function Top({ view, look, words }: Parts): VNode {
  const { messages } = words;
  const themes = [
    ['auto', messages.themeAuto],
    ['light', messages.themeLight],
    ['dark', messages.themeDark],
  ] as const;
  return (
    <header class="top">
      <a class="brand" href={view.path}>
        {look.logo !== null && <img class="logo" src={look.logo} alt="" />}
        <span dir="auto">
          <Foreign text={view.title} />
        </span>
      </a>
      <nav aria-label={messages.feeds}>
        {look.feeds.map(({ address, name, type }) => (
          <a href={address} type={type}>
            {name}
          </a>
        ))}
      </nav>
      <fieldset class="seg theme" data-shared="">
        <legend class="vh">{messages.theme}</legend>
        {themes.map(([value, text]) => (
          <label>
            <input type="radio" name="theme" value={value} checked={value === 'auto'} />
            {text}
          </label>
        ))}
      </fieldset>
    </header>
  );
}

function Explanations({ view, look, words: { messages } }: Parts): VNode {
  const address = `${view.url}?embed=banner,components`;
  return (
    <section>
      <details class="tab">
        <summary>{messages.how}</summary>
        <div class="prose">
          <p>{messages.howChecked}</p>
          <p>{messages.howCounted}</p>
          <p>{messages.howDays}</p>
        </div>
      </details>
      {look.embeddable && (
        <details class="tab">
          <summary>{messages.embed}</summary>
          <div class="prose">
            <p>{messages.embedText}</p>
            <pre tabindex={0} aria-label={messages.embed}>
              {`<iframe src="${address}" title="${foreignText(view.title).replaceAll('"', "'")}" width="100%" height="420"></iframe>`}
            </pre>
          </div>
        </details>
      )}
    </section>
  );
}

function headOf({ look, view }: Parts): ComponentChildren {
  return (
    <>
      {look.noindex && <meta name="robots" content="noindex" />}
      {look.accentSheet !== null && <link rel="stylesheet" href={look.accentSheet} />}
      {look.feeds.map(({ address, type, name }) => (
        <link rel="alternate" type={type} href={address} title={`${foreignText(view.title)} (${name})`} />
      ))}
    </>
  );
}

/** The whole page, or only the parts to embed. */
export function statusPage(
  parts: Parts,
  embedded: readonly EmbeddedPart[] = [],
  rows: StatusRows = new Map(
    parts.view.components.map((each) => [each.id, statusRow(each, parts.look, parts.words)]),
  ),
): string {
  const { view, look, words } = parts;
  const sentence = statusSentence(view, words);
  const common = {
    title: `${sentence} · ${foreignText(view.title)}`,
    lang: words.lang,
    dir: words.dir,
    icon: worstState(view),
    assets: look.assets,
    head: headOf(parts),
  };
  if (embedded.length > 0) {
    return documentText({
      ...common,
      bodyClass: 'pub embed',
      children: (
        <main id="main">
          {embedded.includes('banner') ? <Banner {...parts} /> : <h1 class="vh">{sentence}</h1>}
          {embedded.includes('components') && (
            <Components view={view} look={look} words={words} rows={rows} />
          )}
        </main>
      ),
    });
  }
  return documentText({
    ...common,
    bodyClass: 'pub',
    children: (
      <>
        <a class="skip" href="#main">
          {words.messages.skip}
        </a>
        <Top {...parts} />
        <main id="main">
          <Announcements view={view} words={words} />
          <Banner {...parts} />
          <PlannedMaintenance view={view} words={words} />
          <Components view={view} look={look} words={words} rows={rows} />
          <StatusLegend words={words} />
          <PastDays view={view} words={words} />
          <Explanations {...parts} />
        </main>
        <footer class="foot">
          <p>
            {words.fill(words.messages.zone, { zone: words.zone })} {words.messages.by}
          </p>
        </footer>
      </>
    ),
  });
}

/** A refusal for readers of a public page; `back` leads to the page where that helps. */
export function statusRefusal(props: {
  readonly assets: AssetUrls;
  readonly words: StatusWords;
  readonly kind: 'password' | 'missing' | 'failed';
  readonly back: { readonly path: string; readonly title: string } | null;
}): string {
  const { assets, words, kind, back } = props;
  const { messages } = words;
  const texts = {
    password: [messages.passwordTitle, messages.passwordText],
    missing: [messages.missingTitle, messages.missingText],
    failed: [messages.failedTitle, messages.failedText],
  } as const;
  const [title, text] = texts[kind];
  return documentText({
    title,
    lang: words.lang,
    dir: words.dir,
    icon: 'unknown',
    assets,
    bodyClass: 'pub',
    head: <meta name="robots" content="noindex" />,
    children: (
      <main id="main">
        <section class="empty">
          <h1>{title}</h1>
          <p>{text}</p>
          {back !== null && (
            <p>
              <a class="btn" href={back.path}>
                {words.fill(messages.back, { title: foreignText(back.title) })}
              </a>
            </p>
          )}
        </section>
      </main>
    ),
  });
}
