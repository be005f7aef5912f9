import type { ComponentChildren } from 'preact';
import type { State } from '../domain/state.js';
import { Icon } from './icons.js';
import { documentText, ThemeChoice, type AssetUrls, type Theme } from './shell.js';

export interface BareProps {
  readonly assets: AssetUrls;
  readonly theme: Theme;
}

/** A page for who is not known: without navigation, figures and the version. */
export function barePage(
  props: BareProps & {
    readonly title: string;
    readonly icon: State;
    readonly head?: ComponentChildren;
    readonly children: ComponentChildren;
  },
): string {
  const { assets, theme, title, icon, head, children } = props;
  return documentText({
    title,
    icon,
    assets,
    head,
    children: (
      <>
        <header class="top">
          <a class="brand" href="/">
            <Icon of="monitor" />
            <span>modelpulse</span>
          </a>
          <ThemeChoice theme={theme} />
        </header>
        <main id="main">{children}</main>
      </>
    ),
  });
}
