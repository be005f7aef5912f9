import type { FastifyRequest } from 'fastify';
import { densities, type Density } from '../../page/overview-query.js';
import { themes, type Theme } from '../../page/shell.js';

/** Choices that the script keeps in cookies, so that the server draws the page as chosen. */
export interface ReaderChoices {
  readonly theme: Theme;
  readonly density: Density;
}

/** The cookies of a request by name; the first of several wins. */
export function cookiesOf({ headers }: FastifyRequest): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, part.slice(at + 1).trim());
  }
  return cookies;
}

export function choicesOf(request: FastifyRequest): ReaderChoices {
  const cookies = cookiesOf(request);
  return {
    theme: themes.find((theme) => theme === cookies.get('theme')) ?? 'auto',
    density: densities.find((density) => density === cookies.get('density')) ?? 'full',
  };
}
