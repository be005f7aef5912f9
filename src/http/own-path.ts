const longest = 2_000;
const base = 'http://own.invalid';

/**
 * `text` as a path of this server with its query, or `/` where it leads elsewhere, such as `//host`, `/\host` or a path that
 * a browser resolves to one of these.
 */
export function ownPath(text: string | null | undefined): string {
  if (text === null || text === undefined || text.length > longest || !text.startsWith('/')) return '/';
  if (!URL.canParse(text, base)) return '/';
  const { origin, pathname, search } = new URL(text, base);
  const leadsAway = origin !== base || pathname.startsWith('//');
  return leadsAway || pathname === '/login' || pathname === '/logout' ? '/' : pathname + search;
}
