import type { Model } from '../../../domain/model.js';
import { chatPath, contentOf, dataUrl, type Attachment } from '../attachment.js';
import type { Dialect, Question } from '../dialect.js';
import { readCompletion, takeChunk } from './openai-answer.js';
import type { LeastReasoning } from './least-reasoning.js';
import { isOpenaiReasoning, takesTemperature } from './reasoning.js';
import { bodyWith, chatMessages, tokenLimit } from './token-limit.js';

/** Differences between providers of OpenAI's API. */
export interface Flavour {
  /** Name of the token limit that the provider accepts. */
  readonly limit: 'max_tokens' | 'max_completion_tokens';
  /** Request options for the least reasoning; absent if unknown. */
  readonly least?: LeastReasoning;
  /** True when the usage of a stream must be requested; other providers send it by default. */
  readonly streamUsage: boolean;
  /** Set for providers that process, and charge for, images in high detail by default. */
  readonly pictureDetail?: 'low';
  /** True when audio is sent as base64 alone, without its format. */
  readonly bareSound?: boolean;
  readonly rules?: NonNullable<Dialect['rules']>;
}

function limitOf(model: Model, { limit }: Flavour): Readonly<Record<string, number>> {
  if ('max_tokens' in model.requestOptions || 'max_completion_tokens' in model.requestOptions) return {};
  return { [isOpenaiReasoning(model.modelName) ? 'max_completion_tokens' : limit]: tokenLimit(model) };
}

function partOf(attachment: Attachment, { pictureDetail: detail, bareSound = false }: Flavour): object {
  const { kind, base64: data } = attachment;
  if (kind === 'picture')
    return { type: 'image_url', image_url: { url: dataUrl(attachment), ...(detail && { detail }) } };
  return { type: 'input_audio', input_audio: bareSound ? data : { data, format: 'wav' } };
}

function ask(model: Model, flavour: Flavour): Question {
  const { modelName } = model;
  const body = {
    model: modelName,
    messages: chatMessages(model, { content: contentOf(model, (attachment) => partOf(attachment, flavour)) }),
    ...limitOf(model, flavour),
    temperature: takesTemperature(modelName) ? 0 : null,
    ...flavour.least?.(modelName),
  };
  return { method: 'POST', path: chatPath(model), body: bodyWith(body, model) };
}

/** Chat completions as OpenAI defined them and many others serve them. */
export function openaiChat(flavour: Flavour): Dialect {
  return {
    ask: (model) => ask(model, flavour),
    read: readCompletion,
    ...(flavour.rules && { rules: flavour.rules }),
  };
}

/** The same, streamed. */
export function openaiChatStream(flavour: Flavour): Dialect {
  const options = flavour.streamUsage ? { stream_options: { include_usage: true } } : {};
  return {
    ...openaiChat(flavour),
    ask: (model) => {
      const { body, ...question } = ask(model, flavour);
      return {
        ...question,
        body: bodyWith({ ...body, stream: true, ...options }, model),
        headers: { accept: 'text/event-stream' },
      };
    },
    stream: { framing: 'sse', take: takeChunk },
  };
}
