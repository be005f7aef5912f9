import type { ComponentChildren, VNode } from 'preact';
import { barePage, type BareProps } from './bare-page.js';
import { cut, Foreign } from './foreign-text.js';
import { operatorPage, type Frame } from './shell.js';

interface Words {
  readonly heading: string;
  /** What to do, where something can be done. */
  readonly advice: string;
}

const byCode: Readonly<Record<string, Words>> = {
  read_only: {
    heading: 'This login only reads.',
    advice:
      'It was opened with one of server.read_tokens. To check, pause, note or exclude, log out and log in with server.bearer_token.',
  },
  other_origin: {
    heading: 'This form came from another page.',
    advice: 'Only pages of this server may change something. Open the page here and send the form again.',
  },
  other_host: {
    heading: 'This server is not asked by this name.',
    advice: 'Without a token it answers only to names of its own; server.allowed_hosts can add this one.',
  },
  too_many_logins: {
    heading: 'Too many wrong tokens.',
    advice: 'Wait a minute, then try again.',
  },
  unknown_route: {
    heading: 'There is no such page.',
    advice: 'The address is mistyped, or of another release.',
  },
  method_not_allowed: {
    heading: 'There is no page at this address.',
    advice: 'It takes a form. Open the page that has it.',
  },
  unknown_model: {
    heading: 'There is no such model.',
    advice: 'It may have been renamed, or taken out of the configuration. Its history stays in the database.',
  },
  store_unavailable: {
    heading: 'The history cannot be read now.',
    advice: 'The database fails or does not answer. Checks go on. Load again in a moment.',
  },
};

const byStatus: Readonly<Record<number, Words>> = {
  400: { heading: 'This address or form is not understood.', advice: 'Go back and correct it.' },
  403: { heading: 'This is not allowed.', advice: '' },
  404: { heading: 'There is no such page.', advice: '' },
  409: { heading: 'This cannot be done now.', advice: '' },
  413: { heading: 'This form is too long.', advice: 'Go back and shorten the text.' },
  429: { heading: 'Too many requests.', advice: 'Wait a minute, then try again.' },
  500: {
    heading: 'modelpulse failed to make this page.',
    advice: 'The log has the reason, as “request failed”. Checks go on.',
  },
  503: { heading: 'This cannot be answered now.', advice: 'Load again in a moment.' },
};

function wordsOf(status: number, code: string): Words {
  return (
    byCode[code] ??
    byStatus[status] ??
    (status >= 500 ? byStatus[500] : byStatus[400]) ?? { heading: 'Error', advice: '' }
  );
}

const longestMessage = 1_000;

function Problem(props: {
  readonly problem: ProblemView;
  readonly words: Words;
  readonly loggedIn: boolean;
}): VNode {
  const { problem, words, loggedIn } = props;
  const isKnown = byCode[problem.code] !== undefined || problem.status === 500;
  return (
    <section class="empty slim" aria-labelledby="problem">
      <h1 id="problem">{words.heading}</h1>
      {words.advice !== '' && <p>{words.advice}</p>}
      {!isKnown && (
        <pre>
          <Foreign text={cut(problem.message, longestMessage)} />
        </pre>
      )}
      <div class="acts">
        <a class="btn" href="/">
          All models
        </a>
        {problem.code === 'read_only' && loggedIn && (
          <form method="post" action="/logout">
            <button>Log out</button>
          </form>
        )}
      </div>
      <p class="mut">{`Error ${problem.status}`}</p>
    </section>
  );
}

export interface ProblemView {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** An error for a person; without a frame for who is not known. */
export function problemPage(
  props: BareProps & {
    readonly frame: Frame | null;
    readonly problem: ProblemView;
    readonly loggedIn: boolean;
  },
): string {
  const { frame, assets, theme, problem, loggedIn } = props;
  const words = wordsOf(problem.status, problem.code);
  const title = `${words.heading.replace(/\.$/, '')} · modelpulse`;
  const children: ComponentChildren = <Problem problem={problem} words={words} loggedIn={loggedIn} />;
  return frame === null
    ? barePage({ assets, theme, title, icon: 'unknown', children })
    : operatorPage({ frame, title, icon: 'unknown', section: null, children });
}
