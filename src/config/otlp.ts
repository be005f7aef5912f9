import { formatDuration } from '../domain/duration.js';
import type { OtlpEntry } from './schema/otlp-schema.js';

/** Push of the metrics by the OpenTelemetry protocol. */
export interface OtlpSettings {
  readonly endpoint: string;
  /** Secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly protocol: OtlpEntry['protocol'];
  /** Version of the conventions for generative AI; null for none. */
  readonly genAi: NonNullable<OtlpEntry['gen_ai']> | null;
}

export function otlpOf(entry: OtlpEntry | undefined): OtlpSettings | null {
  if (entry === undefined) return null;
  const { endpoint, headers, every, timeout, protocol, gen_ai: genAi = null } = entry;
  return { endpoint, headers, everyMs: every, timeoutMs: Math.min(timeout, every), protocol, genAi };
}

/** The section with the keys of the file; its secrets are masked elsewhere. */
export function otlpEntry({ endpoint, headers, everyMs, timeoutMs, protocol, genAi }: OtlpSettings) {
  return {
    endpoint,
    headers,
    every: formatDuration(everyMs),
    timeout: formatDuration(timeoutMs),
    protocol,
    ...(genAi !== null && { gen_ai: genAi }),
  };
}
