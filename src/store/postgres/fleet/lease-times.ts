/** ms that a lease lasts, by the database's clock from when it is renewed. */
export const leaseMs = 15_000;
/** ms from renewal to renewal. */
export const renewMs = 5_000;
/** ms before the end of a lease from when the owner starts nothing more: for clocks that run at different rates. */
export const marginMs = 2_000;
/** Limit in ms of a statement: the server has given it up before the step does. */
export const statementMs = 3_000;
/** Limit in ms of a renewal with what follows from it: less than from one to the next. */
export const stepMs = 4_500;
/** Limit in ms for the instance to write what it has of shards that it gives back. */
export const drainMs = 2_000;
/** ms after the end of a lease from when any instance claims the shard: the one that was to claim it has had a renewal, and may have died. */
export const overdueMs = renewMs + 1_000;
/** ms in which no shard is given back after it moved. */
export const restMs = 60_000;

/** SQL of the time at which a lease ends that begins now. */
export const untilSql = `now() + interval '${leaseMs} ms'`;
/** SQL that is true for an instance that was seen within a lease. */
export const liveSql = `seen > now() - interval '${leaseMs} ms'`;
