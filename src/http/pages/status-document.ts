import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const pack = promisify(gzip);
/** Below this a packed text saves nothing on the way. */
const leastPacked = 1_400;

/** An answer as it is kept and shared. */
export interface StatusDocument {
  readonly type: string;
  readonly plain: Buffer;
  /** Null where packing does not pay. */
  readonly gzip: Buffer | null;
  readonly etag: string;
}

/** A document from its text or bytes; packed off the loop. */
export async function statusDocument(type: string, content: string | Buffer): Promise<StatusDocument> {
  const plain = Buffer.from(content);
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  const packs = plain.length >= leastPacked && !/^image\/(?:png|jpeg|gif|webp)/.test(type);
  return { type, plain, gzip: packs ? await pack(plain, { level: 6 }) : null, etag: `W/"${hash}"` };
}
