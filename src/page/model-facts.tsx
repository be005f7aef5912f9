import type { VNode } from 'preact';
import type { Balance } from '../domain/balance.js';
import { amountText, nanosPerUnit } from '../domain/cost.js';
import { tookText } from '../domain/duration.js';
import { limitAt, ratioOf, type LimitKind } from '../domain/headroom.js';
import type { Model } from '../domain/model.js';
import { dayMs } from '../domain/period.js';
import { phaseNames, type RecordedResult } from '../domain/result.js';
import { At, clockTime, isoSeconds } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { Icon } from './icons.js';
import { phaseWords } from './check-table.js';
import { ModelProbes } from './model-probes.js';
import { ModelEnds } from './model-ends.js';
import type { ModelPageView } from './model-view.js';

const fallWidth = 300;

/** The phases of the newest check, one after the other. */
function LastCheck({ result, now }: { readonly result: RecordedResult; readonly now: number }): VNode | null {
  const phases = phaseNames.flatMap((name) => {
    const ms = result.phases[name];
    return ms === undefined ? [] : [{ name, ms }];
  });
  const total = phases.reduce((sum, { ms }) => sum + ms, 0);
  if (phases.length === 0 || total <= 0) return null;
  let before = 0;
  return (
    <section aria-labelledby="last">
      <h2 id="last">Last check</h2>
      <table class="slim">
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col">
              <span class="vh">Share of the time</span>
            </th>
            <th scope="col" class="n">
              <At time={result.slot} now={now} />
            </th>
          </tr>
        </thead>
        <tbody>
          {phases.map(({ name, ms }) => {
            const from = Math.round((before / total) * fallWidth);
            before += ms;
            const to = Math.min(fallWidth, Math.max(from + 2, Math.round((before / total) * fallWidth)));
            return (
              <tr>
                <th scope="row">{phaseWords[name]}</th>
                <td class="grow">
                  <svg
                    class="fall"
                    viewBox={`0 0 ${fallWidth} 10`}
                    preserveAspectRatio="none"
                    aria-hidden="true"
                  >
                    <path d={`M${from} 0H${to}v10H${from}z`} />
                  </svg>
                </td>
                <td class="n">{tookText(ms)}</td>
              </tr>
            );
          })}
        </tbody>
        {result.durationMs !== null && (
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td />
              <td class="n">{tookText(result.durationMs)}</td>
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

function KeyState({ healthy }: { readonly healthy: boolean | null }): VNode {
  if (healthy === null) return <span class="mut">not used yet</span>;
  const letter = healthy ? 'h' : 'u';
  return (
    <span class={`s ${letter}`}>
      <Icon of={letter} />
      {healthy ? 'accepted at its last use' : 'refused at its last use'}
    </span>
  );
}

const counted = (count: number): string => count.toLocaleString('en-US');

/** `12 of 60 (20 %), full again at 12:03`; without a limit only what is left. */
function leftText({ view, now }: ModelPageView, kind: LimitKind, remaining: number): string {
  const limit = limitAt(view.headroom, kind, now);
  if (limit === null) return `${counted(remaining)}, as the provider said last`;
  const share = `${Math.floor(ratioOf(limit) * 100)} %`;
  const reset = limit.resetAt === null ? '' : `, full again at ${clockTime(limit.resetAt).minute}`;
  return `${counted(limit.remaining)} of ${counted(limit.limit)} (${share})${reset}`;
}

function balanceText({ balance }: Model, { amount, currency, at }: Omit<Balance, 'key' | 'askedBy'>): string {
  const low = amount < (balance?.warnBelow ?? -Infinity) ? ', below what is configured' : '';
  const sign = amount < 0 ? '-' : '';
  return `${sign}${amountText(Math.abs(amount) * nanosPerUnit, currency)} at ${clockTime(at).minute}${low}`;
}

/** Keys by position, never by value, and what the provider said of the rate limit. */
function Account({ page }: { readonly page: ModelPageView }): VNode | null {
  const { keys, rateLimitRemaining, model, balances = [] } = page.view;
  const { requests, tokens } = rateLimitRemaining;
  const nothingTold = requests === undefined && tokens === undefined && balances.length === 0;
  if (keys.length === 0 && nothingTold && model.ratePerMin === null) return null;
  return (
    <section aria-labelledby="acc">
      <h2 id="acc">Account</h2>
      <dl class="facts">
        {keys.map((healthy, index) => (
          <>
            <dt>{`Key ${index + 1}`}</dt>
            <dd>
              <KeyState healthy={healthy} />
            </dd>
          </>
        ))}
        {requests !== undefined && (
          <>
            <dt>Requests left</dt>
            <dd>{leftText(page, 'requests', requests)}</dd>
          </>
        )}
        {tokens !== undefined && (
          <>
            <dt>Tokens left</dt>
            <dd>{leftText(page, 'tokens', tokens)}</dd>
          </>
        )}
        {balances.map(({ key, amount, currency, at }) => (
          <>
            <dt>{keys.length > 1 ? `Balance, key ${key}` : 'Balance'}</dt>
            <dd>{balanceText(model, { amount, currency, at })}</dd>
          </>
        ))}
        {model.ratePerMin !== null && (
          <>
            <dt>Own limit</dt>
            <dd>{`${counted(model.ratePerMin)} requests a minute`}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function certificateText(expiresAt: number, now: number): string {
  const { day, year } = clockTime(expiresAt);
  const days = Math.floor((expiresAt - now) / dayMs);
  if (expiresAt <= now) return `expired on ${day} ${year}`;
  return `${days === 1 ? '1 day' : `${days} days`} left, until ${day} ${year}`;
}

function Version({ page }: { readonly page: ModelPageView }): VNode | null {
  const { latest, versionChanges, certificateExpiresAt } = page.view;
  const build = latest?.systemFingerprint ?? null;
  const answersAs = latest?.responseModel ?? null;
  if (answersAs === null && build === null && certificateExpiresAt === null && versionChanges === 0)
    return null;
  return (
    <section aria-labelledby="ver">
      <h2 id="ver">Version and certificate</h2>
      <dl class="facts">
        {answersAs !== null && (
          <>
            <dt>Answers as</dt>
            <dd>
              <bdi class="mono">
                <Foreign text={cut(answersAs, 200)} />
              </bdi>
            </dd>
          </>
        )}
        {build !== null && (
          <>
            <dt>Build</dt>
            <dd>
              <bdi class="mono">
                <Foreign text={cut(build, 200)} />
              </bdi>
            </dd>
          </>
        )}
        <dt>Changes</dt>
        <dd>{versionChanges === 0 ? 'none seen' : `${versionChanges} seen of version or build`}</dd>
        {certificateExpiresAt !== null && (
          <>
            <dt>Certificate</dt>
            <dd>
              <time datetime={isoSeconds(certificateExpiresAt)}>
                {certificateText(certificateExpiresAt, page.now)}
              </time>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** What stands beside the checks. */
export function ModelFacts({ page }: { readonly page: ModelPageView }): VNode {
  const { latest } = page.view;
  return (
    <aside aria-label="Last check, account and version">
      {latest !== null && <LastCheck result={latest} now={page.now} />}
      <ModelEnds page={page} />
      <Account page={page} />
      <Version page={page} />
      <ModelProbes page={page} />
    </aside>
  );
}
