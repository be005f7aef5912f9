import { operatorPage, type Frame, type Section } from './shell.js';

/** What to say where there is nothing under an address. */
export interface Missing {
  readonly section: Section;
  readonly heading: string;
  readonly text: string;
  readonly back: { readonly address: string; readonly text: string };
}

/** The page for an address that leads nowhere. */
export function missingPage(frame: Frame, { section, heading, text, back }: Missing): string {
  return operatorPage({
    frame,
    title: `${heading} · modelpulse`,
    icon: 'unknown',
    section,
    children: (
      <section class="empty" aria-labelledby="head">
        <h1 id="head">{heading}</h1>
        <p>{text}</p>
        <p>
          <a class="btn" href={back.address}>
            {back.text}
          </a>
        </p>
      </section>
    ),
  });
}
