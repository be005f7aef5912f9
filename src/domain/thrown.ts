import { isObject } from './json.js';

/** Message of a thrown value. Tests the shape, since an error of another realm is not an instance of Error. */
export function messageOf(thrown: unknown): string {
  return isObject(thrown) && typeof thrown.message === 'string' ? thrown.message : String(thrown);
}

/** Code of a system error, such as `ENOENT`; undefined without one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  return isObject(thrown) && typeof thrown.code === 'string' ? thrown.code : undefined;
}
