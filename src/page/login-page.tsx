import { barePage, type BareProps } from './bare-page.js';

/**
 * Asks the browser to load the page again by itself: a link of another site, such as of a chat, is opened without the cookie, and
 * what this page asks for comes with it.
 */
export function againPage({ assets, theme }: BareProps): string {
  return barePage({
    assets,
    theme,
    title: 'modelpulse',
    icon: 'unknown',
    head: <meta http-equiv="refresh" content="0" />,
    children: (
      <section class="empty slim">
        <h1>One moment</h1>
        <p>
          <a class="btn" href="">
            Go on
          </a>
        </p>
      </section>
    ),
  });
}

/** The form that opens the pages. */
export function loginPage(
  props: BareProps & {
    /** Own path to go to after the login. */
    readonly next: string;
    /** The token that was given is wrong. */
    readonly wrong: boolean;
  },
): string {
  const { assets, theme, next, wrong } = props;
  return barePage({
    assets,
    theme,
    title: 'Log in · modelpulse',
    icon: 'unknown',
    children: (
      <section class="empty slim login" aria-labelledby="login">
        <h1 id="login">Log in</h1>
        <form class="form" method="post" action="/login">
          <input type="hidden" name="next" value={next} />
          {/* For password managers, which file passwords by name. */}
          <input type="text" name="name" value="modelpulse" autocomplete="username" hidden />
          <label class="field">
            Token
            <input
              type="password"
              name="token"
              required
              autofocus
              autocomplete="current-password"
              {...(wrong ? ({ 'aria-invalid': 'true', 'aria-describedby': 'wrong' } as const) : {})}
            />
          </label>
          {wrong && (
            <p id="wrong" class="bad" role="alert">
              This token is not right.
            </p>
          )}
          <button class="go">Log in</button>
        </form>
        <p class="mut">
          The token is <code>server.bearer_token</code> of the configuration, or one of{' '}
          <code>server.read_tokens</code>, which shows everything and changes nothing. A login lasts for 12
          hours.
        </p>
        <p class="mut">
          Programs send the token as <code>Authorization: Bearer</code>. <code>/livez</code> and{' '}
          <code>/readyz</code> need none.
        </p>
      </section>
    ),
  });
}
