/** Longest address or path accepted, in characters; the limit that proxies and browsers share. */
export const longestAddress = 2_048;

/** Removes trailing slashes. A pattern with `+$` takes quadratic time on a long run of slashes. */
export function withoutTrailingSlashes(address: string): string {
  let end = address.length;
  while (address[end - 1] === '/') end -= 1;
  return address.slice(0, end);
}
