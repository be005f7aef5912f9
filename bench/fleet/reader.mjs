/** Remembers each result that an instance shows, by its stream of events and by its list of models, a page a second. */
import { get } from 'node:http';
import { createInterface } from 'node:readline';

export function createReader() {
  /** Slots (Unix ms) by model. */
  const shown = new Map();
  const streams = new Map();
  let lists = 0;
  const note = (model, slot) => {
    let slots = shown.get(model);
    if (slots === undefined) shown.set(model, (slots = new Set()));
    slots.add(Date.parse(slot));
  };

  function listen(instance) {
    const { url } = instance.daemon;
    const request = get(`${url}/api/v1/events?kind=result`, (response) => {
      let event = '';
      const lines = createInterface({ input: response });
      // An instance that is killed aborts it.
      lines.on('error', () => undefined);
      lines.on('line', (line) => {
        if (line.startsWith('event: ')) event = line.slice(7);
        if (!line.startsWith('data: ') || event !== 'result') return;
        const { model, slot } = JSON.parse(line.slice(6));
        note(model, slot);
      });
      response.on('close', () => {
        // Cut off for being slow; one that has ended is no longer in the list.
        if (streams.get(instance) === request) listen(instance);
      });
      response.on('error', () => undefined);
    });
    request.on('error', () => undefined);
    streams.set(instance, request);
  }

  async function list(instance) {
    const { url } = instance.daemon;
    const after = instance.cursor ?? null;
    const query = after === null ? '' : `&cursor=${encodeURIComponent(after)}`;
    const reply = await fetch(`${url}/api/v1/models?limit=500${query}`, {
      signal: AbortSignal.timeout(10_000),
    });
    const { items, next_cursor } = await reply.json();
    instance.cursor = next_cursor;
    lists += 1;
    for (const { id, last_check } of items) if (last_check !== null) note(id, last_check.slot);
  }
  const timer = setInterval(() => {
    for (const instance of streams.keys()) {
      if (instance.suspended === true) continue;
      // It may end meanwhile.
      list(instance).catch(() => undefined);
    }
  }, 1_000);

  return {
    shown,
    get lists() {
      return lists;
    },
    add: listen,
    remove(instance) {
      const request = streams.get(instance);
      streams.delete(instance);
      request?.destroy();
    },
    stop() {
      clearInterval(timer);
      for (const instance of [...streams.keys()]) this.remove(instance);
    },
  };
}
