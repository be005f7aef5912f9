import type { Speed } from '../../domain/speed.js';
import type { StreamReading } from '../verdict/stream-reading.js';

/** Least ms between two chunks that count as two moments: what comes at once may be read in several parts. */
const sameMomentMs = 1;
/**
 * Fewest moments from which a throughput is told. Of n tokens in k like chunks the first has n/k, which are not counted but took no
 * time either: the figure is up to k/(k-1) times too great.
 */
const leastMoments = 5;

/** Marks around an answer, such as its end, which are tokens without a character. */
const marks = 8;

/**
 * True if tokens are counted that nobody saw: reasoning that is not shown. A token has at least one byte. They were written before the
 * first text, so they say nothing of the time after it.
 */
function hasHidden({ text, reasoning, usage, reasoningTokens }: StreamReading['draft']): boolean {
  if ((reasoningTokens ?? 0) > 0 && reasoning === '' && !reasoningInText.test(text)) return true;
  const bytes = Buffer.byteLength(text) + Buffer.byteLength(reasoning);
  return (usage?.outputTokens ?? 0) > bytes + marks;
}
const reasoningInText = /^\s*[<[◁](?:(?:seed:)?think|thinking|reasoning|thought)[>\]▷]/i;

/** When text and reasoning of a streamed reply came. */
export interface ContentTimes {
  /** Reads a part of the reply that came `at` ms after the call. */
  push(part: Buffer, at: number): void;
  /** Nothing comes after what was pushed; `at` counts where nothing was. */
  end(at: number): void;
  /** ms from the call to the first text or reasoning; null without. */
  readonly firstTokenMs: number | null;
  /** Null without text or reasoning. */
  readonly speed: Speed | null;
}

/** Watches what `reading` makes of the parts. */
export function createContentTimes(reading: Pick<StreamReading, 'draft' | 'push' | 'end'>): ContentTimes {
  const { draft } = reading;
  let [text, reasoning] = [0, 0];
  let firstTextMs: number | null = null;
  let firstReasoningMs: number | null = null;
  let first: number | null = null;
  let last = 0;
  let moment = 0;
  let moments = 0;
  let gapMs = 0;
  let newest: number | null = null;

  function note(at: number): void {
    newest = at;
    const [moreText, moreReasoning] = [draft.text.length > text, draft.reasoning.length > reasoning];
    [text, reasoning] = [draft.text.length, draft.reasoning.length];
    if (!moreText && !moreReasoning) return;
    if (moreText) firstTextMs ??= at;
    if (moreReasoning) firstReasoningMs ??= at;
    if (first === null) {
      first = last = moment = at;
      moments = 1;
      return;
    }
    gapMs = Math.max(gapMs, at - last);
    last = Math.max(last, at);
    if (at - moment < sameMomentMs) return;
    moment = at;
    moments += 1;
  }

  return {
    push(part, at) {
      reading.push(part);
      note(at);
    },
    end(at) {
      reading.end();
      note(newest ?? at);
    },
    get firstTokenMs() {
      return first;
    },
    get speed() {
      if (first === null) return null;
      const contentMs = moments < leastMoments || hasHidden(draft) ? null : last - first;
      return { firstTextMs, firstReasoningMs, contentMs, gapMs: moments < 2 ? null : gapMs };
    },
  };
}
