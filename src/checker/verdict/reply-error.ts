import { STATUS_CODES } from 'node:http';
import { isList, isObject, type Members } from '../../domain/json.js';
import { highest } from '../../domain/list.js';

/** The error in a reply, independent of the API. */
export interface ReplyError {
  /** Most specific first. */
  readonly codes: readonly string[];
  readonly types: readonly string[];
  readonly text: string;
  /** A code that is an HTTP status of its own, as gateways put it into a 200. */
  readonly status: number | null;
}

/** Most items read from a list in an error. */
export const mostDetails = 32;

/** Most characters of the title of a problem. */
const longestTitle = 1_000;

/** The texts among values that are not empty. */
export function strings(...values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}

/** A code as text; numbers of three digits are an HTTP status. */
function codeOf(value: unknown): unknown {
  return Number.isSafeInteger(value) && Number(value) >= 1_000 ? String(value) : value;
}

/** A number or text that is an HTTP status of a failure; null for another value. */
export function statusIn(value: unknown): number | null {
  const status =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\d{3}$/.test(value)
        ? Number(value)
        : 0;
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : null;
}

/** The HTTP status beside the error in a body. */
export function statusOf(error: Members): number | null {
  const { code, status, statusCode, status_code, httpCode, http_status_code } = error;
  for (const value of [code, status, statusCode, status_code, httpCode, http_status_code]) {
    const found = statusIn(value);
    if (found !== null) return found;
  }
  return null;
}

/** FastAPI's list of problems without the echoed input. */
function problemsText(problems: readonly unknown[]): string {
  const lines = problems.slice(0, mostDetails).map((problem) => {
    if (!isObject(problem)) return strings(problem).join('');
    const where = Array.isArray(problem.loc)
      ? `${problem.loc
          .slice(0, mostDetails)
          .filter((part) => typeof part !== 'object')
          .join('.')}: `
      : '';
    return where + strings(problem.msg, problem.message).join(' ');
  });
  return lines.filter((line) => line !== '').join('; ');
}

/** The texts in ASP.NET's lists of problems, which are named by what is wrong. */
export function listedText(error: Members): string {
  return Object.values(error)
    .slice(0, mostDetails)
    .flatMap((problems) => (isList(problems) ? strings(...problems.slice(0, mostDetails)) : []))
    .join(' ');
}

/** The part of a name behind the last of these signs. */
const behind = (name: string, signs: readonly string[]): string =>
  name.slice(highest(signs.map((sign) => name.lastIndexOf(sign))) + 1);

/** The name of a fault of Apigee without its namespace, as in `policies.ratelimit.QuotaViolation`. */
const faultName = (code: unknown): unknown => (typeof code === 'string' ? behind(code, ['.']) : code);

/**
 * The kind that a type names: of the URI of RFC 9457, and of a name with a namespace such as Amazon's, the last part where
 * it is words; undefined where a URI names none, such as `about:blank`.
 */
function kindOf(type: unknown): unknown {
  if (typeof type !== 'string' || !/^[\w.+-]{1,100}[:#]\S+$/.test(type)) return type;
  const name = behind(type.endsWith('/') ? type.slice(0, -1) : type, ['/', ':', '#']);
  return name !== 'blank' && /^[a-z][a-z_-]*$/i.test(name) ? name : undefined;
}

/** The codes, types and texts of an object that is an error. */
export function errorOfObject(error: Members): ReplyError {
  const inner = isObject(error.innererror) ? error.innererror : {};
  const metadata = isObject(error.metadata) ? error.metadata : {};
  const details = Array.isArray(error.details) ? error.details.slice(0, mostDetails).filter(isObject) : [];
  const own = isObject(error.details) ? error.details : {};
  const detail = error.detail;
  // WSO2 puts what a guardrail says into an object.
  const said = isObject(error.message) ? error.message : {};
  const status = statusOf(error);
  const text = [
    ...strings(said.action, said.actionReason, said.message, said.interveningGuardrail),
    ...strings(
      error.message,
      error.Message,
      error.msg,
      error.faultstring,
      error.error,
      error.error_msg,
      error.errmsg,
      error.error_description,
      error.errorMessage,
      error.description,
      detail,
      error.moreInformation,
      metadata.raw,
    ),
    ...(Array.isArray(detail) ? [problemsText(detail)] : []),
  ].join(' ');
  // RFC 9457: the title names the kind of problem, the detail what happened this time.
  const title = strings(error.title, error.httpMessage).join(' ').slice(0, longestTitle);
  const repeats = title === STATUS_CODES[status ?? 0] || text.slice(0, 4_096).includes(title);
  return {
    codes: strings(
      own.error_code,
      said.action,
      isObject(detail) ? faultName(detail.errorcode) : undefined,
      inner.code,
      ...details.map((one) => one.reason),
      // Google names the quota that was hit.
      ...details.flatMap(({ violations }) =>
        Array.isArray(violations)
          ? violations
              .slice(0, mostDetails)
              .filter(isObject)
              .map(({ quotaId }) => quotaId)
          : [],
      ),
      codeOf(error.code),
      codeOf(error.Code),
      codeOf(error.error_code),
      codeOf(error.errcode),
      error.action,
      error.status,
      'estimated_time' in error ? 'estimated_time' : undefined,
    ),
    types: strings(
      kindOf(error.type),
      error.error_type,
      error.errorType,
      kindOf(error.__type),
      kindOf(error.faultcode),
    ),
    text: text === '' ? strings(title, error.reason).join(' ') : repeats ? text : `${title}: ${text}`,
    status,
  };
}
