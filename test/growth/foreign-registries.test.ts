import { describe, expect, it } from '@jest/globals';
import { isOfAnswer } from '../../src/cli/foreign/answer-texts.js';
import { createIds, headerParts, type Drafting } from '../../src/cli/foreign/drafting.js';
import { expectedBy } from '../../src/cli/foreign/gatus-conditions.js';
import { draftGatus } from '../../src/cli/foreign/gatus.js';
import { modelOfRequest } from '../../src/cli/foreign/http-request.js';
import { listedModels } from '../../src/cli/foreign/listed-models.js';
import { draftLitellm } from '../../src/cli/foreign/litellm.js';
import { createReferences } from '../../src/cli/foreign/references.js';
import { registryText } from '../../src/cli/foreign/registry-text.js';
import { goDurationMs } from '../../src/cli/foreign/times.js';
import { draftUptimeKuma } from '../../src/cli/foreign/uptime-kuma.js';
import { githubLog, githubSummary } from '../../src/cli/gate/github.js';
import { junitReport } from '../../src/cli/gate/junit.js';
import { row, terms } from '../cli/gate/rows.js';
import { some } from '../slow.js';
import { steepness, steepPieces } from './growth.js';

const pieces = some(
  [
    'a',
    '$',
    '${',
    '$a',
    '/',
    ' ',
    '\n',
    '"',
    '1.',
    '1m',
    ' == ',
    'any(',
    'pat(*',
    '%',
    '|',
    '&',
    ']]>',
    'x,',
    '\ud800',
    '#',
    '?a=',
    '-',
    '{',
  ],
  10,
);

function drafting(): Drafting {
  const references = createReferences([]);
  const secret: Drafting['secret'] = (text, name) => references.secret(text, name, 'x');
  return { references, note: () => undefined, placeOf: () => 'x', secret };
}

const request = (text: string) => ({
  url: `https://example.com/v1/chat/completions?${text}`,
  method: 'POST',
  headers: { [text.slice(0, 40)]: text, Authorization: `Bearer ${text}` },
  body: JSON.stringify({ model: text, messages: [{ role: 'user', content: text }], token: text }),
  at: { url: [], headers: [], body: [] },
  name: text,
});

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  answers: isOfAnswer,
  ids: (text) => createIds()(text),
  headers: (text) => headerParts({ [text.slice(0, 40)]: text, 'x-api-key': text }, [], text, drafting()),
  conditions: (text) => expectedBy([text, `[BODY] == ${text}`, `[BODY].${text} == 1`], [], drafting()),
  requests: (text) => modelOfRequest(request(text), drafting()),
  durations: goDurationMs,
  lists: (text) => listedModels({ data: [{ id: text }, { id: text.slice(0, 1_000) }] }),
  gatus: (text) => draftGatus({ endpoints: [{ ...request(text), conditions: [text] }] }, drafting()),
  litellm: (text) =>
    draftLitellm(
      { model_list: [{ model_name: text, litellm_params: { model: text, api_base: text, api_key: text } }] },
      drafting(),
    ),
  'uptime kuma': (text) =>
    draftUptimeKuma(
      [{ ...request(text), at: null, type: 'keyword', keyword: text, headers: text, jsonPath: text }],
      drafting(),
    ),
  registry: (text) => {
    const parts = drafting();
    const entry = { provider: 'openai', model: 'm', query: text, custom_headers: [{ key: 'x', value: 'y' }] };
    return registryText(
      { models: [{ name: text, path: [], comments: [text], entry }] },
      [text],
      parts.references,
    );
  },
  junit: (text) => junitReport([row(text, 'server_error', text)], terms, 0, 0),
  github: (text) => [
    githubLog([row(text, 'server_error', text)], terms, text, () => null),
    githubSummary([row(text, 'server_error', text)], terms),
  ],
};

describe('reading foreign configurations and writing reports', () => {
  it.each(Object.keys(readers))('takes linear time: %s', async (name) => {
    expect(await steepPieces(pieces, readers[name]!)).toEqual([]);
  });

  it('takes linear time for models of one name', async () => {
    const ids = (length: number) => () => {
      const idFor = createIds();
      const { references } = drafting();
      for (let count = 0; count < length / 8; count += 1) {
        idFor('same');
        references.secret(String(count), 'same', 'x');
      }
    };
    expect(await steepness(ids)).toBeNull();
  });
});
