import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createServer } from '../../src/http/server.js';
import { createFakeBackend } from '../http/fake-backend.js';

const page = readFileSync('docs/api.md', 'utf8');

/** Methods and paths, as the description of the API has them. */
async function describedRoutes(): Promise<string[]> {
  const server = createServer(createFakeBackend(), {
    version: '1',
    access: () => ({ token: null, readTokens: [], publicBadges: false }),
    hosts: () => ({ allowed: [], local: true }),
    report: () => undefined,
  });
  await server.ready();
  const { paths = {} } = server.swagger() as { paths?: Record<string, object> };
  await server.close();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

describe('API page', () => {
  it('lists every route and no other', async () => {
    const named = [...page.matchAll(/`((?:GET|POST|DELETE) \/[^`]*)`/g)].map(([, route]) => route);
    expect(new Set(named)).toEqual(new Set(await describedRoutes()));
  });

  it('has examples that use existing routes', async () => {
    const routes = (await describedRoutes()).map((route) => route.split(' ')[1] ?? '');
    const patterns = routes.map((route) => new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`));
    const asked = [...page.matchAll(/http:\/\/127\.0\.0\.1:9464(\/[^\s'?]*)/g)].map(([, path]) => path ?? '');
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
  });

  it('has JSON replies', () => {
    const blocks = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text]) => text ?? '');
    expect(blocks.length).toBeGreaterThan(2);
    for (const block of blocks) expect(JSON.parse(block)).toBeInstanceOf(Object);
  });
});
