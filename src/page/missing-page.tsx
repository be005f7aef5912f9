import type { ComponentChildren } from 'preact';
import { plural } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { modelAddress } from './page-address.js';
import { operatorPage, type Frame, type Section } from './shell.js';

/** What to say where there is nothing under an address. */
interface Missing {
  readonly section: Section;
  readonly title: string;
  readonly heading: ComponentChildren;
  readonly children: ComponentChildren;
  readonly back: { readonly address: string; readonly text: string };
}

/** The page for an address that leads nowhere. */
function missingPage(frame: Frame, { section, title, heading, children, back }: Missing): string {
  return operatorPage({
    frame,
    title: `${title} · modelpulse`,
    icon: 'unknown',
    section,
    children: (
      <section class="empty slim" aria-labelledby="head">
        <h1 id="head">{heading}</h1>
        {children}
        <p>
          <a class="btn" href={back.address}>
            {back.text}
          </a>
        </p>
      </section>
    ),
  });
}

/** There is no such incident. */
export function unknownIncidentPage(frame: Frame): string {
  return missingPage(frame, {
    section: 'incidents',
    title: 'No such incident',
    heading: 'There is no such incident.',
    children: <p>It may have been deleted with the history of its model.</p>,
    back: { address: '/incidents', text: 'All incidents' },
  });
}

/** There is no such model: the page says so and names the one that may be meant. */
export function unknownModelPage(
  frame: Frame,
  { id, closest, models }: { readonly id: string; readonly closest: string | null; readonly models: number },
): string {
  return missingPage(frame, {
    section: 'models',
    title: 'No such model',
    heading: (
      <>
        {'No model of the registry is named '}
        <bdi>
          <Foreign text={cut(id, 200)} />
        </bdi>
        .
      </>
    ),
    children: (
      <>
        {closest !== null && (
          <p>
            {'Is '}
            <a href={modelAddress(closest)}>
              <bdi>
                <Foreign text={closest} />
              </bdi>
            </a>
            {' meant?'}
          </p>
        )}
        <p class="mut">
          A model that left the registry keeps its history: <code>modelpulse history</code> and{' '}
          <code>modelpulse report</code> show it.
        </p>
      </>
    ),
    back: { address: '/', text: `Show all ${plural(models)}` },
  });
}
