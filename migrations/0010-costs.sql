-- In billionths of the currency of the model, at the price of that time; null while it is not known.
ALTER TABLE checks ADD COLUMN cost INTEGER;
ALTER TABLE hours ADD COLUMN cost INTEGER;
ALTER TABLE days ADD COLUMN cost INTEGER;
