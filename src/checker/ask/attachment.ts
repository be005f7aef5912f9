import type { Model } from '../../domain/model.js';
import { picture } from './picture.js';
import { sound } from './sound.js';

/** An image or a sound sent with the question. */
export interface Attachment {
  readonly kind: 'picture' | 'sound';
  readonly mediaType: 'image/png' | 'audio/wav';
  readonly base64: string;
}

function attachmentFor(probe: Model['probe']): Attachment | null {
  if (probe === 'vision')
    return { kind: 'picture', mediaType: 'image/png', base64: picture().toString('base64') };
  if (probe === 'audio') return { kind: 'sound', mediaType: 'audio/wav', base64: sound().toString('base64') };
  return null;
}

/** The attachment of the probe in the format of an API: a list of one part, or empty for a text probe. */
export function attached<Part>(
  { probe }: Pick<Model, 'probe'>,
  write: (attachment: Attachment) => Part,
): readonly Part[] {
  const attachment = attachmentFor(probe);
  return attachment === null ? [] : [write(attachment)];
}

/** The question as text, or as a list of parts when there is an attachment. */
export function contentOf(
  model: Pick<Model, 'probe' | 'query'>,
  write: (attachment: Attachment) => object,
): string | readonly object[] {
  const parts = attached(model, write);
  return parts.length === 0 ? model.query : [{ type: 'text', text: model.query }, ...parts];
}

export const dataUrl = ({ mediaType, base64 }: Attachment): string => `data:${mediaType};base64,${base64}`;

/** Path of chat requests: `paths.vision`, where set, for the probe `vision`; else `paths.chat`. */
export function chatPath({ probe, endpoint }: Pick<Model, 'probe' | 'endpoint'>): string {
  const { chat, vision = chat } = endpoint.paths;
  return probe === 'vision' ? vision : chat;
}
