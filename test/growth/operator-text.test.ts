import { describe, expect, it } from '@jest/globals';
import { cronProblem } from '../../src/calendar/cron.js';
import { brokenText } from '../../src/checker/verdict/broken-text.js';
import { createRedaction } from '../../src/checker/secrets/redact.js';
import { tokenIn } from '../../src/checker/secrets/token-answer.js';
import { markdownText } from '../../src/report/report-markdown.js';
import { expiryOfToken } from '../../src/config/model/deadlines.js';
import { requestedModel } from '../../src/config/model/health-request.js';
import { modelMatcher } from '../../src/config/maintenance.js';
import { filesReferred, isReference } from '../../src/config/read/interpolate.js';
import { createMask, isSecretName } from '../../src/config/read/secrets.js';
import { parseSource } from '../../src/config/read/source.js';
import { parseDuration } from '../../src/domain/duration.js';
import { tokenOf } from '../../src/http/auth.js';
import { wholeNumber } from '../../src/http/query.js';
import { parseTime } from '../../src/http/time.js';
import { lineOf } from '../../src/store/transfer/import-line.js';
import { steepness, steepPieces } from './growth.js';
import { some } from '../slow.js';

const json = JSON.stringify;
const pieces = [
  'a',
  ' ',
  '1',
  '*',
  '/',
  '?',
  '${',
  '}',
  '"',
  '\n',
  '- ',
  '[',
  '{a: ',
  '&a ',
  '*a ',
  'Basic ',
  'key=',
  '\u0301',
];

function imported(text: string): void {
  for (const line of [
    text,
    json({ type: text }),
    json({ type: 'model', [text]: 1, id: text, first_seen: text }),
  ]) {
    try {
      lineOf(line, 1);
    } catch {
      // Most of the lines are refused. A matcher would make a message of each, which costs more than the line.
    }
  }
}
const yaml = (text: string) => parseSource('c.yaml', '/c.yaml', text);
const jwt = { method: 'POST', url: 'http://127.0.0.1', headers: {}, body: null } as const;
const lines = (length: number, line: (index: number) => string): string =>
  Array.from({ length: Math.ceil(length / 16) }, (_each, index) => line(index)).join('');

/** What reads a text of callers and operators, beside that of providers. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'a key that may be a token': (text) => expiryOfToken(`eyJ.${text}`),
  'a line of an import': imported,
  'a scalar of a configuration': (text) => [isReference(text), filesReferred(text), isSecretName(text)],
  'a cron expression': cronProblem,
  'a pattern of a maintenance window': (text) => {
    for (const models of [[text], [`*${text.slice(0, 1_000).split('').join('*')}*!`]])
      modelMatcher({ models })(text);
  },
  'a duration': parseDuration,
  'a time of a query': parseTime,
  'a number of a query': wholeNumber,
  'a header with a token': tokenOf,
  'the answer of a token endpoint': (text) => [
    tokenIn(text, { ...jwt, responseKey: null }, 0),
    tokenIn(json({ access_token: text, expires_in: text }), { ...jwt, responseKey: 'access_token' }, 0),
  ],
  'an address of a caller': (text) => {
    for (const member of ['endpoint_url', 'base_path', 'jwt_url', 'model_name'])
      requestedModel({ endpoint_configuration: { [member]: text } }, {}, {});
  },
  'a text that may be broken': (text) => brokenText(text, { cut: true, signsWanted: false, question: text }),
  'a text of a report': markdownText,
  'a line of the log': (text) => createMask(['sk-test-1234567890abcdef', 'aaaaaaab'])(text),
  'a reply that may hold a secret': (text) =>
    createRedaction(['aaaaaaab', '111111112', text.slice(0, 64)])(text, 1_024),
};

/** Makers of configurations that are large in another way than by one long text. */
const configurations: Readonly<Record<string, (length: number) => string>> = {
  'many keys': (length) => lines(length, (index) => `key${index}: value\n`),
  'many items': (length) => lines(length, (index) => `- item ${index}\n`),
  'many anchors and aliases': (length) =>
    lines(length, (index) => `k${index}: &a${index} 1\nl${index}: *a${index}\n`),
  'many uses of one alias': (length) => `first: &a [1, 2]\n${lines(length, (index) => `k${index}: *a\n`)}`,
  'many duplicate keys': (length) => lines(length, () => 'key: value\n'),
  'many members without a value': (length) => `a: {${lines(length, (index) => `b${index}, `)}}`,
};

describe.each(some(Object.entries(readers), 3))('%s', (_what, read) => {
  it('takes time linear in its length', async () => {
    expect(await steepPieces(pieces, read)).toEqual([]);
  }, 60_000);
});

describe('configuration', () => {
  it.each(some(Object.entries(configurations), 2))(
    'takes time linear in its length: %s',
    async (_what, make) => {
      const costs = await steepness(
        (length) => {
          const text = make(length);
          return () => yaml(text);
        },
        { mostMs: Infinity },
      );
      expect(costs).toBeNull();
    },
    60_000,
  );
});
