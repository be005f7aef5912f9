import type { Model } from '../domain/model.js';
import type { Reason } from '../domain/reason.js';
import type { RecordedResult } from '../domain/result.js';
import { createBuckets, observeIn, streams, type BucketCounts } from '../domain/view.js';

/** A histogram of OpenTelemetry's conventions for generative AI. */
export interface GenAiSeries {
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  /** Unix ms of the first observation's check. */
  readonly since: number;
}

/** Bounds that the conventions ask for. */
const secondBounds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const tokenBounds = Array.from({ length: 14 }, (_, index) => 4 ** index);

const families = {
  'gen_ai.client.operation.duration': { unit: 's', help: 'GenAI operation duration.', bounds: secondBounds },
  'gen_ai.client.operation.time_to_first_chunk': {
    unit: 's',
    help: 'Time to receive the first chunk.',
    bounds: secondBounds,
  },
  'gen_ai.client.token.usage': {
    unit: '{token}',
    help: 'Number of input and output tokens used.',
    bounds: tokenBounds,
  },
} as const;
type Name = keyof typeof families;

/** Providers by the names of the conventions; others keep theirs. */
const providerNames: ReadonlyMap<string, string> = new Map([
  ['azure_openai', 'azure.ai.openai'],
  ['bedrock', 'aws.bedrock'],
  ['anthropic_bedrock', 'aws.bedrock'],
  ['gemini', 'gcp.gemini'],
  ['mistral', 'mistral_ai'],
  ['moonshot', 'moonshot_ai'],
  ['watsonx', 'ibm.watsonx.ai'],
  ['xai', 'x_ai'],
]);

/** Reasons of answers that came as the API has them. */
const answered: ReadonlySet<Reason> = new Set([
  'ok',
  'output_truncated',
  'slow',
  'content_filtered',
  'unexpected_answer',
  'model_mismatch',
  'cached_answer',
  'capability_ignored',
  'context_truncated',
]);

function operationOf({ probe, provider }: Model): string | null {
  if (probe === 'models') return null;
  if (probe === 'embeddings') return 'embeddings';
  if (probe === 'completion') return 'text_completion';
  return provider === 'gemini' ? 'generate_content' : 'chat';
}

function attributesOf(model: Model, operation: string): Record<string, string | number> {
  const { protocol, hostname, port } = new URL(model.endpoint.baseUrl);
  return {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': providerNames.get(model.provider) ?? model.provider,
    'gen_ai.request.model': model.modelName,
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    // Of several models with one address and name.
    model: model.id,
  };
}

interface Counted {
  readonly name: Name;
  readonly more: Readonly<Record<string, string>>;
  readonly buckets: BucketCounts;
  readonly since: number;
}

/** Counts results since its start, with a few histograms for each model. */
export interface GenAiCounts {
  observe(model: string, result: RecordedResult): void;
  /** With the attributes of the models as they are now; forgets those of which `modelOf` knows nothing. */
  series(modelOf: (id: string) => Model | undefined): GenAiSeries[];
}

export function createGenAiCounts(): GenAiCounts {
  const all = new Map<string, Map<string, Counted>>();
  const count = (
    own: Map<string, Counted>,
    since: number,
    name: Name,
    value: number,
    more: Readonly<Record<string, string>> = {},
  ): void => {
    const key = `${name} ${Object.values(more).join()}`;
    const known = own.get(key) ?? { name, more, buckets: createBuckets(families[name].bounds), since };
    own.set(key, known);
    observeIn(known.buckets, value);
  };
  return {
    observe(model, { startedAt, durationMs, firstTokenMs, usage, reason }) {
      // Nothing was sent, or the time is not that of the provider.
      if (durationMs === null) return;
      const own = all.get(model) ?? new Map<string, Counted>();
      all.set(model, own);
      const error = answered.has(reason) ? {} : { 'error.type': reason };
      count(own, startedAt, 'gen_ai.client.operation.duration', durationMs / 1_000, error);
      if (firstTokenMs !== null)
        count(own, startedAt, 'gen_ai.client.operation.time_to_first_chunk', firstTokenMs / 1_000);
      if (usage === null) return;
      for (const [type, tokens] of [
        ['input', usage.inputTokens],
        ['output', usage.outputTokens],
      ] as const)
        count(own, startedAt, 'gen_ai.client.token.usage', tokens, { 'gen_ai.token.type': type });
    },
    series(modelOf) {
      const found: GenAiSeries[] = [];
      for (const [id, own] of all) {
        const model = modelOf(id);
        const operation = model === undefined ? null : operationOf(model);
        if (model === undefined) all.delete(id);
        if (model === undefined || operation === null) continue;
        const attributes = attributesOf(model, operation);
        for (const { name, more, buckets, since } of own.values()) {
          if (name.endsWith('first_chunk') && !streams(model)) continue;
          const { unit, help, bounds } = families[name];
          const counts = [...buckets.counts];
          found.push({
            ...{ name, unit, help, bounds, counts, since },
            sum: buckets.sum,
            attributes: { ...attributes, ...more },
          });
        }
      }
      return found;
    },
  };
}
