import { crc32, deflateSync } from 'node:zlib';

/** Pixels; some engines refuse less than 32, and each of these costs a few tokens at most. */
const side = 64;
/** What every model calls yellow; unlike red, no word of an evasive answer has it inside. */
const yellow = '\xff\xff\x00';

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  const check = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** A small PNG of one colour, yellow. */
export function picture(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // Eight bits a channel, red, green and blue.
  header.set([8, 2], 8);
  // Each row begins with its filter, none.
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(side * 3, yellow, 'latin1')]);
  const rows = Buffer.alloc(side * row.length, row);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
