import type { RecordedResult } from '../domain/result.js';
import { HttpError, unknownModel } from '../http/http-error.js';
import type { Backend, Pauses } from '../http/port.js';
import { BusError, shardOf } from '../store/fleet-port.js';
import { idSchema, passedOnSchema } from '../wire/instance-messages.js';
import type { Ownership } from './ownership.js';
import type { Roster } from './roster.js';
import type { Scheduling } from './scheduling.js';

/** ms that a pause may take on the other instance: it writes it. */
const pauseMs = 10_000;
/** ms beyond its timeout that a check may wait for its turn and its write. */
const waitMs = 10_000;

/** What changes a model, on whichever instance it is asked for. */
export type Remote = Pick<Backend, 'checkNow'> & { readonly pauses: Pauses; readonly stop: () => void };

/**
 * Passes on what is asked of a model that another instance checks. Rejects with HttpError: 503 `no_owner` or `instance_away`, 504
 * `instance_silent`, or as the other instance did.
 */
export function createRemote(parts: {
  ownership: Ownership;
  roster: Roster;
  scheduling: Pick<Scheduling, 'readAgain'>;
  checkNow: Backend['checkNow'];
  pauses: Pauses;
}): Remote {
  const { ownership, roster } = parts;
  const { fleet } = ownership;
  const isOwn = (id: string): boolean => {
    const tracked = roster.get(id);
    return tracked === undefined || ownership.isPlanned(tracked);
  };
  const own = {
    async check(id: string) {
      await parts.checkNow(id);
      return true;
    },
    pause: (id: string) => parts.pauses.pause(id),
    resume: (id: string) => parts.pauses.resume(id),
  };
  type Kind = keyof typeof own;

  const answers = (['check', 'pause', 'resume'] as const).map((kind) =>
    fleet.bus.subscribe(kind, async (body) => {
      try {
        const id = idSchema.parse(body);
        // A model that is still to be read again would forget what is done to it.
        if (!ownership.mayStart(id) || !isOwn(id))
          return { status: 503, code: 'no_owner', message: 'the model has just passed to another instance' };
        return { ok: await own[kind](id) };
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        const { statusCode: status, code, message } = error;
        return { status, code, message };
      }
    }),
  );

  const failed = (error: BusError): HttpError =>
    error.kind === 'no_answer'
      ? new HttpError(504, 'instance_silent', 'the instance that checks the model did not answer in time')
      : new HttpError(
          503,
          'instance_away',
          `the instance that checks the model cannot be asked: ${error.message}`,
        );

  const ask = async (kind: Kind, id: string, timeoutMs: number): Promise<boolean> => {
    const shard = shardOf(id);
    const owner = (await fleet.instances()).find(({ shards }) => shards.includes(shard));
    if (owner === undefined || owner.id === fleet.id)
      throw new HttpError(503, 'no_owner', 'no instance checks the model at the moment; try again soon');
    const answer = await fleet.bus.ask(owner.id, kind, id, timeoutMs).catch((error: unknown) => {
      throw error instanceof BusError ? failed(error) : error;
    });
    const { data } = passedOnSchema.safeParse(answer);
    if (data === undefined)
      throw new HttpError(503, 'instance_away', 'the other instance is of another release');
    if ('code' in data) throw new HttpError(data.status, data.code, data.message);
    await parts.scheduling.readAgain([id]);
    return data.ok;
  };

  const set = (kind: 'pause' | 'resume', id: string): Promise<boolean> =>
    isOwn(id) ? own[kind](id) : ask(kind, id, pauseMs);

  return {
    pauses: { pause: (id) => set('pause', id), resume: (id) => set('resume', id) },
    async checkNow(id): Promise<RecordedResult> {
      if (isOwn(id)) return parts.checkNow(id);
      const model = roster.get(id)?.view.model;
      if (model?.pause === true) throw new HttpError(409, 'paused', 'the model is paused');
      await ask('check', id, (model?.timeoutMs ?? 0) + waitMs);
      const latest = roster.get(id)?.view.latest ?? null;
      if (latest === null) throw unknownModel();
      return latest;
    },
    stop() {
      for (const end of answers) end();
    },
  };
}
