import { headersOf } from './given-reply.js';
import type { Pasted } from './pasted-reply.js';

/** Most blocks of headers: of proxies, of provisional replies and of redirects that were followed. */
const mostBlocks = 32;
/** Characters before the reply, such as the progress and the request of `curl -v`. */
const longestLead = 65_536;

const statusLine = /^HTTP\/\d(?:\.\d)? ([1-5]\d\d)(?: [^\n]{0,200})?$/;

/** What `curl -v` prints besides the reply begins so; a line of the reply has `< ` before it. */
const aside = /^(?:[*>{}](?: |$)|\[\d+ bytes data\])/;

/**
 * The reply in the output of `curl -i` or `curl -v`, or of anything else that prints HTTP/1.1 or HTTP/2 with headers: the last of several
 * blocks of headers, with what follows it. Null where no line is a status line. Takes time linear in the length.
 */
export function readHttpText(text: string): Pasted | null {
  const lead = text.slice(0, longestLead);
  const found = /(?:^|\n)(< )?HTTP\/\d(?:\.\d)? [1-5]\d\d\b/.exec(lead);
  if (found === null) return null;
  const verbose = found[1] !== undefined;
  let at = found.index + (text[found.index] === '\n' ? 1 : 0);
  /** The next line without its end; null behind the text. */
  const line = (): string | null => {
    if (at >= text.length) return null;
    const end = text.indexOf('\n', at);
    const whole = text.slice(at, end === -1 ? text.length : end);
    at = end === -1 ? text.length : end + 1;
    const plain = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    return verbose && plain.startsWith('<') ? plain.slice(2) : plain;
  };
  const begins = (): boolean => {
    const here = text.slice(at, at + 300).split('\n', 1)[0] ?? '';
    return statusLine.test(here.replace(/^< /, '').replace(/\r$/, ''));
  };

  let status: number | null = null;
  let pairs: (readonly [string, string])[] = [];
  for (let block = 0; block < mostBlocks; block += 1) {
    const [, told] = statusLine.exec(line() ?? '') ?? [];
    if (told === undefined) break;
    status = Number(told);
    pairs = [];
    for (let next = line(); next !== null && next !== ''; next = line()) {
      if (verbose && aside.test(next)) continue;
      const colon = next.indexOf(':');
      if (colon > 0) pairs.push([next.slice(0, colon).trim(), next.slice(colon + 1).trim()]);
    }
    while (verbose && aside.test(text.slice(at, at + 20))) line();
    if (!begins()) break;
  }
  if (status === null) return null;
  const rest = text.slice(at);
  const body = verbose
    ? rest
        .split('\n')
        .filter((one) => !aside.test(one))
        .join('\n')
    : rest;
  return {
    form: verbose ? 'output of curl -v' : 'HTTP with headers',
    provider: null,
    status,
    headers: headersOf(pairs),
    body,
    fault: null,
  };
}
