import { describe, expect, it } from '@jest/globals';
import { modelExposition } from '../../src/metrics/exposition.js';
import { noon, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend, readingOf } from './fake-backend.js';
import { startServer } from './running-server.js';

describe('/metrics', () => {
  it('streams the metrics in the text format', async () => {
    const views = Array.from({ length: 500 }, (_, index) => sampleView(`model-${index}`));
    const backend = createFakeBackend(
      { views },
      { exposition: (format) => readingOf(modelExposition(views, noon, format)) },
    );
    const { ask } = await startServer(backend);
    const { text, headers } = await ask('/metrics?name[]=up');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text.match(/^modelpulse_model_up\{/gm)).toHaveLength(500);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('returns an error instead of an empty page if it fails at once', async () => {
    async function* broken(): AsyncGenerator<string> {
      throw await Promise.resolve(new Error('broken'));
    }
    const exposition = () => readingOf(broken());
    const { ask, reported } = await startServer(createFakeBackend({}, { exposition }));
    const { status, json } = await ask('/metrics');
    expect([status, json]).toMatchObject([500, { code: 'internal_error' }]);
    expect(reported).toHaveLength(1);
  });

  it('is aborted for a reader that is too slow, without an error report', async () => {
    const end = new AbortController();
    async function* endless(): AsyncGenerator<string> {
      for (;;) yield await Promise.resolve('# '.padEnd(65_536, 'x'));
    }
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const exposition = () => readingOf(endless(), { givenUp: end.signal, leave: () => leave() });
    const { url, reported } = await startServer(createFakeBackend({}, { exposition }));
    const answer = await fetch(`${url}/metrics`);
    end.abort();
    await expect(answer.text()).rejects.toThrow();
    await left;
    expect(reported).toEqual([]);
  });

  it('releases its text for a HEAD request', async () => {
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const exposition = () => readingOf(modelExposition([], noon, 'text'), { leave });
    const { url } = await startServer(createFakeBackend({}, { exposition }));
    expect((await fetch(`${url}/metrics`, { method: 'HEAD' })).status).toBe(200);
    await left;
  });
});

describe('/livez and /readyz', () => {
  it('return 200 or 503', async () => {
    let well = true;
    const { ask } = await startServer(createFakeBackend({}, { live: () => well, ready: () => well }));
    for (const path of ['/livez', '/readyz']) {
      well = true;
      expect([(await ask(path)).status, (await ask(path)).json]).toEqual([200, { status: 'ok' }]);
      well = false;
      expect((await ask(path)).status).toBe(503);
    }
    expect((await ask('/livez')).json).toEqual({ message: 'the scheduler does not tick', code: 'not_live' });
  });
});

describe('POST /-/reload', () => {
  it('returns ok, 400 with all problems, or 503 while the store fails', async () => {
    let problems: string[] = [];
    let unapplied = false;
    const warnings = ['a.yaml:3:1: models[0].api_key: begins with a quote'];
    const reload = () => Promise.resolve({ problems, warnings, unapplied });
    const { ask } = await startServer(createFakeBackend({}, { reload }));
    expect((await ask('/-/reload', { method: 'POST' })).json).toEqual({ status: 'ok', warnings });
    problems = ['a.yaml:1:2: models: is wrong', 'a.yaml:9:1: x: unknown key'];
    const { status, json } = await ask('/-/reload', { method: 'POST' });
    expect([status, json]).toEqual([400, { message: problems.join('\n'), code: 'bad_config', problems }]);
    problems = ['the configuration cannot be applied: disk is full'];
    unapplied = true;
    const failed = await ask('/-/reload', { method: 'POST' });
    expect([failed.status, failed.json]).toEqual([503, { message: problems[0], code: 'not_applied' }]);
  });
});

describe('caller of POST /-/reload', () => {
  it.each([
    ['deploy/1.2', 'deploy/1.2'],
    ['x'.repeat(5_000), 'x'.repeat(200)],
    ['a\u0085b\u00adc', 'abc'],
  ])('is passed on with a name of limited length', async (written, name) => {
    const callers: unknown[] = [];
    const { ask } = await startServer(
      createFakeBackend(
        {},
        {
          reload: (caller) => {
            callers.push(caller);
            return Promise.resolve({ problems: [], warnings: [], unapplied: false });
          },
        },
      ),
    );
    await ask('/-/reload', { method: 'POST', headers: { 'user-agent': written } });
    expect(callers).toEqual([{ address: '127.0.0.1', userAgent: name }]);
  });
});

describe('openapi.json', () => {
  interface Description {
    openapi: string;
    info: { version: string };
    paths: Record<string, Record<string, { summary?: string; parameters?: { name: string }[] }>>;
    components: { schemas: Record<string, { properties: Record<string, unknown> }> };
  }

  it('describes every route with its parameters', async () => {
    const { ask } = await startServer(createFakeBackend());
    const { openapi, info, paths } = (await ask('/api/v1/openapi.json')).json as Description;
    expect([openapi, info.version]).toEqual(['3.1.0', '1.2.3']);
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual([
      'delete /api/v1/incidents/{id}/acknowledge',
      'delete /api/v1/models/{id}/exclusions/{exclusion}',
      'get /api/v1/events',
      'get /api/v1/incidents',
      'get /api/v1/incidents/{id}',
      'get /api/v1/models',
      'get /api/v1/models/{id}',
      'get /api/v1/models/{id}/badge.svg',
      'get /api/v1/models/{id}/checks',
      'get /api/v1/models/{id}/exclusions',
      'get /api/v1/models/{id}/series',
      'get /api/v1/models/{id}/timeline',
      'get /api/v1/models/{id}/uptime',
      'get /api/v1/notifications',
      'get /api/v1/routing',
      'get /api/v1/vendors',
      'get /livez',
      'get /metrics',
      'get /probe',
      'get /readyz',
      'get /redteam/health',
      'get /sd/prometheus',
      'get /up',
      'get /up/{id}',
      'post /-/reload',
      'post /api/v1/incidents/{id}/acknowledge',
      'post /api/v1/incidents/{id}/notes',
      'post /api/v1/models/{id}/check',
      'post /api/v1/models/{id}/exclusions',
      'post /api/v1/models/{id}/pause',
      'post /api/v1/models/{id}/resume',
      'post /api/v1/notifications/{id}/replay',
      'post /mcp',
      'post /redteam/model-health',
      'post /redteam/model/model-health',
      'post /redteam/v3/model-health',
      'post /redteam/v3/model/model-health',
    ]);
    const parameters = paths['/api/v1/models/{id}/checks']?.get?.parameters ?? [];
    expect(parameters.map(({ name }) => name).sort()).toEqual([
      'cursor',
      'format',
      'from',
      'id',
      'limit',
      'outcome',
      'to',
    ]);
    for (const methods of Object.values(paths)) {
      for (const { summary } of Object.values(methods)) expect(summary).toEqual(expect.any(String));
    }
  });

  it('defines each schema once, with units', async () => {
    const { ask } = await startServer(createFakeBackend());
    const { text, json } = await ask('/api/v1/openapi.json');
    const { components } = json as Description;
    expect(Object.keys(components.schemas).sort()).toEqual([
      'Error',
      'Exclusion',
      'Incident',
      'Model',
      'Result',
      'Series',
      'Uptime',
    ]);
    expect(components.schemas.Result?.properties.slot).toEqual({
      type: 'string',
      format: 'date-time',
      description: 'Scheduled time of the result.',
    });
    expect(components.schemas.Model?.properties.last_check).toMatchObject({
      anyOf: [{ $ref: '#/components/schemas/Result' }, { type: 'null' }],
    });
    const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]));
    for (const reference of references) {
      expect(components.schemas).toHaveProperty(reference!.replace('#/components/schemas/', ''));
    }
  });
});
