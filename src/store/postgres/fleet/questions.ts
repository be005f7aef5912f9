import { randomUUID } from 'node:crypto';
import type { Timers } from '../../../domain/timers.js';
import { BusError } from '../../fleet-port.js';

/** Most questions that wait for an answer at a time. */
const mostQuestions = 1_000;

/** Questions that wait for an answer. */
export interface Questions {
  /** A question to the instance `to`; its `answer` rejects with BusError `no_answer` after `timeoutMs`, or `away` where too many wait. */
  begin(to: string, timeoutMs: number): { readonly id: string; readonly answer: Promise<unknown> };
  /** Takes the answer of `from`; others' are ignored, as are late ones. */
  settle(id: string, from: string, body: unknown): void;
  fail(id: string, from: string, error: BusError): void;
  /** Nobody waits any more. */
  drop(id: string): void;
  /** No answer can come any more. */
  failAll(error: () => BusError): void;
}

interface Waiting {
  readonly to: string;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: BusError) => void;
  readonly cancel: () => void;
}

export function createQuestions(timers: Timers): Questions {
  const waiting = new Map<string, Waiting>();
  const drop = (id: string): void => {
    waiting.get(id)?.cancel();
    waiting.delete(id);
  };
  const taken = (id: string, from: string): Waiting | null => {
    const one = waiting.get(id);
    if (one?.to !== from) return null;
    drop(id);
    return one;
  };

  return {
    begin(to, timeoutMs) {
      const id = randomUUID();
      if (waiting.size >= mostQuestions)
        return {
          id,
          answer: Promise.reject(new BusError('away', `over ${mostQuestions} questions wait for an answer`)),
        };
      const answer = new Promise<unknown>((resolve, reject) => {
        const late = (): void => {
          waiting.delete(id);
          reject(new BusError('no_answer', `the instance ${to} did not answer within ${timeoutMs / 1000} s`));
        };
        const cancel = timers.set(late, timeoutMs);
        waiting.set(id, { to, resolve, reject, cancel });
      });
      return { id, answer };
    },
    settle: (id, from, body) => taken(id, from)?.resolve(body),
    fail: (id, from, error) => taken(id, from)?.reject(error),
    drop,
    failAll(error) {
      for (const [id, one] of [...waiting]) {
        drop(id);
        one.reject(error());
      }
    },
  };
}
