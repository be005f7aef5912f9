import type { IncomingHttpHeaders } from 'node:http';

/** Encodings whose decoders fill a window of up to 16 MB for a reply of some bytes; that of gzip has 32 KiB. */
const costlyEncodings = /^(?:br|zstd)$/i;

/**
 * Changes the headers of a reply so that got decodes its body, or leaves it alone where that costs too much. Returns the
 * encoding of a body that is left alone, else null.
 */
export function prepareDecoding(headers: IncomingHttpHeaders): string | null {
  const encoding = headers['content-encoding'];
  if (encoding === undefined) return null;
  // Another name of it: RFC 9110, 8.4.1.3.
  if (/^x-gzip$/i.test(encoding)) headers['content-encoding'] = 'gzip';
  if (!costlyEncodings.test(encoding)) return null;
  delete headers['content-encoding'];
  return encoding;
}
