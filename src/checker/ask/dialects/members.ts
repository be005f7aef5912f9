import { mostTokens, type Usage } from '../../../domain/result.js';
import { isList } from '../../../domain/json.js';
import type { Answer } from '../../verdict/answer.js';

/** The value if it is a string, else an empty string. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A plausible number of tokens for one check, rounded down; 0 for other values. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && value > 0 && value <= mostTokens ? Math.floor(value) : 0;
}

/** The same; null for what is no number. */
export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' ? countOf(value) : null;

/** Null when the API counts neither. */
export function usageOf(input: unknown, output: unknown): Usage | null {
  if (typeof input !== 'number' && typeof output !== 'number') return null;
  return { inputTokens: countOf(input), outputTokens: countOf(output) };
}

/**
 * A vector as numbers or as base64 of 32-bit floats, or the first vector of a list with one for each token; of length 0 when it
 * holds anything else, or nothing.
 */
export function vectorIn(value: unknown): Pick<Answer, 'vector' | 'values'> {
  const listed: unknown = Array.isArray(value) && Array.isArray(value[0]) ? value[0] : value;
  const numbers: readonly unknown[] =
    typeof listed === 'string' ? floatsOf(listed) : isList(listed) ? listed : [];
  if (!areNumbers(numbers)) return { vector: 0 };
  // A constant vector comes from an engine that computed nothing.
  const constant = numbers.every((one) => one === numbers[0]);
  if (constant && (numbers.length > 1 || numbers[0] === 0)) return { vector: 0 };
  return { vector: numbers.length, values: numbers };
}

const areNumbers = (list: readonly unknown[]): list is readonly number[] =>
  list.every((one) => typeof one === 'number' && Number.isFinite(one));

function floatsOf(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
}

/** True for a non-empty list. */
export const isFilled = (value: unknown): value is readonly unknown[] => isList(value) && value.length > 0;

/** An empty answer, the base of every API's answer. */
export const blankAnswer: Answer = {
  text: '',
  reasoning: '',
  finish: null,
  refusal: null,
  usage: null,
  model: null,
};
