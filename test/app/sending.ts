import type { RunningDaemon } from './process.js';

/** Sends a body as JSON and reads the answer; `body` is null for none. */
export async function send(
  { url }: RunningDaemon,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body: unknown = null,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const response = await fetch(url + path, { method, ...(body !== null && { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, json: text === '' ? null : JSON.parse(text) };
}
