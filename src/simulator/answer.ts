import { isObject, type Members, isList } from '../domain/json.js';
import { challengeAnswer } from './challenge-answer.js';

export type Attached = 'picture' | 'sound' | null;

/** Attachment of a question, recognized by the first bytes of a PNG or WAV in base64, in the body of any API. */
export function attachmentIn(body: string): Attached {
  if (body.includes('iVBORw0KGgo')) return 'picture';
  return body.includes('UklGR') ? 'sound' : null;
}

/**
 * The answer of the simulated model: correct for the standard questions, otherwise an echo, so that a test of a text
 * expectation can ask for the expected text.
 */
export function answerTo(question: string, attached: Attached): string {
  if (/code word/i.test(question.slice(-200))) {
    const [, word] = /the code word is (\S{1,40})\. /i.exec(question.slice(0, 200)) ?? [];
    return word ?? 'I see no code word in the text.';
  }
  if (/capital of india/i.test(question)) return 'The capital of India is New Delhi.';
  if (attached === 'picture' && /colou?r/i.test(question)) return 'Yellow.';
  if (attached === 'sound' && /tone/i.test(question)) return 'Yes.';
  if (question === '') return 'Hello! How can I help you?';
  return challengeAnswer(question.slice(-200)) ?? `You asked: ${question.slice(0, 200)}`;
}

/**
 * The question of a request: a text, or the newest user message, whose content is a text or a list of parts; empty
 * without one.
 */
export function questionIn({ messages, contents, prompt, input, texts, content }: Members): string {
  for (const asked of [messages, contents, prompt, input, texts, content]) {
    if (asked !== undefined) return textIn(asked);
  }
  return '';
}

function textIn(asked: unknown): string {
  if (typeof asked === 'string') return asked;
  if (!isList(asked)) return isObject(asked) ? textIn(asked.parts ?? asked.text) : '';
  const newest = asked.filter(isUserMessage).at(-1);
  if (newest !== undefined) return textIn(newest.content ?? newest.parts);
  return asked.map(textIn).join('');
}

/** What a request wants besides text. */
export type Wanted = 'tool' | 'schema' | null;

/** A tool, or a schema, in the request of any API. */
export function wantedIn(body: Members): Wanted {
  const { tools, toolConfig, response_format: format, generationConfig: options } = body;
  if (tools !== undefined || toolConfig !== undefined) return 'tool';
  const schemas = [format, body.format, body.output_config, body.outputConfig];
  if (isObject(options)) schemas.push(options.responseSchema);
  return schemas.some((one) => one !== undefined) ? 'schema' : null;
}

/** A call of the tool that modelpulse offers; other tools are called with the same arguments. */
export const calledTool = { name: 'report_capital', arguments: { capital: 'New Delhi' } };

/** An object of the schema that modelpulse requests. */
export const structuredAnswer = JSON.stringify({ capital: 'New Delhi', country: 'India' });

/** Tokens of a text, estimated at four characters each. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

function isUserMessage(message: unknown): message is Members {
  return isObject(message) && message.role === 'user';
}
