-- Results have new reasons from here on, which an earlier release does not know.
-- Histogram of first tokens, throughput and gaps, as `latency`. Null for none, and in rows of before.
ALTER TABLE hour_rollup ADD COLUMN speed bytea;
ALTER TABLE day_rollup ADD COLUMN speed bytea;
