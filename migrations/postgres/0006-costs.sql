-- oldest: 4
-- In billionths of the currency of the model, at the price of that time; null while it is not known.
ALTER TABLE check_result ADD COLUMN cost bigint;
ALTER TABLE hour_rollup ADD COLUMN cost bigint;
ALTER TABLE day_rollup ADD COLUMN cost bigint;
