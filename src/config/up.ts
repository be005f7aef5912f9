import type { UpPolicy } from '../domain/up.js';
import { isLoopback, parseListen, type Listen } from './listen.js';
import type { Problem } from './read/problem.js';
import type { UpEntry } from './schema/up-schema.js';

/** Answers for routers. */
export interface UpSettings extends UpPolicy {
  /** /up needs no token. */
  readonly isPublic: boolean;
  /** Percent */
  readonly degradedWeight: number;
  /** Null without an agent. */
  readonly agent: Listen | null;
}

/** What is wrong with the section; `server` is the address of the server. Paths are relative to the section. */
export function upProblems({ access, agent }: UpEntry, server: Listen | null): Problem[] {
  if (agent === undefined) return [];
  const path = ['agent', 'listen'];
  const listen = parseListen(agent.listen);
  if (listen === null)
    return [{ path, message: 'must be an address and a port, such as 127.0.0.1:9465 or [::1]:9465' }];
  if (server !== null && listen.port !== 0 && listen.host === server.host && listen.port === server.port)
    return [{ path, message: 'is the address of "server.listen"' }];
  if (isLoopback(listen.host) || access === 'public') return [];
  const message = `${listen.host} can be reached from outside, and the agent asks for no token: set "up.access: public"`;
  return [{ path, message }];
}

export function upOf(entry: UpEntry): UpSettings {
  return {
    isPublic: entry.access === 'public',
    unknown: entry.unknown,
    maintenance: entry.maintenance,
    paused: entry.paused,
    degradedWeight: entry.degraded_weight,
    agent: entry.agent === undefined ? null : parseListen(entry.agent.listen),
  };
}

/** The section with the keys of the file. */
export function upEntry(up: UpSettings) {
  const { agent } = up;
  const host = agent?.host.includes(':') === true ? `[${agent.host}]` : agent?.host;
  return {
    access: up.isPublic ? 'public' : 'token',
    unknown: up.unknown,
    maintenance: up.maintenance,
    paused: up.paused,
    degraded_weight: up.degradedWeight,
    ...(agent !== null && { agent: { listen: `${host}:${agent.port}` } }),
  };
}
