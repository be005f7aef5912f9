import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { State } from '../domain/state.js';
import { clockTime, isoSeconds } from './figures.js';
import { Icon, Sprite, stateLetters } from './icons.js';

/** Addresses of the static files, with the hash of their content. */
export interface AssetUrls {
  readonly css: string;
  readonly script: string;
}

export type Theme = 'auto' | 'light' | 'dark';
export const themes = ['auto', 'light', 'dark'] as const;

/** What every page of the operator shows around its content. */
export interface Frame {
  readonly assets: AssetUrls;
  readonly version: string;
  /** Unix ms of the figures. */
  readonly now: number;
  readonly theme: Theme;
  /** Number of open incidents. */
  readonly openIncidents: number;
  /** Paths of the public pages. */
  readonly publicPages: readonly { readonly path: string; readonly title: string }[];
  /** The dashboard in Grafana; null where none is configured. */
  readonly grafanaUrl: string | null;
  /** True where the reader logged in with a form and can log out. */
  readonly canLogOut: boolean;
  /** False for a reader whose token only reads: forms would be refused. */
  readonly mayChange: boolean;
}

const iconPaths: Readonly<Record<'h' | 'd' | 'u' | 'q' | 'm', string>> = {
  h: "%3Ccircle cx='8' cy='8' r='7' fill='%232b9a7b'/%3E%3Cpath fill='none' stroke='%23fff' stroke-width='2' d='M4.9 8.3 7 10.4l4.1-4.5'/%3E",
  d: "%3Cpath fill='%23f0b13c' d='M8 1l7 13H1z'/%3E%3Cpath stroke='%23000' stroke-width='2' d='M8 5.5v4m0 2v1'/%3E",
  u: "%3Cpath fill='%23c2200f' d='M5.1.8h5.8l4.3 4.3v5.8l-4.3 4.3H5.1L.8 10.9V5.1z'/%3E%3Cpath stroke='%23fff' stroke-width='2' d='m5.5 5.5 5 5m0-5-5 5'/%3E",
  q: "%3Ccircle cx='8' cy='8' r='6.5' fill='none' stroke='%237f8897' stroke-width='2' stroke-dasharray='2.6 1.6'/%3E",
  m: "%3Cpath fill='none' stroke='%236f81ec' stroke-width='2' d='M8 1.2 14.8 8 8 14.8 1.2 8z'/%3E",
};

/** The icon of a page shows the worst state on it. */
export function iconFor(state: State): string {
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E${iconPaths[stateLetters[state]]}%3C/svg%3E`;
}

export function ThemeChoice({ theme }: { readonly theme: Theme }): VNode {
  return (
    <fieldset class="seg theme">
      <legend class="vh">Theme</legend>
      {themes.map((value) => (
        <label>
          <input type="radio" name="theme" value={value} checked={value === theme} />
          {`${value.charAt(0).toUpperCase()}${value.slice(1)}`}
        </label>
      ))}
    </fieldset>
  );
}

/** Of when the page is, with a link to load it again; the script says in its place whether updates are live. */
export function LiveMark(props: {
  readonly now: number;
  readonly address: string;
  readonly muted?: boolean;
}): VNode {
  return (
    <p class={props.muted === true ? 'live off mut' : 'live off'} data-live="">
      <span class="dot" />
      {`As of ${clockTime(props.now).second} UTC. `}
      <a href={props.address}>Load again</a>
    </p>
  );
}

/** Stands in the place of forms for a reader whose token only reads. */
export function ReadsOnly(): VNode {
  return (
    <p class="mut">
      Your token only reads. To change something, use the full token, <code>server.bearer_token</code>.
    </p>
  );
}

export type Section = 'models' | 'incidents' | 'report';

function Top({ frame, section }: { readonly frame: Frame; readonly section: Section | null }): VNode {
  const current = (name: Section) => (name === section ? ({ 'aria-current': 'page' } as const) : {});
  return (
    <header class="top">
      <a class="brand" href="/">
        <Icon of="monitor" />
        <span>modelpulse</span>
      </a>
      <nav aria-label="Pages">
        <a href="/" {...current('models')}>
          Models
        </a>
        <a href="/incidents" {...current('incidents')}>
          Incidents
          <span data-part="open">
            {frame.openIncidents > 0 && (
              <>
                {' '}
                <b class="num">{frame.openIncidents}</b>
                <span class="vh"> open</span>
              </>
            )}
          </span>
        </a>
        <a href="/report" {...current('report')}>
          Report
        </a>
        {frame.publicPages.map(({ path, title }) => (
          <a href={path}>{title}</a>
        ))}
        <a href="/docs">API</a>
      </nav>
      {frame.canLogOut && (
        <form method="post" action="/logout">
          <button>Log out</button>
        </form>
      )}
      <ThemeChoice theme={frame.theme} />
    </header>
  );
}

function Foot({ frame }: { readonly frame: Frame }): VNode {
  const { day, year, second } = clockTime(frame.now);
  return (
    <footer class="foot">
      <p>
        As of{' '}
        <time datetime={isoSeconds(frame.now)}>
          {day} {year}, {second} UTC
        </time>
        . modelpulse {frame.version} <a href="/metrics">Metrics</a> <a href="/api/v1/openapi.json">OpenAPI</a>
      </p>
    </footer>
  );
}

export interface DocumentProps {
  readonly title: string;
  readonly lang?: string;
  readonly dir?: 'ltr' | 'rtl';
  readonly icon: State;
  readonly assets: AssetUrls;
  readonly bodyClass?: string;
  /** Further elements of the head. */
  readonly head?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A whole document as text. */
export function documentText(props: DocumentProps): string {
  const { title, lang = 'en', dir, icon, assets, bodyClass, head, children } = props;
  return `<!doctype html>${renderToString(
    <html lang={lang} {...(dir === undefined ? {} : { dir })}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="stylesheet" href={assets.css} />
        <link rel="icon" href={iconFor(icon)} />
        <script src={assets.script} type="module" />
        {head}
      </head>
      <body {...(bodyClass === undefined ? {} : { class: bodyClass })}>
        <Sprite />
        {children}
      </body>
    </html>,
  )}`;
}

/** A page of the operator: head, navigation, content and foot. */
export function operatorPage(props: {
  readonly frame: Frame;
  readonly title: string;
  readonly icon: State;
  readonly section: Section | null;
  readonly head?: ComponentChildren;
  readonly children: ComponentChildren;
}): string {
  const { frame, title, icon, section, head, children } = props;
  return documentText({
    title,
    icon,
    assets: frame.assets,
    head,
    children: (
      <>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <Top frame={frame} section={section} />
        <main id="main">{children}</main>
        <Foot frame={frame} />
      </>
    ),
  });
}
