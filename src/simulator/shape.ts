/** What a simulated model says, whichever API carries it. */
export interface Said {
  readonly id: string;
  /** Unix time in ms. */
  readonly now: number;
  /** The model that claims to have answered. */
  readonly model: string;
  readonly text: string;
  readonly finish: 'stop' | 'length' | 'content_filter';
  /** Tokens of the question and of the whole answer. */
  readonly input: number;
  readonly output: number;
  /** Tokens of the answer that were spent on reasoning and are not shown. */
  readonly reasoning: number;
}

/** What a refusal says, in OpenAI's words. */
export interface Refusal {
  readonly message: string;
  readonly type: string | null;
  readonly code: string | null;
}

/** How one API writes its replies. */
export interface Shape {
  readonly whole: (said: Said) => object;
  /** Absent where the API does not stream. */
  readonly stream?: {
    readonly contentType: string;
    readonly events: (said: Said) => readonly (string | Uint8Array)[];
  };
  readonly error: (status: number, refusal: Refusal) => object;
}

/** The pieces in which a text is streamed. */
export function wordsOf(text: string): readonly string[] {
  return text
    .trimEnd()
    .split(/(?<=\S)(?=\s)/)
    .filter((token) => token !== '');
}

/** One server-sent event. */
export function sse(data: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** A short vector; an empty one for a model that says nothing. */
export function vectorOf({ text }: Said): readonly number[] {
  return text === '' ? [] : [0.25, -0.5, 0.125, 1];
}
