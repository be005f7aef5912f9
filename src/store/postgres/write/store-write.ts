import { messageOf } from '../../../domain/thrown.js';
import type { ShardFence } from '../../fleet-port.js';
import type { Batch, ModelWrite, Refusal } from '../../port.js';
import { StoreError } from '../../store-error.js';
import { describePart } from '../../write/refused-part.js';
import type { Database } from '../database.js';
import { lacksPartition, refusesContent } from '../failure.js';
import { prepareFences } from '../fences.js';
import type { Partitions } from '../partitions.js';
import { prepareBatchWrite, timesOf } from './batch-write.js';
import { siftRows, type Rows } from './sifted-rows.js';

/** A batch adds to sums, and whoever has it refused writes it again. */
const once = { once: true } as const;

export type WriteBatch = (batch: Batch) => Promise<readonly Refusal[]>;

/** Parts of a batch that have each model once, in order: a statement changes a row once. */
function onceEach(models: readonly ModelWrite[]): ModelWrite[][] {
  const groups: ModelWrite[][] = [];
  const times = new Map<number, number>();
  for (const model of models) {
    const time = times.get(model.key) ?? 0;
    times.set(model.key, time + 1);
    (groups[time] ??= []).push(model);
  }
  return groups;
}

/** Takes the notices out of parts of a batch: they are written last, since writers wait for each other with them. */
function noticesLast(parts: readonly Rows[]): Rows[] {
  const notices = parts.flatMap((rows) => rows.get('notice') ?? []);
  if (notices.length === 0) return [...parts];
  const others = parts.map((rows): Rows => new Map([...rows].filter(([name]) => name !== 'notice')));
  return [...others, new Map([['notice', notices]])];
}

/** The error that the driver gave, where `described` has put it into one for operators. */
const causeOf = (error: unknown): unknown => (error instanceof StoreError ? error.cause : error);

/** Prepares `write` of the store: a batch is one transaction. */
export function prepareWrite(database: Database, partitions: Partitions): WriteBatch {
  const writeRows = prepareBatchWrite(database);
  const requireFences = prepareFences(database);

  async function apply(all: readonly Rows[], fences: readonly ShardFence[]): Promise<void> {
    for (const rows of all) await partitions.ensure(timesOf(rows));
    await database.transaction(async (sql) => {
      await requireFences(sql, fences);
      for (const rows of noticesLast(all)) await writeRows(sql, rows);
    }, once);
  }

  /** Where another instance has dropped a partition that was there, it is made again, once. */
  async function applied(all: readonly Rows[], fences: readonly ShardFence[]): Promise<void> {
    try {
      await apply(all, fences);
    } catch (error) {
      if (!lacksPartition(causeOf(error))) throw error;
      partitions.forget();
      await apply(all, fences);
    }
  }

  /** A model whose content the server refuses is left out as a whole. */
  async function applyEach({ models, missed, fences = [] }: Batch): Promise<Refusal[]> {
    const refusals: Refusal[] = [];
    await database.transaction(async (sql) => {
      await requireFences(sql, fences);
      const parts = [...models.map((model) => ({ model, rows: siftRows([model], []).rows }))];
      const written: Rows[] = [];
      for (const { model, rows: whole } of parts) {
        const rows: Rows = new Map([...whole].filter(([name]) => name !== 'notice'));
        await sql.run('SAVEPOINT part');
        try {
          await writeRows(sql, rows);
          await sql.run('RELEASE SAVEPOINT part');
          written.push(whole);
        } catch (error) {
          if (!refusesContent(error)) throw error;
          await sql.run('ROLLBACK TO SAVEPOINT part');
          const { key, watermark } = model;
          const part = describePart('model', { watermark });
          refusals.push({ key, ...part, what: 'model', message: messageOf(error) });
        }
      }
      const notices = written.flatMap((rows) => rows.get('notice') ?? []);
      await writeRows(
        sql,
        new Map([
          ...siftRows([], missed).rows,
          ...(notices.length > 0 ? [['notice', notices] as const] : []),
        ]),
      );
    }, once);
    return refusals;
  }

  return async (batch) => {
    const { models, missed, fences = [] } = batch;
    const groups = onceEach(models);
    const sifted = groups.map((group, index) => siftRows(group, index === 0 ? missed : []));
    if (groups.length === 0) sifted.push(siftRows([], missed));
    const refusals = sifted.flatMap((part) => part.refusals);
    try {
      await applied(
        sifted.map(({ rows }) => rows),
        fences,
      );
      return refusals;
    } catch (error) {
      // What no check beforehand foresaw; without this, the batch would be tried for ever.
      if (!refusesContent(causeOf(error))) throw error;
      return [...refusals, ...(await applyEach(batch))];
    }
  };
}
