import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
// The decoder that protobufjs makes of OTLP's own definitions; the exporter under test writes its bytes by itself.
import root from '@opentelemetry/otlp-proto-exporter-base/build/src/generated/root.js';

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
}
type Attributes = readonly { readonly key: string; readonly value: Value }[];
interface Point {
  readonly attributes: Attributes;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
}
export interface Metric {
  readonly name: string;
  readonly description?: string;
  /** Absent for none. */
  readonly unit?: string;
  readonly gauge?: { readonly dataPoints: readonly Point[] };
  readonly sum?: {
    readonly dataPoints: readonly Point[];
    readonly isMonotonic: boolean;
    readonly aggregationTemporality: string;
  };
  readonly histogram?: { readonly dataPoints: readonly Point[]; readonly aggregationTemporality: string };
}
interface Request {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeMetrics: readonly {
      readonly schemaUrl?: string;
      readonly scope: { readonly name: string };
      readonly metrics: readonly Metric[];
    }[];
  }[];
}

interface Message {
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): object;
}
interface Definitions {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: Message } };
      };
    };
  };
}
const { ExportMetricsServiceRequest: message } = (root as unknown as Definitions).opentelemetry.proto
  .collector.metrics.v1;

function decoded(
  body: Buffer,
  { 'content-encoding': coding, 'content-type': type }: IncomingHttpHeaders,
): Request {
  const bytes = coding === 'gzip' ? gunzipSync(body) : body;
  if (type === 'application/json') return JSON.parse(bytes.toString('utf8')) as Request;
  return message.toObject(message.decode(bytes), { longs: String, enums: String, arrays: true }) as Request;
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly request: Request;
}

/** A receiver of OTLP over HTTP that keeps what it was sent. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Resolves once `count` requests came. */
  came(count: number): Promise<void>;
  /** Resolves once no connection to it is open. */
  left(): Promise<void>;
  /** What it answers: a status, a body of an answer, or nothing at all. */
  answer: { readonly status: number; readonly body?: Uint8Array } | 'nothing';
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({ headers: request.headers, request: decoded(Buffer.concat(parts), request.headers) });
      for (const { resolve } of waiting.filter(({ count }) => count <= received.length)) resolve();
      waiting = waiting.filter(({ count }) => count > received.length);
      if (receiver.answer === 'nothing') return;
      response.writeHead(receiver.answer.status, { 'content-type': 'application/x-protobuf' });
      response.end(receiver.answer.body);
    });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`,
    received,
    came: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    async left() {
      for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
    },
    answer: { status: 200 },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

export const metricsIn = ({ request }: Received): Metric[] =>
  request.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));

export function attributesIn(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      String(value.stringValue ?? value.intValue ?? value.doubleValue),
    ]),
  );
}
