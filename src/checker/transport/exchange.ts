import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Response } from 'got';
import type { Clock } from '../../domain/clock.js';
import type { CheckResult, Phases } from '../../domain/result.js';
import type { Route } from './agents.js';
import { prepareDecoding } from './content-encoding.js';
import { createContentTimes, type ContentTimes } from './content-times.js';
import { createDeadline, describeExpiry, type Expiry } from './deadline.js';
import { faultOf, type Fault } from './fault.js';
import { faultOfProxy, faultThrough, isAtProxy, lateFault, proxyIn } from './proxy-fault.js';
import type { StreamReading } from '../verdict/stream-reading.js';
import type { TimeLimit } from './time-limit.js';
import { bodyLimit, type Shared } from './exchange-limits.js';
import { leanOptions } from './lean-options.js';
import { createPieces } from './turns.js';
import { createTrace } from './trace.js';
import type { Opening } from './tunnel.js';

/** Most bytes read for one reply, compressed and with headers. */
const wireLimit = 2 * bodyLimit;
/** ms between two looks at the bytes received: some decompress to nothing. */
const wireLookMs = 100;
/** Most provisional replies (1xx) before the reply. */
const mostProvisional = 16;
/** ms for which a finished stream may stay open after its newest event: some mark each part as the last. */
const lingerLimitMs = 2_500;
/** The same after the API's end mark. */
const closedLingerMs = 250;

/** ms after its time for which what has come of a reply is still read. */
const lateReadingMs = 250;
const tooMuchHeld = 'given up to save memory: the unread replies of all running checks have over 16 MiB';

/** Bytes that the reading of any reply counts for beside its own. */
const leastReading = 512;

export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null sends none, which a POST says by its length. */
  readonly body: string | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed; what was read of it when `fault` or `overLimit` says that it is not all. */
  readonly body: Buffer;
  readonly overLimit: boolean;
}

/** Outcome of an HTTP exchange. Both `reply` and `fault` are set when the connection failed inside the body. */
export interface Exchange
  extends Pick<CheckResult, 'deadFamily'>, Pick<ContentTimes, 'firstTokenMs' | 'speed'> {
  readonly reply: Reply | null;
  readonly fault: Fault | null;
  /** ms from the call to the last byte of the answer, or to the fault. */
  readonly durationMs: number;
  readonly phases: Phases;
  readonly certificateExpiresAt: number | null;
  /** A proxy that looks into TLS, or that nobody configured, replied that it did not reach the target. */
  readonly intercepted: boolean;
}

interface Terms {
  readonly route: Route;
  /** Timeout of the attempt in ms for messages; `limit` has the rest of it. */
  readonly timeoutMs: number;
  readonly limit: TimeLimit;
  readonly clock: Clock;
  /** Follows the body of a successful reply as it comes, in turn with the replies of other checks. */
  readonly reading?: StreamReading | null;
  /** Shares the event loop and the memory with the other exchanges. */
  readonly shared: Shared;
}

/**
 * Sends one request and reads its reply; resolves within `limit`, never rejects. The request is sent once more only where
 * the idle connection that it was sent on was closed before a byte of a reply came: every client of HTTP does, since the
 * peer may close it at the same moment.
 */
export async function exchange(outgoing: Outgoing, terms: Terms): Promise<Exchange> {
  const done = await sendOnce(outgoing, terms);
  const { fresh } = terms.route;
  if (!done.unansweredReuse || fresh === undefined || terms.limit.over()) return done;
  return sendOnce(outgoing, { ...terms, route: fresh() });
}

type Once = Exchange & { readonly unansweredReuse: boolean };

async function sendOnce({ method, url, headers, body }: Outgoing, terms: Terms): Promise<Once> {
  // With the first request: it takes a tenth of a second, for which no start and no other command has to wait.
  const { default: got } = await import('got');
  const { route, timeoutMs, limit, clock, reading = null, shared } = terms;
  const { signal } = limit;
  const { proxy, secure } = route;
  /** Ends the opening of a tunnel. */
  const over = proxy === null ? null : new AbortController();
  const opening: Opening | undefined = over === null ? undefined : { signal: over.signal, asked: false };
  return new Promise((resolve) => {
    const trace = createTrace(clock);
    const chunks: Buffer[] = [];
    let size = 0;
    /** ms from the call to the end of the exchange, which may wait to be read. */
    let overMs: number | null = null;
    let head: Pick<Reply, 'status' | 'headers'> | null = null;
    let settled = false;
    let provisional = 0;
    let intercepted = false;
    const content = reading && createContentTimes(reading);
    let endedMs: number | null = null;
    let lingering: NodeJS.Timeout | undefined;
    let late: NodeJS.Timeout | undefined;
    let outcome: Once | null = null;
    /** The encoding of a body that is not read. */
    let coded: string | null = null;

    /** Where a call before may have settled it, which the compiler does not see. */
    const isSettled = (): boolean => settled;

    function follow(chunk: Buffer, at: number): void {
      if (reading === null || content === null || (head?.status ?? 0) >= 300) return;
      const before = reading.events;
      content.push(chunk, at);
      if (reading.begun && reading.fault !== null) settle(null, 'open');
      if (!reading.ended || settled) return;
      // Comments that keep a connection open are no events.
      if (lingering !== undefined && reading.events === before) return;
      endedMs = at;
      clearTimeout(lingering);
      const lingerMs = reading.closed ? closedLingerMs : lingerLimitMs;
      lingering = setTimeout(() => afterReading(() => settle(null, 'open')), lingerMs);
    }

    const pieces = createPieces(shared.turns, follow);

    /** Calls `done` when what has come is read: a reset may come right behind the end of a stream. */
    function afterReading(done: () => void): void {
      overMs ??= trace.elapsedMs();
      pieces.after(done);
    }

    const stream = got.stream(url, {
      method,
      headers: { 'accept-encoding': 'gzip, deflate', ...headers },
      // Without one got would wait with a POST until a body is written to the stream.
      ...(body !== null ? { body } : method === 'POST' && { body: '' }),
      // Node would copy the other 30 options of got, which are not set, four times.
      request: (target, options) =>
        route.send(target, { method, ...(options.headers && { headers: options.headers }) }, opening),
      retry: { limit: 0 },
      hooks: leanOptions,
      followRedirect: false,
      throwHttpErrors: false,
    });

    function settle(fault: Fault | null, rest: 'read' | 'open' | 'over limit' = 'read'): void {
      if (settled) return;
      settled = true;
      pieces.drop();
      deadline.stop();
      clearTimeout(lingering);
      clearTimeout(late);
      clearInterval(watching);
      signal.removeEventListener('abort', stopped);
      if (fault === null && rest === 'read') trace.mark('end');
      else {
        stream.destroy();
        over?.abort();
      }
      const unansweredReuse = fault?.reason === 'connection_lost' && head === null && trace.unansweredReuse();
      if (!unansweredReuse) content?.end(overMs ?? trace.elapsedMs());
      const reply = head && {
        ...head,
        body: Buffer.concat(chunks),
        overLimit: rest === 'over limit',
      };
      outcome = {
        reply,
        fault,
        ...(proxy === null && trace.deadFamily()),
        durationMs: endedMs ?? overMs ?? trace.elapsedMs(),
        firstTokenMs: content?.firstTokenMs ?? null,
        speed: content?.speed ?? null,
        phases: trace.phases(),
        certificateExpiresAt: trace.certificateExpiresAt(),
        intercepted,
        unansweredReuse,
      };
      // The caller judges the reply within this turn, since it awaits the promise.
      shared.turns.take((reply?.body.length ?? 0) + leastReading, () => {
        share.close();
        if (outcome !== null) resolve(outcome);
      });
    }

    /** Reads what has come, for which nothing is waited for long, and takes no more. */
    function timedOut(due: Expiry): void {
      stream.pause();
      late = setTimeout(() => expired(due), lateReadingMs);
      afterReading(() => expired(due));
    }

    function expired(due: Expiry): void {
      const mute = reading?.spoke === false && head !== null && head.status < 300;
      const expiry: Expiry = mute ? { phase: 'first_token', ms: trace.elapsedMs() } : due;
      const detail = describeExpiry(expiry);
      const stage = expiry.phase === 'connect' ? trace.stage(secure) : 'exchange';
      const name = proxy?.name ?? new URL(url).hostname;
      if (stage === 'lookup')
        settle({ reason: 'dns_error', detail: `look-up of ${name} not answered: ${detail}` });
      else if (proxy === null) settle({ reason: 'timeout', detail });
      else settle(lateFault(proxy, stage, expiry, { asked: opening?.asked === true, begun: head !== null }));
    }

    function failed(error: Error): void {
      const stage = trace.stage(secure);
      const fault = faultOf(error, stage);
      // A proxy answers for a target that sends no HTTP.
      const noReply = proxy?.forwards === true && fault.reason === 'malformed_response';
      if (proxy === null || head !== null) settle(fault);
      else if (noReply || isAtProxy(proxy, stage)) settle(faultOfProxy(fault, proxy.name));
      else settle(faultThrough(fault, proxy.name));
    }

    function stopped(): void {
      settle({ reason: 'internal_error', detail: 'stopped before it ended' });
    }

    const share = shared.held.open(new URL(url).hostname, () => {
      chunks.length = 0;
      const fault: Fault = { reason: 'internal_error', detail: tooMuchHeld };
      if (outcome === null) settle(fault);
      else outcome = { ...outcome, reply: null, fault };
    });
    const deadline = createDeadline(timeoutMs, timedOut, limit.leftMs());
    signal.addEventListener('abort', stopped);
    stream.on('request', (request: ClientRequest) => {
      trace.watch(request, proxy?.forwards !== true, deadline.connected, route);
      request.prependOnceListener('response', (response) => {
        // Before got begins to decompress it.
        coded = prepareDecoding(response.headers);
      });
    });
    stream.on('response', (response: Response) => {
      if (settled) return;
      const { refusal, intercepted: byProxy } = proxyIn(proxy, response);
      intercepted = byProxy;
      if (refusal !== null) {
        settle(refusal, 'open');
        return;
      }
      head = { status: response.statusCode, headers: response.headers };
      deadline.headersArrived();
      if (coded !== null)
        settle(
          { reason: 'malformed_response', detail: `content-encoding "${coded}" is not supported` },
          'open',
        );
    });
    // Not waited for: what comes next is no longer HTTP.
    stream.on('upgrade', ({ statusCode = 101, headers: upgraded }: IncomingMessage, socket: Socket) => {
      head = { status: statusCode, headers: upgraded };
      socket.destroy();
      settle(null, 'open');
    });
    stream.on('information', () => {
      provisional += 1;
      if (provisional > mostProvisional)
        settle({ reason: 'malformed_response', detail: `over ${mostProvisional} provisional replies` });
    });
    const watching = setInterval(() => {
      if (trace.receivedBytes() <= wireLimit) return;
      const detail = `over ${wireLimit} bytes came without a reply`;
      settle(head === null ? { reason: 'malformed_response', detail } : null, 'over limit');
    }, wireLookMs);
    stream.on('data', (chunk: Buffer) => {
      if (settled) return;
      deadline.bytesArrived();
      share.add(chunk.length);
      if (isSettled()) return;
      const room = bodyLimit - size;
      size += chunk.length;
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
      if (reading !== null) pieces.push(chunk, trace.arrivedMs());
      if (size > bodyLimit) settle(null, 'over limit');
    });
    stream.on('end', () => {
      trace.mark('end');
      deadline.stop();
      afterReading(() => settle(null));
    });
    stream.on('error', (error) => afterReading(() => failed(error)));
    if (signal.aborted) stopped();
  });
}
