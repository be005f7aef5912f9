import type { Server } from '../store/postgres/server.js';
import type { RunningDaemon } from './process.js';
import type { Site } from './registry.js';
import { fixedQuestion } from '../checker/model.js';

/** A provider that counts what it is asked, and the configuration of instances that share models of it. */
export interface FleetSite {
  readonly ids: readonly string[];
  /** Requests so far, by model. */
  readonly asked: ReadonlyMap<string, number>;
  /** Unix ms of each, by model. */
  readonly askedAt: ReadonlyMap<string, readonly number[]>;
  /** Writes the configuration of all instances with these models, renamed from these. */
  write(names: readonly string[], renamed?: Readonly<Record<string, string>>, more?: object): string;
  /** With the configuration of all, or with this one. */
  start(config?: string, environment?: NodeJS.ProcessEnv): Promise<RunningDaemon>;
  /** Rows of SQL, unaligned. */
  sql(text: string): Promise<string[]>;
  readonly url: string;
}

interface FleetSiteOptions {
  readonly models: number;
  readonly everySeconds: number;
  /** The section of the configuration, with the URL of the database. */
  readonly storage?: (url: string) => object;
}

export async function fleetSite(
  { configure, daemon, serve }: Site,
  server: Server,
  { models, everySeconds, storage = (url) => ({ url }) }: FleetSiteOptions,
): Promise<FleetSite> {
  const asked = new Map<string, number>();
  const askedAt = new Map<string, number[]>();
  const { port } = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { model } = JSON.parse(body) as { model: string };
      asked.set(model, (asked.get(model) ?? 0) + 1);
      askedAt.set(model, [...(askedAt.get(model) ?? []), Date.now()]);
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          model,
          choices: [
            { index: 0, message: { role: 'assistant', content: 'New Delhi' }, finish_reason: 'stop' },
          ],
          usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
        }),
      );
    });
  });
  const ids = Array.from({ length: models }, (_, index) => `shared-${index}`);
  const url = server.fresh();
  const schema = new URL(url.replace('@/', '@host/')).searchParams.get('search_path') ?? 'public';
  const write = (
    names: readonly string[],
    renamed: Readonly<Record<string, string>> = {},
    more: object = {},
  ): string =>
    configure(
      names.map((id) => ({
        id,
        provider: 'openai_compatible',
        base_url: `http://127.0.0.1:${port}/v1`,
        model: id,
        ...fixedQuestion,
        schedule: { every: `${everySeconds}s` },
        timeout: '1s',
        ...(renamed[id] !== undefined && { rename_from: renamed[id] }),
      })),
      { storage: storage(url), ...more },
    );
  const config = write(ids);
  return {
    ids,
    asked,
    askedAt,
    url,
    write,
    start: (own = config, environment = {}) => daemon(own, environment),
    sql: async (text) =>
      (await server.sql('postgres', `SET search_path = ${schema}; ${text}`)).split('\n').filter(Boolean),
  };
}

/** Reads until it fits; rejects after a while with what was read last. */
export async function until<Value>(
  read: () => Promise<Value>,
  fits: (value: Value) => boolean,
  seconds = 60,
): Promise<Value> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(value).slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Models whose series an instance has: those that it checks. */
export const ownOf = async (running: RunningDaemon): Promise<string[]> => {
  const { text } = await running.get('/metrics');
  return [...text.matchAll(/^modelpulse_model_up\{model="([^"]+)"\}/gm)].map(([, id]) => id!).sort();
};

/** Each model and the slot of its newest check, as an instance shows them. */
export const shownBy = async (running: RunningDaemon) => {
  const { items } = (await running.get('/api/v1/models?limit=1000')).json() as {
    items: { id: string; state: string; last_check: { slot: string } | null }[];
  };
  return items;
};
