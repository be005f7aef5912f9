import type { Shape } from '../shape.js';
import { openaiError } from './openai.js';

/** OpenAI's Responses API. */
export const openaiResponse: Shape = {
  whole: ({ id, now, model, text, finish, input, output, reasoning }) => ({
    id: `resp_${id}`,
    object: 'response',
    created_at: Math.floor(now / 1000),
    model,
    status: finish === 'stop' ? 'completed' : 'incomplete',
    error: null,
    incomplete_details:
      finish === 'stop' ? null : { reason: finish === 'length' ? 'max_output_tokens' : finish },
    output: [
      { type: 'reasoning', summary: [] },
      {
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    usage: {
      input_tokens: input,
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
  }),
  error: openaiError,
};
