import type { Reason } from '../../../domain/reason.js';

/** Matches if any of the patterns matches. */
export const any = (...patterns: readonly string[]): RegExp => new RegExp(patterns.join('|'));

export const is4xx = (status: number): boolean => status >= 400 && status < 500;

/** What fails inside a server is not the prompt's fault. */
export const is5xx = (status: number): boolean => status >= 500;

/** Servers say with 429 that a refusal passes. */
export const isLasting = (status: number): boolean => status !== 429;

/** A kind of sentence and its reason. */
export interface TextRule {
  readonly reason: Reason;
  /** Of a text in lower case, which matches faster than without regard to case. */
  readonly pattern: Pick<RegExp, 'test'>;
  /** HTTP statuses with which it applies; a 2xx matches all. */
  readonly on?: (status: number) => boolean;
  /** Of a text that means something else by the same words. */
  readonly unless?: RegExp;
}
