/** What the simulated model says: right for the standard question, otherwise an echo, so that a text expectation can be met by asking for it. */
export function answerTo(question: string): string {
  if (/capital of india/i.test(question)) return 'The capital of India is New Delhi.';
  return question === '' ? 'Hello! How can I help you?' : `You asked: ${question.slice(0, 200)}`;
}

/** The newest user message of an OpenAI chat request, whose content is a string or a list of parts; empty when there is none. */
export function questionIn(messages: unknown): string {
  if (!Array.isArray(messages)) return '';
  const content = (messages as unknown[]).filter(isUserMessage).at(-1)?.content;
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? (content as unknown[]).map(textOfPart).join('') : '';
}

/** Tokens a text costs, by the usual four characters each. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

function isUserMessage(message: unknown): message is { content: unknown } {
  return (
    typeof message === 'object' &&
    message !== null &&
    'content' in message &&
    'role' in message &&
    message.role === 'user'
  );
}

function textOfPart(part: unknown): string {
  const text = typeof part === 'object' && part !== null && 'text' in part ? part.text : '';
  return typeof text === 'string' ? text : '';
}
