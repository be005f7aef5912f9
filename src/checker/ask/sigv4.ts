import aws4 from 'aws4';
import type { Outgoing } from '../transport/exchange.js';

interface AwsKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Parses a signing key `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`; null for other keys, which are sent as they are. */
export function awsKey(apiKey: string): AwsKey | null {
  const [, accessKeyId, secretAccessKey, sessionToken] =
    /^([\w-]+):([^\s:]+)(?::(\S+))?$/.exec(apiKey.trim()) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** The region in a host such as `bedrock-runtime.eu-west-1.amazonaws.com` or a private endpoint's. */
function regionOf(host: string): string {
  return /(?:^|\.)bedrock[a-z-]*\.([a-z0-9-]+)\./.exec(host)?.[1] ?? 'us-east-1';
}

/** Adds the headers of AWS Signature Version 4 at `now` (Unix ms); a null `region` is taken from the host. */
export function signedHeaders(
  request: Outgoing,
  key: AwsKey,
  region: string | null,
  now: number,
): Record<string, string> {
  const { host, hostname, pathname, search } = new URL(request.url);
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const { headers } = aws4.sign(
    {
      service: 'bedrock',
      region: region ?? regionOf(hostname),
      method: request.method,
      host,
      path: pathname + search,
      headers: { ...request.headers, host, 'x-amz-date': date },
      ...(request.body !== null && { body: request.body }),
    },
    key,
  );
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
