import { isObject } from './json.js';

/** Message of what was thrown; by its shape, since an error of another realm is no instance of Error. */
export function messageOf(thrown: unknown): string {
  return isObject(thrown) && typeof thrown.message === 'string' ? thrown.message : String(thrown);
}

/** Code of a failure of the system, such as `ENOENT`; undefined without one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  return isObject(thrown) && typeof thrown.code === 'string' ? thrown.code : undefined;
}
