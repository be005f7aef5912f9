import { sse, wordsOf, type Completion, type Shape } from '../shape.js';

const stopReasons = { stop: 'end_turn', length: 'max_tokens', content_filter: 'refusal' } as const;

const errorTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
};

function message(completion: Completion, parts: object): object {
  return {
    id: `msg_${completion.id}`,
    type: 'message',
    role: 'assistant',
    model: completion.model,
    ...parts,
  };
}

function contentOf({ id, text, call }: Completion): object[] {
  const said = text === '' ? [] : [{ type: 'text', text }];
  if (call === null) return said;
  return [...said, { type: 'tool_use', id: `toolu_${id}`, name: call.name, input: call.arguments }];
}

function events(completion: Completion): string[] {
  const event = (type: string, data: object) => sse({ type, ...data }, type);
  const begun = message(completion, {
    content: [],
    stop_reason: null,
    usage: { input_tokens: completion.input, output_tokens: 1 },
  });
  return [
    event('message_start', { message: begun }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    event('ping', {}),
    ...wordsOf(completion.text).map((text) =>
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
    ),
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: stopReasons[completion.finish] },
      usage: { output_tokens: completion.output },
    }),
    event('message_stop', {}),
  ];
}

/** Anthropic's messages. */
export const anthropicMessage: Shape = {
  whole: (completion) =>
    message(completion, {
      content: contentOf(completion),
      stop_reason: completion.call === null ? stopReasons[completion.finish] : 'tool_use',
      usage: { input_tokens: completion.input, output_tokens: completion.output },
    }),
  stream: { contentType: 'text/event-stream', events },
  error: (status, { message: told, code }) => ({
    type: 'error',
    error: {
      type: errorTypes[status] ?? 'api_error',
      message: told,
      ...(code === 'insufficient_quota' && { details: { error_code: 'enforced_spend_limit_reached' } }),
    },
  }),
};
