import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createProber } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';
import type { CheckResult } from '../../src/domain/result.js';
import { completion, listenHttp, listenHttps, type Listening } from './server.js';
import { listenUplink, type Uplink } from './uplink.js';
import { modelOn, releases, throughGate, watch } from './watching.js';

const file = (name: string): string => fileURLToPath(new URL(`certificates/${name}`, import.meta.url));
export const identity = () => ({
  key: readFileSync(file('valid.key')),
  cert: readFileSync(file('valid.pem')),
});

/** Closes it after the test. */
export async function opened<T extends Listening>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  releases.push(() => server.close());
  return server;
}

export const proxy = (secure = false) => opened<Uplink>(listenUplink(secure ? identity() : undefined));

/** A provider on this machine, to which the proxies lead. */
export const provider = (scheme: string) =>
  opened(
    scheme === 'http'
      ? listenHttp((_request, response) => response.end(completion('New Delhi')))
      : listenHttps(identity(), (_request, response) => response.end(completion('New Delhi'))),
  );

interface Way {
  readonly scheme?: string;
  /** Address of the proxy; null for none of the model's own. */
  readonly through: string | null;
  readonly timeoutMs?: number;
}

/** A model on each host. */
export const modelsOn = (
  names: readonly string[],
  port: number,
  { scheme = 'https', through, timeoutMs }: Way,
) =>
  names.map((host) =>
    modelOn(host, port, {
      timeoutMs: timeoutMs ?? 2_000,
      endpoint: {
        baseUrl: `${scheme}://${host}:${port}/v1`,
        proxy: through,
        tls: { insecure: true },
      },
    }),
  );

/** The checks of a daemon with these models. */
export function monitor(
  setting: Parameters<typeof watch>[0] & { readonly reuse?: boolean; readonly models: readonly Model[] },
) {
  const { reuse = false, ...watched } = setting;
  const { lookup } = setting;
  const env = { SSL_CERT_FILE: file('authority.pem'), ...setting.env };
  const gate = watch({ ...watched, env });
  const prober = createProber({
    clock: systemClock,
    userAgent: 'modelpulse/test',
    reuseConnections: reuse,
    env,
    ...(lookup && { lookup }),
  });
  releases.push(() => {
    prober.close();
  });
  const check = throughGate(gate, (model, signal) => prober.check(model, signal));
  const checked = (model: Model): Promise<CheckResult> => check(model, new AbortController().signal);
  return { ...gate, checked, all: () => Promise.all(setting.models.map(checked)) };
}

export const reasonsOf = (results: readonly CheckResult[]): string[] => results.map(({ reason }) => reason);
