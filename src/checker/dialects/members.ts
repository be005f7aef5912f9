import type { Usage } from '../../domain/result.js';
import { mostTokens } from '../../wire/model-health.js';
import type { Answer } from '../answer.js';

/** The value when it is text, else nothing. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A whole number of tokens that one check can have used; 0 for anything else. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && value > 0 && value <= mostTokens ? Math.floor(value) : 0;
}

/** Null when the API counts neither. */
export function usageOf(input: unknown, output: unknown): Usage | null {
  if (typeof input !== 'number' && typeof output !== 'number') return null;
  return { inputTokens: countOf(input), outputTokens: countOf(output) };
}

/** Length of a vector as numbers or as base64 of 32-bit floats; 0 when it holds anything else. */
export function vectorLength(value: unknown): number {
  if (typeof value === 'string') return Math.floor(Buffer.from(value, 'base64').length / 4);
  if (!Array.isArray(value)) return 0;
  return value.every((one) => typeof one === 'number' && Number.isFinite(one)) ? value.length : 0;
}

/** An answer without text, to which the members that an API has are added. */
export const blankAnswer: Answer = {
  text: '',
  reasoning: '',
  finish: null,
  refusal: null,
  usage: null,
  model: null,
};
