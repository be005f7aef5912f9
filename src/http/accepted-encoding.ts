/** A coding with its weight, as in `gzip;q=0.5` (RFC 9110, 12.5.3 and 12.4.2). */
const weighted = /^([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q\s*=\s*([\d.]+))?$/i;

/** The first of these codings that the header `accept-encoding` allows; null where it allows none of them, or is absent. */
export function acceptedEncoding<Coding extends string>(
  header: string | undefined,
  codings: readonly Coding[],
): Coding | null {
  const weights = new Map<string, number>();
  for (const part of (header ?? '').split(',')) {
    const [, name = '', weight = '1'] = weighted.exec(part.trim()) ?? [];
    weights.set(name.toLowerCase(), Number(weight));
  }
  return codings.find((coding) => (weights.get(coding) ?? weights.get('*') ?? 0) > 0) ?? null;
}
