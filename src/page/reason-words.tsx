import type { VNode } from 'preact';
import type { StateReason } from '../domain/reason.js';
import { Foreign } from './foreign-text.js';

/** What a reason means, for a person. */
export interface ReasonWords {
  /** A few words for rows and lists. */
  readonly label: string;
  /** What happened. In both texts `{p}` stands for the provider, and `x` in backquotes is code. */
  readonly sentence: string;
  /** What to do: the verb that is shown in bold, and the rest; empty where nothing is to be done. */
  readonly verb: string;
  readonly rest: string;
}

const words = (label: string, sentence: string, verb: string, rest: string): ReasonWords => ({
  label,
  sentence,
  verb,
  rest,
});

export const reasonWords: Readonly<Record<StateReason, ReasonWords>> = {
  ok: words('Right answer', 'The answer came in time and is right.', '', ''),
  output_truncated: words(
    'Alive, answer cut',
    'The model used up its tokens before it answered, which proves that it runs.',
    'Nothing',
    ': raise `max_tokens` to read an answer.',
  ),
  slow: words(
    'Slow',
    'The answer is right, but slower than `slow` allows.',
    'Compare with last week',
    ': tell {p}, or raise `slow` if this is normal.',
  ),
  rate_limited: words(
    'Rate limited',
    '{p} asks us to slow down.',
    'Raise the limit',
    ', or check less often; down from the 10th in a row.',
  ),
  content_filtered: words(
    'Refused as content',
    '{p} refused to answer because of its content policy.',
    'Ask something else',
    ': set `query`, or accept it with `outcomes`.',
  ),
  unexpected_answer: words(
    'Wrong answer',
    'The answer is not what `expect` wants.',
    'Read the answer',
    ': another model may be behind the endpoint, or `expect` is too strict.',
  ),
  model_mismatch: words(
    'Another model',
    'Another model answered than `expect.model` allows.',
    'Ask {p} why',
    ', or add the name to `expect.model`.',
  ),
  dns_error: words(
    'Name not found',
    'The host name could not be resolved.',
    'Check the name',
    ', then the resolver of this machine.',
  ),
  connect_error: words(
    'No connection',
    'No connection could be made.',
    'Check the route',
    ': is the server up, and do firewall and proxy let us through?',
  ),
  tls_error: words(
    'Bad certificate',
    'The secure connection failed, or the certificate is not valid.',
    'Renew the certificate',
    ', or set `tls.ca_file` if the authority is yours.',
  ),
  connection_lost: words(
    'Connection broke',
    'The connection ended before the answer did.',
    'Look at proxies',
    ': check their time limits, between here and {p}.',
  ),
  timeout: words(
    'No answer in time',
    'No answer arrived in time.',
    'Send traffic elsewhere',
    ' and look at the status page of {p}.',
  ),
  auth_failed: words(
    'Key refused',
    'The key was refused.',
    'Replace it',
    ': make a new one and put it where `api_key` takes it from.',
  ),
  permission_denied: words(
    'Not allowed',
    'The key is valid, but may not use this model.',
    'Grant the right',
    ' in the console of {p}, or use a key of the right project.',
  ),
  quota_exhausted: words(
    'Out of credit',
    'Credit or quota is used up.',
    'Add credit',
    ', or raise the limit; a daily quota resets by itself.',
  ),
  model_not_found: words(
    'No such model',
    '{p} has no model of this name.',
    'Correct the name',
    ': it may have been retired; see the list of {p}.',
  ),
  endpoint_not_found: words(
    'No such API',
    'The address has no such API.',
    'Correct the address',
    ': see `base_url` and `paths`.',
  ),
  overloaded: words(
    'Overloaded',
    '{p} reports that it lacks capacity.',
    'Send traffic elsewhere',
    ': nothing to fix here; it recovers by itself.',
  ),
  server_error: words(
    'Provider error',
    '{p} failed inside.',
    'Send traffic elsewhere',
    ': nothing to fix here; look at the status page of {p}.',
  ),
  gateway_error: words(
    'Gateway error',
    'Something in front of {p} answered in its place.',
    'Send traffic elsewhere',
    ' and look at the proxy, if it is yours.',
  ),
  error_in_success: words(
    'Error inside a 200',
    'The reply has status 200 and contains an error.',
    'Read the detail',
    ' and report it to {p}.',
  ),
  malformed_response: words(
    'Not an answer',
    'The reply is not what this API answers.',
    'Check the address',
    ': a login page or a proxy may answer in its place.',
  ),
  empty_response: words(
    'Empty answer',
    'The answer has no visible character.',
    'Send traffic elsewhere',
    ' and report it to {p}.',
  ),
  model_loading: words(
    'Loading',
    'The model is being loaded.',
    'Wait',
    ': it counts as down after `loading_grace`.',
  ),
  invalid_request: words(
    'Our request refused',
    '{p} refused the request as such, which says nothing about its health.',
    'Fix the request',
    ': the detail says what; see `default_request_options`.',
  ),
  context_exceeded: words(
    'Question too long',
    'The question is too long for the model.',
    'Shorten it',
    ': see `query` and `system_prompt`.',
  ),
  redirected: words(
    'Address moved',
    'The address redirects; modelpulse does not follow, since that would send the key along.',
    'Correct the address',
    ': set `base_url` to the new one.',
  ),
  secret_missing: words(
    'Key not set',
    'A secret is not set, so nothing was sent.',
    'Set it',
    ': a file is read by itself, a variable after a restart.',
  ),
  blocked_address: words(
    'Address not allowed',
    'The health API may not ask this address; nothing was sent.',
    'Allow it',
    ' in `health_api.allow_hosts`, if it is yours.',
  ),
  probe_unsupported: words(
    'Wrong probe',
    'The model does not support this probe.',
    'Set another probe',
    ': see the list of providers in the documentation.',
  ),
  budget_spent: words(
    'Budget spent',
    'The token budget of the day is used up; nothing was sent.',
    'Nothing',
    ': checks go on at 00:00 UTC; or raise `budget`, or check less often.',
  ),
  rate_budget: words(
    'Own limit reached',
    '`rate_per_min` of this model is used up; nothing was sent.',
    'Check less often',
    ', or raise `rate_per_min`.',
  ),
  no_connectivity: words(
    'Monitor was blind',
    'The monitor could reach nobody, or nobody behind the proxy, which says nothing about the model.',
    'Look at this host',
    ': its network, proxy and firewall.',
  ),
  reported_unhealthy: words(
    'Reported unhealthy',
    'The remote health API reports unhealthy, without a reason.',
    'Ask its operator',
    ': the address is in `remote.url`.',
  ),
  health_api_error: words(
    'Health API failed',
    'The remote health API failed itself, which says nothing about the model.',
    'Look at that service',
    ': its key, address and log.',
  ),
  internal_error: words(
    'Fault of modelpulse',
    'modelpulse failed.',
    'Report it',
    ' with the line of the log.',
  ),
  cached_answer: words(
    'Cached answer',
    'The answer is one of before: a cache gave it, and the model may be down.',
    'Turn the cache off',
    ' for checks, in the gateway before {p}, and ask `query: challenge`.',
  ),
  capability_ignored: words(
    'Ability ignored',
    '{p} accepted a tool or a schema, and did not use it.',
    'Read the answer',
    ': the server may lack a parser for the calls of this model.',
  ),
  context_truncated: words(
    'Context cut',
    'The model did not read the whole of a long question.',
    'Raise the context length',
    ' of the server, such as `num_ctx` of Ollama, or ask for less in `context`.',
  ),
  not_watched: words('Not observed', 'modelpulse did not check in this time.', '', ''),
  paused: words(
    'Paused',
    'Checks are paused.',
    'Resume it',
    ': remove `pause` from the configuration, or resume it where it was paused.',
  ),
  not_yet: words('No result yet', 'No check has been conclusive yet.', '', ''),
};

/** Fills in the provider and marks code. */
export function Words({ text, provider }: { readonly text: string; readonly provider: string }): VNode {
  return (
    <>
      {text.split(/(`[^`]*`|\{p\})/).map((part) => {
        if (part === '{p}') return <Foreign text={provider} />;
        return part.startsWith('`') ? <code>{part.slice(1, -1)}</code> : part;
      })}
    </>
  );
}

/** What to do about a reason; nothing where there is nothing to do. */
export function Action({
  reason,
  provider,
}: {
  readonly reason: StateReason;
  readonly provider: string;
}): VNode | null {
  const { verb, rest } = reasonWords[reason];
  if (verb === '') return null;
  return (
    <>
      <b>
        <Words text={verb} provider={provider} />
      </b>
      <Words text={rest} provider={provider} />
    </>
  );
}
