/** Content of a simulated answer, independent of the API. */
export interface Completion {
  readonly id: string;
  /** Unix time in ms. */
  readonly now: number;
  /** The model named in the answer. */
  readonly model: string;
  readonly text: string;
  /** The call of a tool, with arguments that are an object, or a text that is broken JSON. */
  readonly call: { readonly name: string; readonly arguments: object | string } | null;
  /** Turns the vector of an embedding by so much. */
  readonly turned: number;
  readonly finish: 'stop' | 'length' | 'content_filter';
  /** Tokens of the question and of the whole answer. */
  readonly input: number;
  readonly output: number;
  /** Tokens of the answer spent on reasoning, which is not shown. */
  readonly reasoning: number;
}

/** Content of an error reply, in OpenAI's terms. */
export interface Refusal {
  readonly message: string;
  readonly type: string | null;
  readonly code: string | null;
}

/** Reply format of one API. */
export interface Shape {
  readonly whole: (completion: Completion) => object;
  /** Absent where the API does not stream. */
  readonly stream?: {
    readonly contentType: string;
    readonly events: (completion: Completion) => readonly (string | Uint8Array)[];
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

/** A short vector; empty for an empty text. */
export function vectorOf({ text, turned }: Completion): readonly number[] {
  return text === '' ? [] : [0.25 + turned, -0.5, 0.125, 1 - turned];
}

/** The arguments of a call as text. */
export const argumentsText = (given: object | string): string =>
  typeof given === 'string' ? given : JSON.stringify(given);
