import { dialectFor } from '../../src/checker/ask/dialects.js';
import type { Redact } from '../../src/checker/secrets/redact.js';
import type { Reply } from '../../src/checker/transport/exchange.js';
import { createExpectations } from '../../src/checker/verdict/expectation.js';
import { finish } from '../../src/checker/verdict/finish.js';
import { judge } from '../../src/checker/verdict/judge.js';
import type { StreamReading } from '../../src/checker/verdict/stream-reading.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';

const meets = createExpectations();

/** What a check makes of a reply that took 1 ms: the verdict, and the result with it. */
export function finished(
  { model, redact }: { readonly model: Model; readonly redact: Redact },
  answer: Omit<Reply, 'overLimit'>,
  reading: StreamReading | null = null,
) {
  const dialect = dialectFor(model.provider, model.probe);
  if (dialect === null) throw new Error(`${model.provider} has no ${model.probe}`);
  const reply = { ...answer, overLimit: false };
  const found = judge(reply, { model, dialect, meets, reading });
  const done = {
    reply,
    fault: null,
    durationMs: 1,
    phases: {},
    certificateExpiresAt: null,
    intercepted: false,
    firstTokenMs: null,
    speed: null,
  };
  return { found, result: finish({ model, startedAt: 0, redact }, done, found, systemClock) };
}
