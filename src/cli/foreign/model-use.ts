import type { Probe } from '../../domain/model.js';

/** What a model is for, as far as a monitor can ask it. */
export type Use = Extract<Probe, 'chat' | 'completion' | 'responses' | 'embeddings'>;

export interface Purpose {
  /** Null where the model is for something that modelpulse cannot ask. */
  readonly use: Use | null;
  /** True when only the name says so. */
  readonly guess: boolean;
  /** What the model is for where `use` is null. */
  readonly other: string | null;
}

const embedding =
  /embed|(?:^|[/_-])(?:bge|gte|e5|minilm|mxbai|voyage|ada-002|arctic-embed|sentence-t5|instructor)(?:[/_.:-]|$)|all-minilm/i;
const rerank = /rerank/i;
const media: readonly (readonly [RegExp, string])[] = [
  [/whisper|transcribe|(?:^|[/_-])stt(?:[/_.:-]|$)/i, 'transcription'],
  [/(?:^|[/_-])tts(?:[/_.:-]|$)|text-to-speech|speech-/i, 'speech'],
  [
    /dall-?e|gpt-image|imagen|stable-diffusion|sdxl|(?:^|[/_-])flux(?:[/_.:-]|$)|image-generation/i,
    'pictures',
  ],
  [/(?:^|[/_-])(?:sora|veo)(?:[/_.:-]|$)/i, 'films'],
  [/moderation/i, 'moderation'],
  [/realtime/i, 'realtime'],
];
const completion = /^(?:davinci-002|babbage-002|gpt-3\.5-turbo-instruct(?:-\d+)?)$/i;
const longestName = 512;

/** What the name of a model says of its purpose: a guess. */
export function purposeByName(name: string): Purpose {
  const text = name.slice(0, longestName);
  const said = (use: Use | null, other: string | null = null): Purpose => ({ use, guess: true, other });
  if (rerank.test(text)) return said(null, 'rerank');
  if (embedding.test(text)) return said('embeddings');
  const other = media.find(([pattern]) => pattern.test(text));
  if (other !== undefined) return said(null, other[1]);
  return said(completion.test(text) ? 'completion' : 'chat');
}

const modes: Readonly<Record<string, Use>> = {
  chat: 'chat',
  completion: 'completion',
  responses: 'responses',
  embedding: 'embeddings',
  embeddings: 'embeddings',
};

/** The purpose that `mode` of LiteLLM states; null without one. */
export function purposeByMode(mode: unknown): Purpose | null {
  if (typeof mode !== 'string' || mode === '') return null;
  const use = Object.hasOwn(modes, mode) ? (modes[mode] ?? null) : null;
  return { use, guess: false, other: use === null ? mode : null };
}

/** `probe` of an entry; undefined for the default. */
export function probeOf(use: Use): Probe | undefined {
  return use === 'chat' ? undefined : use;
}
