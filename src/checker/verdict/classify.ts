import type { Model } from '../../domain/model.js';
import type { Reason } from '../../domain/reason.js';
import type { ReplyError } from './reply-error.js';
import type { Deciding, Tell } from './deciding.js';
import {
  asksForVerification,
  reasonOfLimitName,
  reasonOfMarker,
  reasonOfNumber,
  reasonOfText,
  reasonOfVagueMarker,
} from './error-rules.js';

const addresses = /\b[a-z][a-z0-9+.-]*:\/\/\S+|\b[\w-]+(?:\.[\w-]+)+\/\S*/gi;

function without(text: string, echo: string, instead: string): string {
  return echo.length < 3 ? text : text.replaceAll(echo, instead);
}

/** The text without addresses and without the echoed request, whose words do not describe the error. */
export function withoutEcho(
  text: string,
  model: Pick<Model, 'query' | 'systemPrompt' | 'modelName'>,
): string {
  const questions = [model.query, model.systemPrompt ?? ''].flatMap((said) => [
    said,
    JSON.stringify(said).slice(1, -1),
  ]);
  const bare = questions.reduce((rest, question) => without(rest, question, ' '), text);
  const plain = bare.includes('/') ? bare.replace(addresses, ' ') : bare;
  return without(plain, model.modelName, 'model');
}

/** Reason for an HTTP status alone; `json` says whether its body was JSON. */
export function reasonOfStatus(status: number, json: boolean): Reason {
  switch (status) {
    case 401:
      return 'auth_failed';
    case 402:
      return 'quota_exhausted';
    case 403:
    case 451:
      return 'permission_denied';
    case 404:
    case 405:
    case 410:
      return 'endpoint_not_found';
    case 407:
      return 'connect_error';
    case 413:
      return 'context_exceeded';
    case 429:
      return 'rate_limited';
    case 408:
    case 424:
    case 499:
      return 'server_error';
    case 529:
      return 'overloaded';
    case 502:
    case 504:
      return 'gateway_error';
  }
  if (status < 500) return 'invalid_request';
  if (status >= 520 && status <= 530) return 'gateway_error';
  return json ? 'server_error' : 'gateway_error';
}

/** The provider's HTTP status in the text of a gateway's error; null for none. */
function toldStatus(text: string, status: number): number | null {
  if (status < 500) return null;
  const told =
    /\b(?:error code|status(?:[ _]code)?|client error|http error|http)["']?[:= ]{0,3}'?(4\d\d)\b/i.exec(text);
  return told === null ? null : Number(told[1]);
}

/**
 * What an error found in a reply means: its code, then its type, then its text, then the HTTP status - of the error
 * itself where it carries one of its own, as gateways do inside a 200. A marker that is given for many causes yields to
 * a text that names one; a vague marker comes last. `tell` is called with what decided, for who wants to know.
 */
export function classify(error: ReplyError, status: number, model: Model, tell?: Tell): Reason | null {
  const own = error.status ?? status;
  const text = withoutEcho(error.text.slice(0, 4_096), model);
  const passedOn = toldStatus(text, own);
  const told = reasonOfText(text, own) ?? (passedOn === null ? null : reasonOfText(text, passedOn));
  const by = (kind: Deciding['by'], reason: Reason | null): Reason | null => {
    if (reason !== null) tell?.({ by: kind, reason, error, text, status: own, passedOn });
    return reason;
  };
  const specific =
    by('limit', own === 429 ? reasonOfLimitName(error.codes, error.text.slice(0, 4_096)) : null) ??
    by('text', told === 'permission_denied' && asksForVerification(text) ? told : null) ??
    by('code', reasonOfMarker(error.codes, told)) ??
    by('type', reasonOfMarker(error.types, told)) ??
    by('text', told) ??
    by('number', reasonOfNumber(error.codes));
  if (specific !== null) return specific;
  // That the account is refused is told by the status alone, too.
  if (passedOn !== null && passedOn >= 401 && passedOn <= 403)
    return by('told status', reasonOfStatus(passedOn, true));
  const vague = reasonOfVagueMarker([...error.codes, ...error.types]);
  if (own < 400) return by('vague code', vague);
  // Before the reply began with 200 the request was accepted: a 400 in it that says nothing is an engine's usual number for what broke.
  if (own === 400 && status < 300 && text.trim() === '') return by('status', 'server_error');
  const byStatus = reasonOfStatus(own, true);
  // A 400 alone does not make an error of the server's one of the request's.
  if (byStatus === 'invalid_request' && vague !== null) return by('vague code', vague);
  return by('status', byStatus);
}
