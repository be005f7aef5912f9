import type { Model } from './model.js';
import type { CheckResult } from './result.js';

/**
 * One attempt to get an answer from a model: exactly one request, never retried inside. Resolves within the model's
 * timeout or soon after `signal` aborts, and never rejects. `key` is the position of the API key to use; without it they
 * take turns.
 */
export type Check = (model: Model, signal: AbortSignal, key?: number) => Promise<CheckResult>;
