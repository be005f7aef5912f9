import { answerTo } from './answer.js';
import { each, after, type Call } from './call.js';
import { complete, completionEvents } from './completion.js';

/** ms for each word at full speed, about 60 tokens a second. */
const wordMs = 25;

/** Enough words for a throughput, behind the answer. */
const more =
  'It lies on the river Yamuna, has been the seat of the government since 1931, and is a part of the much larger city that people call Delhi.';

interface Manner {
  /** ms for each word. */
  readonly everyMs: number;
  /** ms of silence in the middle; 0 for none. */
  readonly stillMs: number;
}

/** Streams a long answer word by word; not streamed, it comes as a whole after the same time. */
function speak(call: Call, { everyMs, stillMs }: Manner): void {
  const { response, question, attached } = call;
  const text = `${answerTo(question, attached)} ${more}`;
  const stream = completionEvents(call, { text });
  if (stream === null) {
    after(call, everyMs * text.split(' ').length + stillMs, () => complete(call, { text }));
    return;
  }
  const { contentType, events } = stream;
  const middle = Math.floor(events.length / 2);
  let sent = 0;
  let still = Math.ceil(stillMs / everyMs);
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache' });
  each(call, everyMs, () => {
    if (sent === middle && still > 0) {
      still -= 1;
      return;
    }
    const event = events[sent++];
    if (event !== undefined) response.write(event);
    else response.end();
  });
}

/** Full speed. */
export function fluent(call: Call): void {
  speak(call, { everyMs: wordMs, stillMs: 0 });
}

/** Full speed for `ms` after the first request, then half of it for ever: as a model whose hardware throttles. */
export function latching(call: Call, ms: number): void {
  const latched = call.now >= call.firstAsked + ms;
  speak(call, { everyMs: latched ? 2 * wordMs : wordMs, stillMs: 0 });
}

/** Stands still for `ms` in the middle of its answer. */
export function stalling(call: Call, ms: number): void {
  speak(call, { everyMs: wordMs, stillMs: ms });
}
