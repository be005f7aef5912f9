import type { Answer } from '../../verdict/answer.js';

/** Finish reasons of all providers, in lower case. */
const finishes: Readonly<Record<string, NonNullable<Answer['finish']>>> = {
  stop: 'stop',
  eos: 'stop',
  eos_token: 'stop',
  stop_sequence: 'stop',
  end_turn: 'stop',
  complete: 'stop',
  completed: 'stop',
  length: 'length',
  model_length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_context_window_exceeded: 'length',
  max_length: 'length',
  max_new_tokens: 'length',
  token_limit: 'length',
  content_filter: 'filtered',
  content_filtered: 'filtered',
  guardrail_intervened: 'filtered',
  safety: 'filtered',
  recitation: 'filtered',
  blocklist: 'filtered',
  prohibited_content: 'filtered',
  spii: 'filtered',
  refusal: 'filtered',
  error_toxic: 'filtered',
  // Zhipu, and Google for images and for Model Armor.
  sensitive: 'filtered',
  model_armor: 'filtered',
  image_safety: 'filtered',
  image_prohibited_content: 'filtered',
  image_recitation: 'filtered',
  // GigaChat, with a text on another subject instead of an answer.
  blacklist: 'filtered',
  error: 'error',
  error_limit: 'error',
  timeout: 'error',
  time_limit: 'error',
  cancelled: 'error',
  malformed_model_output: 'error',
  malformed_response: 'error',
  // vLLM and SGLang when the engine aborts a request, Zhipu, and DeepSeek.
  abort: 'error',
  aborted: 'error',
  network_error: 'error',
  insufficient_system_resource: 'error',
  malformed_function_call: 'miscalled',
  unexpected_tool_call: 'miscalled',
  too_many_tool_calls: 'miscalled',
  malformed_tool_use: 'miscalled',
  tool_calls: 'called',
  tool_call: 'called',
  tool_use: 'called',
  function_call: 'called',
};

/** Values that some APIs send for no finish reason. */
const none = new Set(['', 'null', 'none', 'not_finished']);

/** What names of engines have in them that no list knows, such as TensorRT-LLM's `timed_out`. */
const failed = /(?<!no[_-]?)error|fail|abort|cancel|timed?[_-]?out|overload/;

/** Null without a finish reason; `other` for reasons that do not affect the outcome. */
export function finishOf(mark: unknown): Answer['finish'] {
  if (typeof mark !== 'string' || none.has(mark.toLowerCase())) return null;
  const name = mark.toLowerCase();
  const known = Object.hasOwn(finishes, name) ? finishes[name] : undefined;
  return known ?? (failed.test(name.slice(0, 100)) ? 'error' : 'other');
}
