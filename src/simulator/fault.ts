import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { completion } from './completion.js';
import { each, type Call, type Exchange } from './call.js';

const json = { 'content-type': 'application/json' };

/** Closes the connection with a TCP reset. */
export function reset({ response }: Exchange): void {
  response.socket?.resetAndDestroy();
}

/** Sends bytes that are not HTTP. */
export function garbage({ response }: Exchange): void {
  response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n');
}

/** Declares more bytes than it sends, then closes. */
export function shortBody(call: Call): void {
  const { response } = call;
  const body = JSON.stringify(completion(call));
  response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2), () => response.socket?.end());
}

/** Sends half an answer, then nothing on an open connection. */
export function hangInBody(call: Call): void {
  const { response } = call;
  const body = JSON.stringify(completion(call));
  response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2));
}

/** Sends a good answer at one character a second: never idle, never done. */
export function drip(call: Call): void {
  const { response } = call;
  const body = JSON.stringify(completion(call));
  let sent = 0;
  response.writeHead(200, json);
  each(call, 1000, () => {
    const character = body.charAt(sent++);
    if (sent < body.length) response.write(character);
    else response.end(character);
  });
}

/** Sends a body that ends only when the client closes. */
export function endless({ response }: Exchange): void {
  response.writeHead(200, json);
  pour(response, Buffer.alloc(64 * 1024, ' '));
}

/** An endless body, compressed a thousandfold: gzip members of 1 MiB each, one after the other. */
export function gzipBomb({ response }: Exchange): void {
  response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
  pour(response, gzipSync(Buffer.alloc(1024 * 1024, ' ')));
}

function pour(response: NodeJS.WritableStream, block: Buffer): void {
  const source = new Readable({
    read() {
      this.push(block);
    },
  });
  pipeline(source, response, () => undefined);
}
