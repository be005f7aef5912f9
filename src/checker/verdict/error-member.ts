import { isList, isObject, type Members } from '../../domain/json.js';
import { jsonOrText } from './json-or-text.js';
import {
  errorOfObject,
  listedText,
  mostDetails,
  statusIn,
  statusOf,
  strings,
  type ReplyError,
} from './reply-error.js';

/** Greatest depth of the members read from an error. */
const deepest = 4;

/** Texts for no value and for no error. */
const nothing = /^\s*(?:|null|none|nil|undefined|false|0|n\/a|ok|success|no[ _-]?errors?)\s*$/i;

/** Most values of a list or object that are looked at: where these are empty, the rest is taken for a value. */
const mostLookedAt = 1_000;

/** False for empty values: some gateways always write the members of an error. */
export const isPresent = (value: unknown): boolean => hasValue(value, 0, { seen: 0 });

function hasValue(value: unknown, depth: number, looking: { seen: number }): boolean {
  looking.seen += 1;
  if (looking.seen > mostLookedAt) return true;
  if (value === undefined || value === null || value === false || value === 0) return false;
  if (typeof value === 'string') return value.length > 16 || !nothing.test(value);
  if (typeof value !== 'object') return true;
  if (isObject(value) && isSuccess(value)) return false;
  return Object.values(value).some((member) => depth >= deepest || hasValue(member, depth + 1, looking));
}

const success = /^(?:ok|success\w*|no error)?[.!]?$|^[\p{Script=Han}]{0,4}成功[。！]?$/iu;

const codeOfSuccess = /^(?:0+|200(?:00)?)$/;

/** True for code 0 or 200 with a message of success. */
function isSuccess({ code, message, msg }: Members): boolean {
  const said = message ?? msg ?? '';
  return (
    (typeof code === 'number' || typeof code === 'string') &&
    codeOfSuccess.test(String(code)) &&
    typeof said === 'string' &&
    success.test(said)
  );
}

function fromValue(value: unknown, around: Members): ReplyError {
  const outer = errorOfObject({ ...around, error: undefined, errors: undefined });
  if (Array.isArray(value)) {
    const first: unknown = value.slice(0, mostLookedAt).find((one) => isPresent(one));
    return fromValue(Array.isArray(first) ? undefined : first, around);
  }
  if (!isObject(value)) return { ...outer, text: [...strings(value), outer.text].join(' ').trim() };
  const nested = isObject(value.error) ? value.error : {};
  const error = errorOfObject({ ...nested, ...value });
  return {
    codes: [...error.codes, ...outer.codes],
    types: [...error.types, ...outer.types.filter((type) => type !== 'error')],
    text: error.text || strings(outer.text, listedText(value)).join(' '),
    status: error.status ?? outer.status,
  };
}

/** The object in FastAPI's `detail`: KoboldCpp's, or the whole error of another API. */
function fromDetail(detail: Members, around: Members): ReplyError {
  const outer = errorOfObject({ ...around, detail: undefined });
  const inner = isPresent(detail.error) ? fromValue(detail.error, detail) : errorOfObject(detail);
  return {
    codes: [...inner.codes, ...outer.codes],
    types: [...inner.types, ...outer.types],
    text: inner.text === '' ? outer.text : inner.text,
    status: inner.status ?? outer.status,
  };
}

/** Members with the code and message of every reply in CLOVA Studio, Xunfei and others. */
const heads = ['status', 'header', 'meta'];

/** The error of the first of these members with one. */
function headIn(payload: Members): ReplyError | null {
  for (const name of heads) {
    const head = payload[name];
    if (!isObject(head) || !tellsFailure(head)) continue;
    const error = errorOfObject(head);
    // CLOVA Studio's codes begin with the HTTP status.
    const [, begun] = name === 'status' ? (/^(\d{3})\d\d$/.exec(String(head.code)) ?? []) : [];
    return { ...error, status: error.status ?? statusIn(begun) };
  }
  return null;
}

/** The reply of a Lambda function that AWS API Gateway sends as a body when proxy integration is off. */
function unsent({ statusCode, body }: Members, depth: number): ReplyError | null {
  const status = statusIn(statusCode);
  if (status === null || !isPresent(body)) return null;
  const inner = typeof body === 'string' ? jsonOrText(body) : body;
  const error = depth < deepest ? errorIn(inner, false, depth + 1) : null;
  return { codes: [], types: [], text: '', ...error, status: error?.status ?? status };
}

/**
 * The error a JSON body reports; null when it reports none. In a successful reply only a member that exists for
 * errors counts; in a failed one also `message` and `detail`.
 */
export function errorIn(payload: unknown, success: boolean, depth = 0): ReplyError | null {
  if (Array.isArray(payload)) {
    for (const one of payload.slice(0, mostDetails)) {
      const error = isObject(one) ? errorIn(one, success, depth) : null;
      if (error !== null) return error;
    }
    return null;
  }
  if (typeof payload === 'string' && !success) return { codes: [], types: [], text: payload, status: null };
  if (!isObject(payload)) return null;
  // MiniMax's way, with a status of 200.
  const { base_resp: base } = payload;
  if (isObject(base) && isPresent(base.status_code))
    return {
      codes: [`minimax${String(base.status_code).slice(0, 8)}`],
      types: [],
      text: strings(base.status_msg).join(''),
      status: null,
    };
  // The way of Tencent Cloud and of Volcengine, with a status of 200 too.
  const response = payload.Response ?? payload.ResponseMetadata;
  if (isObject(response) && isObject(response.Error))
    return errorOfObject({ code: response.Error.Code, message: response.Error.Message });
  if (isPresent(payload.error)) return fromValue(payload.error, payload);
  if (isPresent(payload.errors)) return fromValue(payload.errors, payload);
  // Apigee's way and that of WSO2; of SOAP, where it is told in JSON.
  const fault = payload.fault ?? payload.Fault;
  if (isPresent(fault)) return fromValue(fault, payload);
  if (success && payload.object !== 'error' && payload.type !== 'error') return null;
  const told = headIn(payload) ?? unsent(payload, depth);
  if (told !== null) return told;
  // The way of IONOS.
  if (isList(payload.messages) && statusIn(payload.httpStatus) !== null && isPresent(payload.messages))
    return fromValue(payload.messages, { ...payload, status: payload.httpStatus });
  const error = isObject(payload.detail) ? fromDetail(payload.detail, payload) : errorOfObject(payload);
  return error.text === '' && error.codes.length === 0 && error.types.length === 0 ? null : error;
}

/** Members that describe a failure or identify a request. */
export const ofFailures: ReadonlySet<string> = new Set(
  'success ok code status status_code statusCode httpCode http_status_code httpMessage moreInformation error_code error_msg errcode errmsg errorMessage errorType message Message msg description detail details reason title type instance header headers meta body isBase64Encoded stackTrace trace stack request_id requestId trace_id traceId timestamp time path'.split(
    ' ',
  ),
);

const failure = /^(?:error|fail(?:ed|ure)?)$/i;

/** True for a word such as `error` or `failed` alone. */
export const isFailureWord = (value: unknown): boolean => typeof value === 'string' && failure.test(value);

/** True if no other member of a reply has a value. */
function isBare(payload: Members): boolean {
  return Object.entries(payload).every(
    ([name, value]) =>
      ofFailures.has(name) || !isPresent(value) || (name === 'result' && isFailureWord(value)),
  );
}

/** True if a code, flag or word marks a failure. */
function tellsFailure(payload: Members): boolean {
  const { code, message, msg } = payload;
  const said = message ?? msg;
  // Some count their own codes of success.
  const praised = typeof said === 'string' && said !== '' && success.test(said);
  const coded = typeof code === 'number' || typeof code === 'string';
  return (
    payload.success === false ||
    payload.ok === false ||
    // Baidu's way, and that of AWS Lambda.
    [payload.error_code, payload.error_msg, payload.errorMessage].some((value) => isPresent(value)) ||
    // WeChat's and DingTalk's way, in each reply.
    (isPresent(payload.errcode ?? payload.errmsg) && !codeOfSuccess.test(String(payload.errcode))) ||
    (!praised && coded && !/^(?:0*|200(?:00)?|ok|success)$/i.test(String(code))) ||
    isFailureWord(payload.status) ||
    isFailureWord(payload.result) ||
    statusOf(payload) !== null
  );
}

/** The error in a 2xx reply without an answer that only a code or flag marks as failed. */
export function failureIn(payload: unknown): ReplyError | null {
  if (!isObject(payload)) return null;
  return tellsFailure(payload) || headIn(payload) !== null ? errorIn(payload, false) : null;
}

/** The error in an object that has only members of errors, whatever marks it; null for another. */
export function bareErrorIn(payload: Members): ReplyError | null {
  return isBare(payload) ? errorIn(payload, false) : null;
}

/** The same as `failureIn` for a reply of any shape, which must contain nothing else. */
export function bareFailureIn(payload: unknown): ReplyError | null {
  if (!isObject(payload)) return null;
  const error = failureIn(payload);
  return error !== null && isBare(payload) ? error : null;
}
