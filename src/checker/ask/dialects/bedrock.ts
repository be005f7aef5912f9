import type { Model } from '../../../domain/model.js';
import type { Reason } from '../../../domain/reason.js';
import type { Answer } from '../../verdict/answer.js';
import { attached, chatPath } from '../attachment.js';
import type { Dialect, Draft, Question, StreamEvent } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import type { ReplyError } from '../../verdict/reply-error.js';
import { finishOf } from './finish-mark.js';
import { blankAnswer, textOf, usageOf } from './members.js';
import { bodyWith, tokenLimit } from './token-limit.js';

function ask(model: Model, stream: boolean): Question {
  const { query, systemPrompt, requestOptions } = model;
  const options = isObject(requestOptions.inferenceConfig) ? requestOptions.inferenceConfig : {};
  // No temperature: the newest models reject any but their default.
  const blocks = attached(model, ({ kind, base64: bytes }) =>
    kind === 'picture'
      ? { image: { format: 'png', source: { bytes } } }
      : { audio: { format: 'wav', source: { bytes } } },
  );
  const body = {
    messages: [{ role: 'user', content: [{ text: query }, ...blocks] }],
    system: systemPrompt === null ? null : [{ text: systemPrompt }],
  };
  return {
    method: 'POST',
    path: chatPath(model) + (stream ? '-stream' : ''),
    body: {
      ...bodyWith(body, model),
      inferenceConfig: bodyWith({ maxTokens: tokenLimit(model) }, { requestOptions: options }),
    },
    ...(stream && { headers: { accept: 'application/vnd.amazon.eventstream' } }),
  };
}

function usageIn(usage: unknown): Answer['usage'] {
  return isObject(usage) ? usageOf(usage.inputTokens, usage.outputTokens) : null;
}

function reasoningIn(part: Readonly<Record<string, unknown>>): string {
  const content = isObject(part.reasoningContent) ? part.reasoningContent : {};
  const text = isObject(content.reasoningText) ? content.reasoningText.text : content.text;
  return textOf(text);
}

function read(payload: unknown): Answer | null {
  if (!isObject(payload) || !isObject(payload.output) || !isObject(payload.output.message)) return null;
  const { content } = payload.output.message;
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  return {
    ...blankAnswer,
    text: parts.map(({ text }) => textOf(text)).join(''),
    reasoning: parts.map(reasoningIn).join(''),
    finish: finishOf(payload.stopReason),
    usage: usageIn(payload.usage),
    called: parts.some(({ toolUse }) => isObject(toolUse)),
  };
}

function take(draft: Draft, { data }: StreamEvent): void {
  if (!isObject(data)) return;
  if (isObject(data.delta)) {
    draft.text += textOf(data.delta.text);
    draft.reasoning += reasoningIn(data.delta);
  }
  draft.usage = usageIn(data.usage) ?? draft.usage;
  draft.finish = finishOf(data.stopReason) ?? draft.finish;
  if (isObject(data.start) && isObject(data.start.toolUse)) draft.called = true;
  draft.ended ||= draft.finish !== null;
  draft.closed ||= draft.ended && isObject(data.usage);
}

/** Reasons for Amazon's error names, in lower case, since streams write the first letter in lower case. */
const meanings: ReadonlyMap<string, Reason> = new Map([
  ['accessdeniedexception', 'permission_denied'],
  ['ftuformnotfilled', 'permission_denied'],
  ['expiredtokenexception', 'auth_failed'],
  ['incompletesignature', 'auth_failed'],
  ['invalidclienttokenid', 'auth_failed'],
  ['invalidsignatureexception', 'auth_failed'],
  ['signaturedoesnotmatch', 'auth_failed'],
  ['missingauthenticationtoken', 'auth_failed'],
  ['missingauthenticationtokenexception', 'auth_failed'],
  ['requestexpired', 'invalid_request'],
  ['requesttimetooskewed', 'invalid_request'],
  ['unrecognizedclientexception', 'auth_failed'],
  ['resourcenotfoundexception', 'model_not_found'],
  ['servicequotaexceededexception', 'quota_exhausted'],
  ['throttlingexception', 'rate_limited'],
  ['modelnotreadyexception', 'model_loading'],
  ['modeltimeoutexception', 'server_error'],
  ['internalserverexception', 'server_error'],
  ['modelerrorexception', 'server_error'],
  ['modelstreamerrorexception', 'server_error'],
  ['serviceunavailableexception', 'overloaded'],
] satisfies [string, Reason][]);

function rules(status: number, error: ReplyError | null): Reason | null {
  if (error === null) return null;
  const known = error.codes.map((code) => code.toLowerCase()).find((code) => meanings.has(code));
  const reason = known === undefined ? null : (meanings.get(known) ?? null);
  // A missing access grant is reported with the same name as a removed model.
  if (reason === 'model_not_found' && /use case|agreement|marketplace|subscri/i.test(error.text))
    return 'permission_denied';
  // The clock of the monitor is off by over five minutes.
  if (reason === 'auth_failed' && /signature (?:expired|not yet current)/i.test(error.text))
    return 'invalid_request';
  // Without the header that has the name, as gateways pass it on.
  const isLimit = reason === 'rate_limited' || (reason === null && status === 429);
  if (isLimit && / per day\b/.test(error.text)) return 'quota_exhausted';
  // An invalid bearer key is reported with the same name as a missing permission.
  const key = /authentication failed|api key|(?:bearer|security) token/i.test(error.text);
  return reason === 'permission_denied' && key ? 'auth_failed' : reason;
}

/** Amazon's Converse API, for all models of Bedrock. */
export const bedrockChat: Dialect = { ask: (model) => ask(model, false), read, rules };

/** The same, streamed in binary frames. */
export const bedrockChatStream: Dialect = {
  ask: (model) => ask(model, true),
  read,
  rules,
  stream: { framing: 'aws', take },
};
