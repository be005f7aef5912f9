import { isObject, type Members } from '../../domain/json.js';
import { isExceptionText } from './broken-text/exception-text.js';
import { isErrorText } from './broken-text/stand-in.js';
import { bareErrorIn, errorIn, isFailureWord, isPresent } from './error-member.js';
import { reasonOfMarker } from './error-rules.js';
import { jsonOrText } from './json-or-text.js';
import type { ReplyError } from './reply-error.js';

/** Longer text between events is no report. */
const longest = 1_000;
const labelled = /^\[?(?:[a-z]{1,20} ){0,3}(?:error|exception)\]?(?: ?:|\] | [45]\d\d\b)/i;

function textError(said: string): ReplyError | null {
  const text = said.trim();
  const reports = labelled.test(text) || isErrorText(text) || isExceptionText(text);
  if (text.length > longest || !reports) return null;
  return { codes: [], types: [], text, status: null };
}

/** FastAPI's way. */
const isDetailAlone = ({ detail, code, ...others }: Members): boolean =>
  isPresent(detail) &&
  Object.keys(others).length === 0 &&
  (code === undefined || (typeof code === 'string' && !/^(?:0+|2\d\d)$/.test(code)));

/** True where the members say more than that something has a code or a message: a notice has those too. */
function isReport(payload: Members, { status, codes, types, text }: ReplyError): boolean {
  return (
    status !== null ||
    isDetailAlone(payload) ||
    [payload.error_code, payload.error_msg, payload.errorMessage].some((value) => isPresent(value)) ||
    [payload.success, payload.ok].includes(false) ||
    isFailureWord(payload.status) ||
    isFailureWord(payload.result) ||
    reasonOfMarker([...codes, ...types], null) !== null ||
    isErrorText(text)
  );
}

/**
 * The error in what comes between the parts of a streamed answer: an object with nothing but members of errors, or a text
 * that reports one. Null for a ping, a notice and all else.
 */
export function strayErrorIn(data: unknown): ReplyError | null {
  if (typeof data === 'string') return textError(data);
  if (!isObject(data)) return null;
  const error = bareErrorIn(data);
  return error !== null && isReport(data, error) ? error : null;
}

/** The error in a line of a stream whose field has the name `error`, as llama.cpp sends it; null for another line. */
export function errorInField(line: string): ReplyError | null {
  const value = /^error: ?(?=\{)/.test(line) ? jsonOrText(line.slice(line.indexOf('{'))) : null;
  return isObject(value) ? errorIn({ error: value }, true) : null;
}
