import { offeredTool, type ToolCall } from '../../../domain/ability.js';
import { isList, isObject, type Members } from '../../../domain/json.js';
import type { Dialect } from '../dialect.js';
import { adding } from './request-members.js';

/** Reads the calls of a successful reply. */
type CallsIn = (payload: Members) => readonly ToolCall[];

/** Calls that are read; one is asked for. */
const mostCalls = 8;
const longestName = 200;

const { name, description, parameters } = offeredTool;

const objectsIn = (list: unknown): Members[] =>
  isList(list) ? list.slice(0, mostCalls * 4).filter(isObject) : [];

const callOf = (called: unknown, given: unknown): ToolCall => ({
  name: typeof called === 'string' ? called.slice(0, longestName) : '',
  arguments: given,
});

/** Calls in the format of OpenAI, which Cohere and Ollama share but for the arguments of Ollama, which are parsed. */
function callsOfMessage(message: unknown): readonly ToolCall[] {
  if (!isObject(message)) return [];
  const calls = objectsIn(message.tool_calls).map(({ function: called }) => called);
  // The deprecated form, which some servers still write.
  return [...calls, message.function_call]
    .filter(isObject)
    .map((called) => callOf(called.name, called.arguments));
}

function withTools(chat: Dialect, members: Members, callsIn: CallsIn): Dialect {
  return {
    ...adding(chat, () => members),
    read(payload) {
      const answer = chat.read(payload);
      if (answer === null || !isObject(payload)) return answer;
      return { ...answer, calls: callsIn(payload).slice(0, mostCalls) };
    },
  };
}

const functions = [{ type: 'function', function: { name, description, parameters } }];

/** How an API says that a tool must be called; null where it cannot. */
export type Force = 'required' | 'any' | 'named' | null;

function choiceOf(force: Force): Members {
  if (force === null) return {};
  return { tool_choice: force === 'named' ? { type: 'function', function: { name } } : force };
}

/** A tool in OpenAI's chat completions. */
export const openaiTools = (chat: Dialect, force: Force): Dialect =>
  withTools(chat, { tools: functions, ...choiceOf(force) }, ({ choices }) => {
    const choice: unknown = isList(choices) ? choices[0] : undefined;
    return isObject(choice) ? callsOfMessage(choice.message) : [];
  });

/** A tool in Anthropic's Messages API. */
export const anthropicTools = (chat: Dialect): Dialect =>
  withTools(
    chat,
    { tools: [{ name, description, input_schema: parameters }], tool_choice: { type: 'any' } },
    ({ content }) =>
      objectsIn(content)
        .filter(({ type }) => type === 'tool_use')
        .map((part) => callOf(part.name, part.input)),
  );

/** A tool in Google's generateContent. */
export const geminiTools = (chat: Dialect): Dialect =>
  withTools(
    chat,
    {
      tools: [{ functionDeclarations: [{ name, description, parameters }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
    },
    ({ candidates }) => {
      const candidate: unknown = isList(candidates) ? candidates[0] : undefined;
      const content = isObject(candidate) && isObject(candidate.content) ? candidate.content : {};
      return objectsIn(content.parts)
        .map(({ functionCall }) => functionCall)
        .filter(isObject)
        .map((called) => callOf(called.name, called.args));
    },
  );

/** A tool in Amazon's Converse API; many of its models have no way to force a call. */
export const bedrockTools = (chat: Dialect): Dialect =>
  withTools(
    chat,
    { toolConfig: { tools: [{ toolSpec: { name, description, inputSchema: { json: parameters } } }] } },
    ({ output }) => {
      const message = isObject(output) && isObject(output.message) ? output.message : {};
      return objectsIn(message.content)
        .map(({ toolUse }) => toolUse)
        .filter(isObject)
        .map((called) => callOf(called.name, called.input));
    },
  );

/** A tool in Cohere's chat API, version 2; `tool_choice` is refused by models before Command R7B. */
export const cohereTools = (chat: Dialect): Dialect =>
  withTools(chat, { tools: functions }, ({ message }) => callsOfMessage(message));

/** A tool in Ollama's chat API, which cannot force a call. */
export const ollamaTools = (chat: Dialect): Dialect =>
  withTools(chat, { tools: functions }, ({ message }) => callsOfMessage(message));
