import { isObject } from '../../../domain/json.js';
import { errorIn } from '../error-member.js';
import { reasonOfText } from '../error-rules.js';
import { asksForErrors, isErrorSentence } from './error-sentence.js';
import { asksForPrograms, isExceptionText } from './exception-text.js';
import { isNotice } from './notice.js';
import { sharesWords } from './shared-words.js';

const phrase = String.raw`(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|too many requests|upstream (?:request timeout|connect error[^\n]{0,200})|no healthy upstream|rate limit exceeded|request timed out|[45]\d\d (?:not found|unauthorized|forbidden|bad request|payload too large|request timeout))`;
const statusLine = new RegExp(
  String.raw`^(?:error:? ?)?(?:http(?:/[\d.]{1,3})? (?:error )?)?(?:error )?(?:[45]\d\d[:,]? ?(?:-|–)? ?)?${phrase}[.!]?$`,
  'i',
);
const page = /^(?:<!doctype html|<html|<head|<\?xml)/i;
const pageOfError = new RegExp(
  String.raw`<(?:title|h1)[^<>]{0,200}>\s{0,20}(?:error:?\s|http\s)?(?:(?:error\s)?[45]\d\d\b|${phrase}|access denied|attention required|application error|error\b)`,
  'i',
);
const trace =
  /^(?:Traceback \(most recent call last\):|Exception in thread "|panic: [^\n]{1,400}\n\s{0,4}goroutine |[A-Z]\w{0,60}(?:Error|Exception)\b[^\n]{0,400}\n {1,8}(?:at|File) )/;
const exception = /^(?:\[?error\]?|fatal(?: error)?|exception|[\w.]{1,80}(?:error|exception)):? /i;
const connection =
  /\b(?:ECONN\w+|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|HTTPS?ConnectionPool|cuda|status code:? ?[45]\d\d|connection (?:refused|reset|error|aborted|timed out)|fetch failed|socket hang up)\b/i;
/** Printed values that stand for missing text. */
const rendered =
  /^(?:undefined|null|None|(?:\[object \w{1,40}\][\s,]{0,4})+|<[\w.]{1,100} (?:object|function|coroutine|generator)\b[^<>]{0,200}>|<(?:coroutine|generator|async_generator|function|bound method) [^<>]{1,200}>|<Response \[\d{3}\]>)$/;
/** Questions that `none` may answer. */
const wantsNothing =
  /\b(?:how (?:many|much)|any|no|none|null|nil|undefined|nothing|python|javascript|json|keyword)\b/i;
const template =
  /^(?:\{\{[^{}]{0,400}\}\}|\{%-? ?(?:for|if|set)\b[^{}]{0,400}\b(?:message|messages|bos_token|add_generation_prompt|loop)\b)/;
const wholeTemplate = /^(?:\{\{[^{}]{0,400}\}\}\s{0,8}){1,8}$/;

const ofErrors = new Set(
  'error errors message msg detail details code status status_code statusCode type param object success ok request_id requestId trace_id timestamp path error_code error_type errorType title instance'.split(
    ' ',
  ),
);

const wantsObject =
  /\b(?:json|objects?|schema|format|fields?|keys?|structur\w*|members?|propert(?:y|ies))\b|\{|strukturier|对象|物件|オブジェクト|객체/i;

/** True for a question that asks for an object, or names two of its members; or for what the object tells. */
function asksForObject(question: string, names: readonly string[], told: string): boolean {
  const asked = question.slice(0, 4_096);
  const words = new Set(asked.toLowerCase().match(/[a-z][a-z_]*/g));
  return (
    wantsObject.test(asked) || names.filter((name) => words.has(name)).length >= 2 || sharesWords(asked, told)
  );
}

/** A JSON error: it has only members of errors. A flag that something failed may be what is asked for. */
function isErrorObject(text: string, question: string): boolean {
  if (!/^[{[]/.test(text) || !/"(?:error|errors|detail|message|msg)"/.test(text)) return false;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (!isObject(one)) return false;
  const names = Object.keys(one);
  if (!names.every((name) => ofErrors.has(name))) return false;
  if (errorIn(one, true) !== null) return true;
  const told = errorIn(one, false);
  if (told === null) return false;
  const { text: words } = told;
  if (statusLine.test(words) || /^(?:not found|unauthorized|forbidden)$/i.test(words)) return true;
  return [one.success, one.ok].includes(false) && words !== '' && !asksForObject(question, names, words);
}

/** True for a status line, a trace or a sentence with which a program reports an error. */
export function isErrorText(text: string): boolean {
  if (statusLine.test(text) || trace.test(text) || isErrorSentence(text)) return true;
  if (!exception.test(text) || text.length > 1_000) return false;
  return connection.test(text) || reasonOfText(text, 500) !== null;
}

/** The kind of substitute for an answer that a failed program sent, unless the question asks about errors; null for none. */
export function standIn(text: string, question: string): string | null {
  const head = text.slice(0, 4_096);
  if (rendered.test(head) && !wantsNothing.test(question.slice(0, 4_096)))
    return 'a program value instead of text';
  if (wholeTemplate.test(head) || (template.test(head) && head.includes('{%')))
    return 'a template that was not filled in';
  const found =
    page.test(head) && pageOfError.test(head)
      ? 'an error page instead of an answer'
      : isErrorText(head) ||
          isErrorObject(text.slice(0, 65_536), question) ||
          isNotice(text, question) ||
          (isExceptionText(text) && !asksForPrograms(question, text))
        ? 'an error instead of an answer'
        : null;
  return found !== null && asksForErrors(question) ? null : found;
}
