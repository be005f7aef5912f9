import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { startDaemon } from './process.js';
import { promptId, useSite } from './registry.js';

const site = useSite();

/** Packages and parts of the daemon of which nothing is loaded before their first use. */
const later: readonly RegExp[] = [
  /node_modules\/(?:ajv|pg|preact|badge-maker|jq-wasm|pino-pretty|@fastify\/swagger-ui|@fastify\/static)\//,
  /chunks\/(?:mcp|stdio|streamableHttp|nodemailer|mail|notifier|deliver|docs-page|explain-reply|gen-ai|dist)-/,
  /chunks\/(?:up-agent|routing|vendor-polling|balances|deadline|page-kit|overview-page|status-page|report-answer)-/,
  /chunks\/(?:postgres-\w+|sharing|acknowledgement-answer|model-page|feed-text|simulator|rebuild|import)-/,
  /otlp-thread|beside-thread/,
];

it('a daemon of which only checks are asked loads nothing of the rest', async () => {
  const { configure, folder, model } = site();
  // Node writes there which scripts a process has loaded.
  const NODE_V8_COVERAGE = `${folder.path}/loaded`;
  const { child, ended, get } = await startDaemon(configure([model(promptId, { model: 'healthy' })]), {
    NODE_V8_COVERAGE,
  });
  expect((await get('/livez')).status).toBe(200);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  const urls = readdirSync(NODE_V8_COVERAGE).flatMap((file) =>
    [...readFileSync(`${NODE_V8_COVERAGE}/${file}`, 'utf8').matchAll(/"url":"(file:[^"]+)"/g)].map(
      ([, url]) => url!,
    ),
  );
  expect(urls.some((url) => url.includes('chunks/daemon-'))).toBe(true);
  expect(urls.filter((url) => later.some((pattern) => pattern.test(url)))).toEqual([]);
});
