import { isObject, parseJson } from '../domain/json.js';

/** A simulated model of embeddings, in the lists that tell what a model is for. */
const embedding = 'text-embedding/healthy';

const digest = 'e2b1'.repeat(16);
const details = {
  parent_model: '',
  format: 'gguf',
  family: 'simulated',
  families: ['simulated'],
  parameter_size: '1B',
  quantization_level: 'Q4_0',
};

function ofLitellm(names: readonly string[]): object {
  const data = names.map((name) => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, use_in_pass_through: false },
    model_info: {
      id: digest.slice(0, 8) + name,
      db_model: false,
      mode: name === embedding ? 'embedding' : 'chat',
    },
  }));
  return { data };
}

function ofOllama(names: readonly string[], now: number): object {
  const modified = new Date(now).toISOString();
  const models = names.map((name) => ({
    name,
    model: name,
    modified_at: modified,
    size: 1_000_000_000,
    digest,
    details,
  }));
  return { models };
}

function ofOpenrouter(names: readonly string[], now: number): object {
  const data = names.map((name) => ({
    id: `simulator/${name}`,
    canonical_slug: `simulator/${name}`,
    name: `Simulator: ${name}`,
    created: Math.floor(now / 1_000),
    description: 'A simulated model.',
    context_length: 8_192,
    architecture: {
      modality: name === embedding ? 'text->embeddings' : 'text->text',
      input_modalities: ['text'],
      output_modalities: [name === embedding ? 'embeddings' : 'text'],
      tokenizer: 'Other',
      instruct_type: null,
    },
    pricing: { prompt: '0.000001', completion: '0.000002' },
    top_provider: { context_length: 8_192, max_completion_tokens: 1_024, is_moderated: false },
    per_request_limits: null,
    supported_parameters: ['max_tokens', 'temperature'],
  }));
  return { data };
}

/** `/api/show` of Ollama, which says what a model can do; null for another body than a model of the list. */
function shown(body: string, names: readonly string[]): object | null {
  let asked: unknown;
  try {
    asked = parseJson(body);
  } catch {
    return null;
  }
  const name = isObject(asked) ? asked.model : null;
  if (typeof name !== 'string' || !names.includes(name)) return null;
  const capabilities = name === embedding ? ['embedding'] : ['completion', 'tools'];
  return { license: '', modelfile: '', parameters: '', template: '', details, model_info: {}, capabilities };
}

/**
 * The reply of a server that says more of its models than their names, below a path with its name: `/litellm/model/info`,
 * `/ollama/api/tags`, `/ollama/api/show` and `/openrouter/api/v1/models`. Undefined for another path.
 */
export function listOf(
  path: string,
  body: string,
  known: readonly string[],
  now: number,
): object | null | undefined {
  const names = [...known, embedding];
  if (path.endsWith('/litellm/model/info')) return ofLitellm(names);
  if (path.endsWith('/ollama/api/tags')) return ofOllama(names, now);
  if (path.endsWith('/ollama/api/show')) return shown(body, names);
  if (path.endsWith('/openrouter/api/v1/models')) return ofOpenrouter(names, now);
  return undefined;
}
