import { missCauses } from '../../domain/check.js';
import { blames, outcomes, reasons, stateReasons } from '../../domain/reason.js';
import { checkKinds } from '../../domain/result.js';
import { dayMs, hourMs } from '../../domain/period.js';
import { states } from '../../domain/state.js';
import { blameCodes, kindCodes, outcomeCodes, reasonCodes, stateCodes, stateReasonCodes } from '../codes.js';
import * as is from './history-fields.js';
import { vendorImpacts } from '../../domain/vendor.js';
import { messageStates } from '../outbox-port.js';
import { sumNames } from '../rows/rollup-row.js';

/** Format name in the first line of a history file. */
export const historyFormat = 'modelpulse-history';
export const historyVersion = 1;

/** A line's members as stored, plus the key of its model and the bounds that its import needs. */
export type Row = Readonly<Record<string, is.Stored>>;

/** One kind of line. */
export interface Kind {
  readonly members: Readonly<Record<string, is.Field>>;
  /** Members that order the lines of a model; each key occurs once. */
  readonly order: readonly string[];
  /** The member that is a time not after the newest slot of the model. */
  readonly settled?: string;
  /** The member that is a time after the first sight of the model. */
  readonly seen?: string;
}

const outcome = is.coded(outcomes, outcomeCodes);
const reason = is.coded(reasons, reasonCodes);

const result: Kind = {
  members: {
    slot: is.time,
    kind: is.coded(checkKinds, kindCodes),
    maintenance: is.flag,
    started_at: is.time,
    outcome,
    reason,
    duration_ms: is.optional(is.count),
    first_token_ms: is.optional(is.count),
    speed: is.optional(is.speed),
    http_status: is.optional(is.count),
    input_tokens: is.optional(is.count),
    output_tokens: is.optional(is.count),
    cost: is.optional(is.count),
    key: is.optional(is.count),
    detail: is.optional(is.text),
    response: is.optional(is.text),
    response_model: is.optional(is.text),
    phases: is.optional(is.phases),
    stalled: is.optional(is.flag),
  },
  order: ['slot'],
  settled: 'slot',
  seen: 'slot',
};

function rollup(unit: number, allowed: string): Kind {
  return {
    members: {
      from: is.timeOn(unit, allowed),
      ...Object.fromEntries(sumNames.map((sum) => [sum, is.count])),
      cost: is.optional(is.count),
      latency: is.optional(is.latency),
      speed: is.optional(is.speeds),
    },
    order: ['from'],
    settled: 'from',
  };
}

/** Kinds of lines of a model, in the order in which they follow the line `model`. */
export const modelKinds = {
  epoch: {
    members: { from: is.time, settings: is.object },
    order: ['from'],
  },
  maintenance: {
    members: { from: is.time, to: is.time },
    order: ['from'],
  },
  gap: {
    members: { slot: is.time },
    order: ['slot'],
  },
  state: {
    members: {
      from: is.time,
      state: is.coded(states, stateCodes),
      reason: is.optional(is.coded(stateReasons, stateReasonCodes)),
    },
    order: ['from'],
    settled: 'from',
  },
  result,
  incident: {
    members: {
      opened_at: is.time,
      closed_at: is.optional(is.time),
      reason,
      blame: is.optional(is.coded(blames, blameCodes)),
      checks_failed: is.count,
      last_detail: is.optional(is.text),
    },
    order: ['opened_at'],
    settled: 'opened_at',
    // An open incident continues in the existing history, or ends with the file: nothing else would close it.
  },
  note: {
    members: { incident: is.time, at: is.time, author: is.optional(is.text), text: is.text },
    order: [],
  },
  acknowledgement: {
    members: {
      incident: is.time,
      at: is.time,
      author: is.text,
      note: is.optional(is.text),
      ends: is.optional(is.time),
    },
    order: ['incident'],
  },
  exclusion: {
    members: { from: is.time, to: is.time, reason: is.text, created_at: is.time },
    order: [],
    // Exclusions that lay ahead when a fresh file was created are in that one too, without their reason.
  },
  hour: rollup(hourMs, 'a full hour from 2000 to 2100 such as "2026-03-01T05:00:00.000Z"'),
  day: rollup(dayMs, 'midnight UTC from 2000 to 2100 such as "2026-03-01T00:00:00.000Z"'),
  total: {
    members: { outcome, reason, count: is.count },
    order: ['outcome', 'reason'],
  },
} satisfies Record<string, Kind>;

/** A line of this kind starts a model. */
export const modelLine = {
  members: {
    id: is.name,
    first_seen: is.time,
    retired_at: is.optional(is.time),
    watermark: is.optional(is.time),
    last_success: is.optional(is.time),
    input_tokens: is.count,
    output_tokens: is.count,
    version_changes: is.count,
    memory: is.optional(is.memory),
    latest: is.optional(is.object),
  },
};

/** Kinds of lines after the models. */
export const fileKinds = {
  missed: {
    members: { cause: is.word(missCauses), count: is.count },
    order: ['cause'],
  },
  horizon: {
    members: { name: is.word(['checks', 'days', 'hours', 'swept']), since: is.time },
    order: ['name'],
  },
};

/** Kinds of lines after these: changes that a channel has not read, what each channel was told, messages to them, and incidents of vendors. */
export const outboxKinds = {
  notice: {
    members: {
      id: is.count,
      at: is.time,
      body: is.objectWith('an object with kind, what and model', ['kind', 'what', 'model']),
    },
    order: ['id'],
  },
  channel: {
    members: {
      name: is.text,
      read_to: is.count,
      memory: is.objectWith('an object with version, seed and byKey', ['version', 'seed', 'byKey']),
    },
    order: ['name'],
  },
  message: {
    members: {
      id: is.text,
      channel: is.text,
      thread: is.text,
      state: is.word(messageStates),
      created_at: is.time,
      attempts: is.count,
      next_at: is.time,
      ended_at: is.optional(is.time),
      last_error: is.optional(is.text),
      body: is.objectWith('an object with kind and members', ['kind', 'members']),
    },
    order: [],
  },
  vendor_incident: {
    members: {
      page: is.text,
      id: is.text,
      title: is.text,
      impact: is.word(vendorImpacts),
      started_at: is.time,
      resolved_at: is.optional(is.time),
      first_seen: is.time,
      seen_at: is.time,
      link: is.optional(is.text),
    },
    order: [],
  },
} satisfies Record<string, Kind>;

export type OutboxKind = keyof typeof outboxKinds;
export type ModelKind = keyof typeof modelKinds;
export type FileKind = keyof typeof fileKinds;
