import type { UptimeWindow } from '../domain/view.js';
import type { AssetUrls } from './shell.js';

/** What surrounds the figures of a public page. Addresses are of this server. */
export interface StatusLook {
  readonly assets: AssetUrls;
  /** The sheet with the accent; null without one. */
  readonly accentSheet: string | null;
  readonly logo: string | null;
  readonly noindex: boolean;
  readonly windows: readonly UptimeWindow[];
  /** Machine-readable forms of the page. */
  readonly feeds: readonly StatusFeed[];
  /** True where other pages may embed it. */
  readonly embeddable: boolean;
}

export interface StatusFeed {
  readonly address: string;
  /** Media type. */
  readonly type: string;
  /** Such as `Atom`. */
  readonly name: string;
}

/** Parts that another page can embed. */
export const embeddedParts = ['banner', 'components'] as const;
export type EmbeddedPart = (typeof embeddedParts)[number];

/** The parts that `?embed=banner,components` names, in their order on the page; empty for the whole page. */
export function readEmbeddedParts(parameters: URLSearchParams): readonly EmbeddedPart[] {
  const asked = (parameters.get('embed') ?? '').slice(0, 100).split(',');
  return embeddedParts.filter((part) => asked.includes(part));
}
