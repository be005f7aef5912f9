-- How a streamed answer came: four varints, each a time in ms and one more, 0 for none. Null for what is not streamed, and in rows of before.
ALTER TABLE checks ADD COLUMN speed BLOB;
-- Histogram of first tokens, throughput and gaps, as `latency`. Null for none, and in rows of before.
ALTER TABLE hours ADD COLUMN speed BLOB;
ALTER TABLE days ADD COLUMN speed BLOB;
