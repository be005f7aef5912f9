import { sse, vectorOf, wordsOf, type Refusal, type Completion, type Shape } from '../shape.js';

const finishReasons = { stop: 'STOP', length: 'MAX_TOKENS', content_filter: 'SAFETY' } as const;

const statuses: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

function response(
  { model, input, output, reasoning, call }: Completion,
  text: string,
  finishReason?: string,
): object {
  const parts = [
    ...(text === '' ? [] : [{ text }]),
    ...(call === null ? [] : [{ functionCall: { name: call.name, args: call.arguments } }]),
  ];
  const content = { role: 'model', ...(parts.length > 0 && { parts }) };
  return {
    candidates: [{ index: 0, content, ...(finishReason !== undefined && { finishReason }) }],
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: output - reasoning,
      thoughtsTokenCount: reasoning,
      totalTokenCount: input + output,
    },
    modelVersion: model,
  };
}

/** Only the name of the quota tells its period. */
function quotaOf({ code }: Refusal): object[] {
  const period = { rate_limit_exceeded: 'PerMinute', insufficient_quota: 'PerDay' }[code ?? ''];
  if (period === undefined) return [];
  const quotaId = `GenerateRequests${period}PerProjectPerModel`;
  return [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] }];
}

function error(status: number, refusal: Refusal): object {
  const { message } = refusal;
  return {
    error: { code: status, message, status: statuses[status] ?? 'UNKNOWN', details: quotaOf(refusal) },
  };
}

/** Gemini's generateContent. */
export const geminiContent: Shape = {
  whole: (completion) => response(completion, completion.text, finishReasons[completion.finish]),
  stream: {
    contentType: 'text/event-stream',
    events: (completion) => [
      ...wordsOf(completion.text).map((word) => sse(response(completion, word))),
      sse(response(completion, '', finishReasons[completion.finish])),
    ],
  },
  error,
};

/** Gemini's embedContent. */
export const geminiEmbedding: Shape = {
  whole: (completion) => ({ embedding: { values: vectorOf(completion) } }),
  error,
};
