import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { listenHttp, type Listening } from '../checker/server.js';
import { createFolder, startDaemon, type RunningDaemon } from './process.js';

export interface Site {
  readonly folder: ReturnType<typeof createFolder>;
  readonly simulator: RunningSimulator;
  /** A model of the simulator with id and behaviour of that name. */
  model(name: string, more?: object): object;
  /** Writes the configuration with these models and more, and returns its path. */
  configure(models: readonly object[], more?: object): string;
  /** Starts a server of the test's own that is closed after the test. */
  serve(answer: RequestListener): Promise<Listening>;
  /** Starts a daemon that is killed after the test, if it still runs. */
  daemon(config: string, environment?: NodeJS.ProcessEnv): Promise<RunningDaemon>;
}

/** A simulator, a folder and the daemons started in it, for each test of a file. */
export function useSite(): () => Site {
  let site: Site | null = null;
  const folders: Site['folder'][] = [];
  const daemons: RunningDaemon[] = [];
  const servers: Listening[] = [];

  beforeEach(async () => {
    const folder = createFolder();
    folders.push(folder);
    const simulator = await createSimulator().listen(0, '127.0.0.1');
    site = {
      folder,
      simulator,
      model: (name, more = {}) => ({
        id: name,
        provider: 'openai_compatible',
        base_url: `${simulator.url}/v1`,
        model: name,
        api_key: 'sk-test-0123456789abcdef',
        ...more,
      }),
      configure: (models, more = {}) =>
        folder.write('config.yaml', {
          server: { listen: '127.0.0.1:0' },
          storage: { path: `${folder.path}/pulse.db` },
          defaults: { schedule: { every: '1s' }, timeout: '20s', confirm: { recheck_after: '100ms' } },
          models,
          ...more,
        }),
      async serve(answer) {
        const server = await listenHttp(answer);
        servers.push(server);
        return server;
      },
      async daemon(config, environment) {
        const daemon = await startDaemon(config, environment);
        daemons.push(daemon);
        return daemon;
      },
    };
  });

  afterEach(async () => {
    for (const daemon of daemons.splice(0)) {
      daemon.child.kill('SIGKILL');
      await daemon.ended;
    }
    for (const server of servers.splice(0)) await server.close();
    await site?.simulator.close();
  });
  // At the end of the file: a test may end processes that write to it in a hook of its own.
  afterAll(() => {
    for (const folder of folders) folder.clean();
  });

  return () => {
    if (site === null) throw new Error('outside a test');
    return site;
  };
}

/**
 * An id whose first check comes within 10 ms of the start, however rare its schedule is. First checks are spread over 10 s by the
 * id: a model named gpt waits for half of that.
 */
export const promptId = 'mini';

/** A log line that says the model is in this state now. */
export const became =
  (model: string, state: string) =>
  (line: Record<string, unknown>): boolean =>
    line.msg === 'state changed' && line.model === model && line.state === state;

/** The value of one series in Prometheus' text format; null when it is absent. */
export function series(text: string, name: string): number | null {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? null : Number(line.slice(name.length + 1));
}
