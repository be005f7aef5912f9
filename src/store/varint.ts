/** A place in bytes that are read one after the other. */
export interface Place {
  readonly blob: Uint8Array;
  at: number;
}

/** Reads a LEB128 varint and moves the place behind it; 0 behind the end. */
export function getVarint(place: Place): number {
  let value = 0;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = place.blob[place.at++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
}

/** Writes a LEB128 varint; returns the position after the bytes written. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[end++] = (rest % 0x80) | 0x80;
  bytes[end++] = rest;
  return end;
}
