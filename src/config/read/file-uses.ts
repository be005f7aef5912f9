import { dirname, resolve } from 'node:path';
import { addAll } from '../../domain/list.js';
import type { DefaultsEntry } from '../schema/asking-schema.js';
import type { NotificationsEntry } from '../schema/notifications-schema.js';
import type { Path } from './problem.js';
import type { Source } from './source.js';

/** A file that a member of the configuration names. */
export interface FileUse {
  readonly source: Source;
  readonly path: Path;
  /** Absolute. */
  readonly file: string;
}

/** The `tls` member with its files made absolute, and those files; relative ones start at the file that names them. */
export function tlsUses(
  tls: DefaultsEntry['tls'],
  source: Source,
  at: Path,
): { tls: DefaultsEntry['tls']; uses: FileUse[] } {
  if (tls === undefined) return { tls, uses: [] };
  const uses: FileUse[] = [];
  const absolute = { ...tls };
  for (const key of ['ca_file', 'cert_file', 'key_file'] as const) {
    const name = tls[key];
    if (name === undefined) continue;
    const file = resolve(dirname(source.absolute), name);
    absolute[key] = file;
    uses.push({ source, path: [...at, key], file });
  }
  return { tls: absolute, uses };
}

/** The section with the TLS files of its channels made absolute, and those files. */
export function channelUses(
  notifications: NotificationsEntry | undefined,
  source: Source,
): { notifications: NotificationsEntry | undefined; uses: FileUse[] } {
  if (notifications === undefined) return { notifications, uses: [] };
  const uses: FileUse[] = [];
  const channels = Object.entries(notifications.channels).map(([name, channel]) => {
    const found = tlsUses(channel.tls, source, ['notifications', 'channels', name, 'tls']);
    addAll(uses, found.uses);
    return [name, { ...channel, tls: found.tls }] as const;
  });
  return { notifications: { ...notifications, channels: Object.fromEntries(channels) }, uses };
}
