import { describe, expect, it } from '@jest/globals';
import { createRedaction, secretsOf } from '../../../src/checker/secrets/redact.js';
import { modelAt } from '../model.js';

describe('secrets of a model', () => {
  const secretsWith = (endpoint: Partial<ReturnType<typeof modelAt>['endpoint']>) => {
    const model = modelAt('http://127.0.0.1:1/v1');
    return createRedaction(
      secretsOf({ ...model, endpoint: { ...model.endpoint, apiKeys: [], ...endpoint } }),
    );
  };

  it('exclude values so short that they occur in plain text, except beside the name of their header', () => {
    const redact = secretsWith({
      headers: { 'x-debug': '1', 'x-tier': 'gold', 'x-api-key': 'abc12' },
      apiKeys: ['EMPTY'],
    });
    const plain = 'took 1125 ms of gpt-4o-2024-11-20, a gold answer, EMPTY';
    expect(redact(plain, 300)).toBe(plain);
    expect(redact('got {"x-api-key":"abc12"} and x-api-key: abc12', 300)).not.toContain('abc12');
  });

  it('include the password of a Basic authorization, of a header, a key and a token endpoint', () => {
    const basic = (pair: string) => Buffer.from(pair).toString('base64');
    const redact = secretsWith({
      headers: { Authorization: `Basic ${basic('svc-pulse:hunter2-hunter2')}` },
      auth: { headerName: 'X-Auth', prefix: 'Basic ' },
      apiKeys: [basic('svc-key:fish9')],
      jwt: {
        url: 'http://127.0.0.1:1/token',
        method: 'POST',
        headers: { Authorization: `basic ${basic('client:open%2Fsesame%2F7')}` },
        body: null,
        responseKey: null,
      },
    });
    const said = 'user svc-pulse (password "hunter2-hunter2"), svc-key:fish9, client has open/sesame/7';
    expect(redact(said, 300)).toBe(
      'user svc-pulse (password "[redacted]"), [redacted], client has [redacted]',
    );
  });

  it.each(['code', 'auth', 'sig', 'subscription', 'session'])(
    'include the value of the query parameter %s, wherever it is echoed',
    (name) => {
      const model = modelAt('http://127.0.0.1:1/v1');
      const paths = {
        ...model.endpoint.paths,
        chat: `/chat?api-version=2024-10-21&${name}=zq9%2B8w7v6u&n=5`,
      };
      const redact = secretsWith({ paths });
      const clean = redact(`no access for zq9%2B8w7v6u or zq9+8w7v6u at 2024-10-21, 5 times`, 300);
      expect(clean).toBe('no access for [redacted] or [redacted] at 2024-10-21, 5 times');
    },
  );
});
