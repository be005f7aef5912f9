import { requestedSchema, schemaName } from '../../../domain/ability.js';
import type { Dialect } from '../dialect.js';
import { adding } from './request-members.js';

const { type, properties, required } = requestedSchema;

/** A schema in OpenAI's chat completions. */
export const openaiStructured = (chat: Dialect): Dialect =>
  adding(chat, () => ({
    response_format: {
      type: 'json_schema',
      json_schema: { name: schemaName, strict: true, schema: requestedSchema },
    },
  }));

/** A schema in Anthropic's Messages API; platform.claude.com/docs/en/build-with-claude/structured-outputs. */
export const anthropicStructured = (chat: Dialect): Dialect =>
  adding(chat, () => ({ output_config: { format: { type: 'json_schema', schema: requestedSchema } } }));

/** A schema in Google's generateContent, which does not know `additionalProperties` in all versions. */
export const geminiStructured = (chat: Dialect): Dialect =>
  adding(chat, () => ({
    generationConfig: {
      responseMimeType: 'application/json',
      responseSchema: { type, properties, required },
    },
  }));

/** A schema in Amazon's Converse API, as text. */
export const bedrockStructured = (chat: Dialect): Dialect =>
  adding(chat, () => ({
    outputConfig: {
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: schemaName, schema: JSON.stringify(requestedSchema) } },
      },
    },
  }));

/** A schema in Cohere's chat API, version 2. */
export const cohereStructured = (chat: Dialect): Dialect =>
  adding(chat, () => ({ response_format: { type: 'json_object', json_schema: requestedSchema } }));

/** A schema in Ollama's chat API. */
export const ollamaStructured = (chat: Dialect): Dialect => adding(chat, () => ({ format: requestedSchema }));
