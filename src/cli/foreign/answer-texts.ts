/** Words that stand in every reply of an API of models, or in its notation. */
const ofEveryReply = new Set([
  ...['choices', 'message', 'messages', 'content', 'object', 'chat.completion', 'assistant', 'role', 'stop'],
  ...[
    'finish_reason',
    'usage',
    'data',
    'embedding',
    'embeddings',
    'model',
    'id',
    'text',
    'output',
    'candidates',
  ],
  ...['parts', 'created', 'completion', 'tokens', 'total_tokens', 'end_turn', 'ok', 'true', 'success'],
]);

/**
 * True when a text that must be in a reply says something of the answer: not a name or a sign of the notation around it,
 * which modelpulse reads itself.
 */
export function isOfAnswer(text: string): boolean {
  return !/["{}[\]]/.test(text) && !/^[\w.]+:/.test(text) && !ofEveryReply.has(text.trim().toLowerCase());
}

export const ofNotation =
  'is part of the notation of every reply, which modelpulse reads by itself; `expect` is about the text of the answer';

/** Paths of the answer's text in replies, without their root. */
const answerPath =
  /^(?:choices\[0\]\.(?:message\.content|text|delta\.content)|content\[0\]\.text|message\.content(?:\[0\]\.text)?|candidates\[0\]\.content\.parts\[0\]\.text|output\[\d\]\.content\[0\]\.text|output_text|output\.message\.content\[0\]\.text|response)$/;

export type ReplyPart = 'answer' | 'model' | 'other';

/** The part of a reply that a path such as `choices[0].message.content` or `$.model` means. */
export function partAt(path: string): ReplyPart {
  const plain = path.replace(/^\$?\.?/, '');
  if (answerPath.test(plain)) return 'answer';
  return plain === 'model' ? 'model' : 'other';
}
