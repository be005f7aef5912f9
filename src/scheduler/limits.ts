import { createFifo, type Fifo } from './fifo.js';

/** An item that waits for a place. Dropped items are skipped. */
export interface Waiting {
  readonly host: string;
  /** Goes before the others of its host. */
  readonly urgent: boolean;
  dropped: boolean;
}

/** Concurrency limits, in total and per host. Round-robin over hosts, FIFO per host, urgent items first: a hanging host delays only itself. */
export interface Limits<T extends Waiting> {
  /** Starts the item now or once a place is free. */
  add(item: T): void;
  /** Releases the place of a started item. */
  release(item: T): void;
  readonly inFlight: number;
}

interface Host<T> {
  running: number;
  readonly urgent: Fifo<T>;
  readonly queue: Fifo<T>;
  /** True while the host is queued to start an item. */
  inLine: boolean;
}

export function createLimits<T extends Waiting>(
  most: { readonly concurrency: number; readonly perHost: number },
  start: (item: T) => void,
): Limits<T> {
  const hosts = new Map<string, Host<T>>();
  const line = createFifo<Host<T>>();
  let inFlight = 0;

  function hostOf(name: string): Host<T> {
    const known = hosts.get(name);
    if (known) return known;
    const host: Host<T> = { running: 0, urgent: createFifo(), queue: createFifo(), inLine: false };
    hosts.set(name, host);
    return host;
  }

  const waiting = ({ urgent, queue }: Host<T>): number => urgent.length + queue.length;

  function joinLine(host: Host<T>): void {
    if (host.inLine || host.running >= most.perHost || waiting(host) === 0) return;
    host.inLine = true;
    line.push(host);
  }

  function startNext(host: Host<T>): void {
    const item = host.urgent.shift() ?? host.queue.shift();
    if (!item || item.dropped) return;
    host.running += 1;
    inFlight += 1;
    start(item);
  }

  function serve(): void {
    while (inFlight < most.concurrency) {
      const host = line.shift();
      if (!host) return;
      host.inLine = false;
      startNext(host);
      joinLine(host);
    }
  }

  return {
    add(item) {
      const host = hostOf(item.host);
      (item.urgent ? host.urgent : host.queue).push(item);
      joinLine(host);
      serve();
    },
    release(item) {
      const host = hostOf(item.host);
      host.running -= 1;
      inFlight -= 1;
      joinLine(host);
      serve();
      if (host.running === 0 && waiting(host) === 0 && !host.inLine) hosts.delete(item.host);
    },
    get inFlight() {
      return inFlight;
    },
  };
}
