/** Most characters of an address, or of a path of one; the bound that proxies and browsers have in common. */
export const longestAddress = 2_048;

/** The text without the slashes at its end. A pattern with `+$` would look from each slash anew. */
export function withoutTrailingSlashes(address: string): string {
  let end = address.length;
  while (address[end - 1] === '/') end -= 1;
  return address.slice(0, end);
}
