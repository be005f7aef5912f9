import type { FastifyRequest } from 'fastify';

/** The weight of a type in an Accept header; 0 where it is not named. `*` is not counted: programs send it. */
function weightOf(accept: string, type: string): number {
  for (const part of accept.split(',', 32)) {
    const [name = '', ...parameters] = part.split(';').map((one) => one.trim().toLowerCase());
    if (name !== type) continue;
    const given = parameters.find((one) => one.startsWith('q='));
    const weight = given === undefined ? 1 : Number(given.slice(2));
    return Number.isFinite(weight) ? weight : 0;
  }
  return 0;
}

/** Addresses of programs, whatever they accept. */
const ofPrograms = /^\/(?:api|-|metrics|probe|sd|redteam|livez|readyz|assets)(?:[/?]|$)/;

/** True for a browser that opens an address for a person: errors are then pages, and a missing login is a form. */
export function prefersPage({ headers, url }: Pick<FastifyRequest, 'headers' | 'url'>): boolean {
  const accept = headers.accept ?? '';
  const html = weightOf(accept, 'text/html');
  return html > 0 && html >= weightOf(accept, 'application/json') && !ofPrograms.test(url);
}
