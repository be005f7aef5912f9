import type { VNode } from 'preact';
import { barePage } from './bare-page.js';
import { clockTime, isoSeconds, plural } from './figures.js';
import { cut, Foreign, foreignText } from './foreign-text.js';
import { Icon } from './icons.js';
import type { ReceivedMessage, ReceiverChannel, ReceiverView, Run } from './receiver-view.js';
import type { AssetUrls, Theme } from './shell.js';

/** Messages of a channel among the others, and characters of a body. */
const mostAmongOthers = 10;
const longestBody = 4_000;
const longestLink = 2_000;

const signs = { '🔴': 'u', '🟠': 'd', '✅': 'h' } as const;

/** Not every system has the signs that messages begin with. */
function Signed({ text }: { readonly text: string }): VNode {
  const parts = text.split(/(🔴|🟠|✅)/u);
  return (
    <>
      {parts.map((part) =>
        part === '🔴' || part === '🟠' || part === '✅' ? (
          <span class={signs[part]}>
            <Icon of={signs[part]} />
            <span class="vh">{part}</span>
          </span>
        ) : (
          <Foreign text={part} />
        ),
      )}
    </>
  );
}

/** A link only where a browser goes to another page by it. */
function RunText({ run }: { readonly run: Run }): VNode {
  const text = <Signed text={run.text} />;
  const { href } = run;
  if (href !== undefined && /^https?:\/\//i.test(href) && href.length <= longestLink)
    return (
      <a href={href} rel="noreferrer noopener">
        {text}
      </a>
    );
  return run.bold === true ? <b>{text}</b> : text;
}

function Text({ message }: { readonly message: ReceivedMessage }): VNode {
  const { reading } = message;
  if (reading === null) return <p class="bad">This is not what the channel takes.</p>;
  return (
    <div class="text" dir="auto">
      {reading.lines.map((line) => (
        <p>
          {line.map((run) => (
            <RunText run={run} />
          ))}
        </p>
      ))}
    </div>
  );
}

const signatures = {
  holds: 'The signature holds.',
  fails: 'The signature does not hold.',
  missing: 'It is not signed.',
} as const;

/** How often it came, and how that was answered. */
function Attempts({ message }: { readonly message: ReceivedMessage }): VNode {
  const { arrivals, taken, answers, idOf } = message;
  const all = answers.map(({ play, isTaken }) => (isTaken && play === 'healthy' ? 'taken' : play));
  const rest = arrivals > answers.length ? '…, ' : '';
  const same = idOf === 'header' ? 'the same id' : 'the same body';
  return (
    <p class="mut">
      {arrivals === 1 ? (all[0] ?? '') : `Arrived ${arrivals} times with ${same}: ${rest}${all.join(', ')}`}
      {taken > 1 && <b class="tag c-m">{` a repetition`}</b>}
      {taken === 0 && <b class="bad"> not taken yet</b>}
    </p>
  );
}

function Message({ message }: { readonly message: ReceivedMessage }): VNode {
  const { number, lastAt, reading, signature, headers, body, size, id } = message;
  const { day, second } = clockTime(lastAt);
  const facts = [...(reading?.facts ?? []), ...(reading?.thread ? [`thread ${reading.thread}`] : [])];
  return (
    <li class="msg">
      <p class="mut">
        <time datetime={isoSeconds(lastAt)}>{`${day}, ${second}`}</time>
        {facts.map((fact) => (
          <span class="fact">
            <Foreign text={cut(fact, 100)} />
          </span>
        ))}
      </p>
      <Text message={message} />
      <Attempts message={message} />
      {signature !== null && <p class={signature === 'holds' ? 'mut' : 'bad'}>{signatures[signature]}</p>}
      <details>
        <summary class="mut">{`Body of no. ${number}, ${size} bytes`}</summary>
        <p class="mut mono">
          {'id: '}
          <Foreign text={cut(id, 200)} />
        </p>
        {Object.entries(headers).map(([name, value]) => (
          <p class="mut mono">
            {`${name}: `}
            <Foreign text={cut(value, 500)} />
          </p>
        ))}
        <pre tabindex={0} aria-label={`Body of no. ${number}`}>
          <Foreign text={cut(body, longestBody)} />
        </pre>
      </details>
    </li>
  );
}

function Answers(props: { readonly channel: ReceiverChannel; readonly view: ReceiverView }): VNode {
  const { channel, view } = props;
  const { name, title, play, left } = channel;
  const names = view.plays.map(([known]) => known);
  const all = names.includes(play) ? view.plays : [[play, 'as it was asked for'] as const, ...view.plays];
  const lasting = left === null ? '' : `, ${left} more ${left === 1 ? 'time' : 'times'}`;
  return (
    <details class="tab">
      <summary>
        {`${title} answers: `}
        <b class={play === 'healthy' ? undefined : 'bad'}>{`${play}${lasting}`}</b>
      </summary>
      <form class="form" method="post" action={`/_control/${name}`}>
        <label class="field">
          Answer{' '}
          <select name="play">
            {all.map(([value, help]) => (
              <option value={value} selected={value === play}>{`${value}: ${help}`}</option>
            ))}
          </select>
        </label>
        <label class="field">
          So many times; empty: always{' '}
          <input name="times" inputmode="numeric" pattern="[0-9]*" maxlength={7} autocomplete="off" />
        </label>
        <button>Answer so</button>
      </form>
      <pre tabindex={0} aria-label={`How ${title} leads here`}>
        {channel.example}
      </pre>
    </details>
  );
}

function Channel(props: { readonly channel: ReceiverChannel; readonly view: ReceiverView }): VNode {
  const { channel, view } = props;
  const { name, title, messages } = channel;
  const shown = view.chosen === null ? messages.slice(0, mostAmongOthers) : messages;
  return (
    <section class="chan" aria-labelledby={name}>
      <h2 id={name}>
        {title} <small>{messages.length === 0 ? '' : plural(messages.length, 'message')}</small>
      </h2>
      <Answers channel={channel} view={view} />
      {messages.length === 0 ? (
        <p class="mut">Nothing yet.</p>
      ) : (
        <ol class="msgs">
          {shown.map((message) => (
            <Message message={message} />
          ))}
        </ol>
      )}
      {shown.length < messages.length && (
        <p class="more">
          <a href={`/?channel=${name}`}>{`All ${messages.length}`}</a>
        </p>
      )}
    </section>
  );
}

/** What a receiver of notifications has got, by channel: those with messages first. */
export function receiverPage(props: {
  readonly assets: AssetUrls;
  /** Address of the style sheet of this page alone. */
  readonly style: string;
  readonly theme: Theme;
  readonly view: ReceiverView;
}): string {
  const { assets, style, theme, view } = props;
  const { channels, chosen } = view;
  const shown =
    chosen === null
      ? [...channels].sort((a, b) => Number(a.messages.length === 0) - Number(b.messages.length === 0))
      : channels.filter(({ name }) => name === chosen);
  const count = channels.reduce((sum, { messages }) => sum + messages.length, 0);
  return barePage({
    assets,
    theme,
    title: foreignText(`${plural(count, 'message')} · receiver`),
    icon: 'healthy',
    head: (
      <>
        <link rel="stylesheet" href={style} />
        <noscript>
          <meta http-equiv="refresh" content="5" />
        </noscript>
      </>
    ),
    children: (
      <>
        <div class="mhead">
          <h1>Receiver of notifications</h1>
          <p class="live off" data-live="">
            <a href="">Load again</a>
          </p>
        </div>
        <p class="mut">
          What arrived at the simulator, newest first, as people would read it. Nobody else has got it.
        </p>
        <nav class="chips" aria-label="Channels" data-part="chips">
          <a href="/" {...(chosen === null ? ({ 'aria-current': 'page' } as const) : {})}>
            All <b>{count}</b>
          </a>
          {channels.map(({ name, title, messages }) => (
            <a href={`/?channel=${name}`} {...(chosen === name ? ({ 'aria-current': 'page' } as const) : {})}>
              {title} <b>{messages.length}</b>
            </a>
          ))}
        </nav>
        <div class={chosen === null ? 'chans' : undefined}>
          {shown.map((channel) => (
            <div data-part={`channel-${channel.name}`}>
              <Channel channel={channel} view={view} />
            </div>
          ))}
        </div>
        <form method="post" action="/_clear">
          <button>Forget all messages</button>
        </form>
      </>
    ),
  });
}
