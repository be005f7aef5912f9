/**
 * Code that reads a store, written once for all: it yields the promises of a store that has to wait for its answers, and
 * nothing where the store is an open file.
 */
export type Reading<Result> = Generator<Promise<unknown>, Result, unknown>;

/** The answer of a promise, for a reading. */
export function* answerOf<Answer>(promise: Promise<Answer>): Reading<Answer> {
  // A driver of readings passes back what the promise resolves with.
  return (yield promise) as Answer;
}

/** A reading that waits for nothing. */
export function* given<Answer>(answer: Answer): Reading<Answer> {
  return answer;
}

/** Runs a reading that waits for nothing. Throws what it throws. */
export function readNow<Result>(reading: Reading<Result>): Result {
  const step = reading.next();
  if (step.done === true) return step.value;
  throw new Error('a reading of an open file waits');
}

/** Runs a reading to its end; rejects with what it throws. */
export async function readOver<Result>(reading: Reading<Result>): Promise<Result> {
  for (let step = reading.next(); ;) {
    if (step.done === true) return step.value;
    let answer: unknown;
    try {
      answer = await step.value;
    } catch (error) {
      step = reading.throw(error);
      continue;
    }
    step = reading.next(answer);
  }
}
